package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that a store says, apart from its key. The server fills one such object for each command and lends it to the engine.
 *
 * <p><b>Ownership.</b> Valid for the call, as the value's array is; the engine copies what it keeps. <b>Thread.</b> That
 * of the call.
 */
@Stable
public final class StoreRequest {

    private static final byte[] NOTHING = new byte[0];

    private StoreMode mode = StoreMode.SET;
    private DocumentFilter existing = DocumentFilter.ALIVE;
    private byte[] valueArray = NOTHING;
    private int valueOffset;
    private int valueLength;
    private long cas;
    private int flags;
    private long expirySeconds;
    private byte datatype;
    private boolean preserveExpiry;
    private boolean deleted;
    private boolean unawareOfXattrs;
    private DurabilityLevel durability = DurabilityLevel.NONE;
    private long deadlineNanos;
    private @Nullable ValuePatch patch;

    /** Back to a plain, empty, unconditional set. */
    public StoreRequest clear() {
        mode = StoreMode.SET;
        existing = DocumentFilter.ALIVE;
        valueArray = NOTHING;
        valueOffset = 0;
        valueLength = 0;
        cas = 0;
        flags = 0;
        expirySeconds = 0;
        datatype = Datatype.RAW;
        preserveExpiry = false;
        deleted = false;
        unawareOfXattrs = false;
        durability = DurabilityLevel.NONE;
        deadlineNanos = 0;
        patch = null;
        return this;
    }

    public StoreRequest mode(StoreMode mode) {
        this.mode = mode;
        return this;
    }

    /** Which documents {@link #mode()} and {@link #cas()} are held against; what does not pass counts as missing. */
    public StoreRequest existing(DocumentFilter existing) {
        this.existing = existing;
        return this;
    }

    public StoreRequest value(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        this.valueArray = array;
        this.valueOffset = offset;
        this.valueLength = length;
        return this;
    }

    /** The CAS that the document must have, 0 for any. */
    public StoreRequest cas(long cas) {
        this.cas = cas;
        return this;
    }

    public StoreRequest flags(int flags) {
        this.flags = flags;
        return this;
    }

    /** Absolute Unix time in seconds, 32 bits unsigned; 0 means never. A time that has passed is legal. */
    public StoreRequest expirySeconds(long expirySeconds) {
        this.expirySeconds = expirySeconds;
        return this;
    }

    public StoreRequest datatype(byte datatype) {
        this.datatype = datatype;
        return this;
    }

    /** Keep the expiry of a live document that is there, and use {@link #expirySeconds()} only where there is none. */
    public StoreRequest preserveExpiry(boolean preserveExpiry) {
        this.preserveExpiry = preserveExpiry;
        return this;
    }

    /** Store a tombstone that has this value (its xattrs), not a live document. */
    public StoreRequest deleted(boolean deleted) {
        this.deleted = deleted;
        return this;
    }

    /**
     * The value says nothing of extended attributes, and was made without knowing of any: where mode and CAS allow the store
     * and the live document that it would replace {@linkplain Datatype#XATTR has some}, the engine answers {@link
     * Status#HAS_XATTRS} instead of storing. Decided under the same lock as mode and CAS, so that no attribute is lost to a
     * race; and asked of the datatype that is there anyway, so that a store over a document without attributes costs no
     * look-up. Tombstones and documents that the filter does not accept do not count.
     */
    public StoreRequest unawareOfXattrs(boolean unawareOfXattrs) {
        this.unawareOfXattrs = unawareOfXattrs;
        return this;
    }

    /**
     * How safe the write must be, and until when that can take.
     *
     * @param deadlineNanos on the scale of {@link EngineClock#nanoTime()}; meaningless for {@link DurabilityLevel#NONE}
     */
    public StoreRequest durability(DurabilityLevel level, long deadlineNanos) {
        this.durability = level;
        this.deadlineNanos = deadlineNanos;
        return this;
    }

    public StoreRequest patch(@Nullable ValuePatch patch) {
        this.patch = patch;
        return this;
    }

    public StoreMode mode() {
        return mode;
    }

    public DocumentFilter existing() {
        return existing;
    }

    public byte[] valueArray() {
        return valueArray;
    }

    public int valueOffset() {
        return valueOffset;
    }

    public int valueLength() {
        return valueLength;
    }

    public long cas() {
        return cas;
    }

    public int flags() {
        return flags;
    }

    public long expirySeconds() {
        return expirySeconds;
    }

    public byte datatype() {
        return datatype;
    }

    public boolean preserveExpiry() {
        return preserveExpiry;
    }

    public boolean deleted() {
        return deleted;
    }

    public boolean unawareOfXattrs() {
        return unawareOfXattrs;
    }

    public DurabilityLevel durability() {
        return durability;
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }

    public @Nullable ValuePatch patch() {
        return patch;
    }
}
