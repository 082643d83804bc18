package dev.sluice.core.cookie;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Privilege;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.StoreRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a command asks for, in no protocol's terms. A codec fills it, an executor reads it, a cookie owns it.
 *
 * <p>Key and value point into one span of one array. As long as the command runs, that is the connection's input; when it
 * blocks, {@link #own()} copies the span and points key and value at the copy.
 *
 * <p>Plain fields behind plain accessors, on purpose: this object is filled once for each command.
 */
public final class Request {

    private static final byte[] NOTHING = new byte[0];

    private final HeapDocumentKey key = new HeapDocumentKey();
    private final DocumentView document = new DocumentView();
    private final MutationResult mutation = new MutationResult();
    private final StoreRequest store = new StoreRequest();
    private final RemoveRequest remove = new RemoveRequest();

    private byte[] array = NOTHING;
    private int keyOffset;
    private int keyLength;
    private int valueOffset;
    private int valueLength;
    private boolean owned = true;
    private int collection;
    private int vbucket;
    private long cas;
    private int flags;
    private long expiry;
    private long delta;
    private long initial;
    private long result;
    private boolean preserveExpiry;
    private DurabilityLevel durability = DurabilityLevel.NONE;
    private int durabilityTimeoutMs;
    private long deadlineNanos;
    private long scanIdHigh;
    private long scanIdLow;
    private @Nullable Object detail;
    private int datatype;
    private byte @Nullable [] inflated;
    private @Nullable Runnable heldForValue;
    private @Nullable Runnable heldForDocument;
    private @Nullable String actsFor;
    private long lentPrivileges;
    private @Nullable Access actingAs;
    private int wireOpcode;
    private int wireOpaque;

    /** Forgets what a long life would keep alive. Numbers stay: every codec sets those that its command reads. */
    void clear() {
        array = NOTHING;
        keyOffset = 0;
        keyLength = 0;
        valueOffset = 0;
        valueLength = 0;
        owned = true;
        collection = 0;
        cas = 0;
        flags = 0;
        expiry = 0;
        preserveExpiry = false;
        durability = DurabilityLevel.NONE;
        durabilityTimeoutMs = 0;
        deadlineNanos = 0;
        detail = null;
        datatype = 0;
        inflated = null;
        holdForValue(null);
        holdForDocument(null);
        actsFor = null;
        lentPrivileges = 0;
        actingAs = null;
        key.wrap(0, NOTHING, 0, 0);
        document.clear();
        mutation.clear();
        store.clear();
        remove.clear();
    }

    /**
     * Points key and value into an array.
     *
     * @param owned whether the array is this command's alone, so that it need not be copied when the command blocks
     */
    public void body(byte[] array, int keyOffset, int keyLength, int valueOffset, int valueLength, boolean owned) {
        assert valueOffset >= keyOffset + keyLength || valueLength == 0;
        this.array = array;
        this.keyOffset = keyOffset;
        this.keyLength = keyLength;
        this.valueOffset = valueOffset;
        this.valueLength = valueLength;
        this.owned = owned;
        key.wrap(collection, array, keyOffset, keyLength);
    }

    /** Copies key and value to an array of this command's own, unless they are in one. The store request follows. */
    public void own() {
        if (owned) {
            return;
        }
        boolean storesValue = store.valueArray() == array;
        int shift = store.valueOffset() - valueOffset;
        int end = Math.max(keyOffset + keyLength, valueOffset + valueLength);
        int start = keyOffset;
        array = Arrays.copyOfRange(array, start, end);
        owned = true;
        keyOffset = 0;
        valueOffset = Math.max(0, valueOffset - start);
        key.wrap(collection, array, keyOffset, keyLength);
        if (storesValue) {
            store.value(array, valueOffset + shift, store.valueLength());
        }
    }

    public HeapDocumentKey key() {
        return key;
    }

    /** The array that key and value are in. */
    public byte[] array() {
        return array;
    }

    public int keyOffset() {
        return keyOffset;
    }

    public int keyLength() {
        return keyLength;
    }

    public int valueOffset() {
        return valueOffset;
    }

    public int valueLength() {
        return valueLength;
    }

    /** A fresh copy of the value; for commands off the hot path. */
    public byte[] copyOfValue() {
        return Arrays.copyOfRange(array, valueOffset, valueOffset + valueLength);
    }

    /** The out-parameter of reads. */
    public DocumentView document() {
        return document;
    }

    /** The out-parameter of mutations. */
    public MutationResult mutation() {
        return mutation;
    }

    public StoreRequest store() {
        return store;
    }

    public RemoveRequest remove() {
        return remove;
    }

    /** The collection of the key, to be set before {@link #body}. */
    public void collection(int collection) {
        this.collection = collection;
    }

    /** The collection of the key; of commands without a key the one that they are about. */
    public int collection() {
        return collection;
    }

    public int vbucket() {
        return vbucket;
    }

    public void vbucket(int vbucket) {
        this.vbucket = vbucket;
    }

    /** The CAS that the client gave, 0 for none. */
    public long cas() {
        return cas;
    }

    public void cas(long cas) {
        this.cas = cas;
    }

    public int flags() {
        return flags;
    }

    public void flags(int flags) {
        this.flags = flags;
    }

    /** As the client gave it, 32 bits unsigned: relative or absolute, see {@code ExpiryTime}. */
    public long expiry() {
        return expiry;
    }

    public void expiry(long expiry) {
        this.expiry = expiry;
    }

    /**
     * The one number that many commands have beside the key: what to add or subtract, a lock's seconds, a format, a count, a
     * uuid, a sequence number, a state, an opcode, a group of parameters.
     */
    public long delta() {
        return delta;
    }

    public void delta(long delta) {
        this.delta = delta;
    }

    /** The value of a counter that does not exist. */
    public long initial() {
        return initial;
    }

    public void initial(long initial) {
        this.initial = initial;
    }

    /** The number that arithmetic has come to, for the answer. */
    public long result() {
        return result;
    }

    public void result(long result) {
        this.result = result;
    }

    public boolean preserveExpiry() {
        return preserveExpiry;
    }

    public void preserveExpiry(boolean preserveExpiry) {
        this.preserveExpiry = preserveExpiry;
    }

    public DurabilityLevel durability() {
        return durability;
    }

    /** In milliseconds from acceptance; 0 where the client gave none. */
    public int durabilityTimeoutMs() {
        return durabilityTimeoutMs;
    }

    /** Until when a durable write may take, once an executor has found that out; 0 before. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    public void deadlineNanos(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    public void durability(DurabilityLevel level, int timeoutMs) {
        this.durability = level;
        this.durabilityTimeoutMs = timeoutMs;
    }

    /** The scan that is meant, high half. */
    public long scanIdHigh() {
        return scanIdHigh;
    }

    /** The scan that is meant, low half. */
    public long scanIdLow() {
        return scanIdLow;
    }

    public void scanId(long high, long low) {
        this.scanIdHigh = high;
        this.scanIdLow = low;
    }

    /** What the codec has read from the value of a command that is more than key and value; null where there is none. */
    public @Nullable Object detail() {
        return detail;
    }

    public void detail(@Nullable Object detail) {
        this.detail = detail;
    }

    /** What the client says of the value's bytes, see {@link dev.sluice.engine.Datatype}; legal for the command. */
    public int datatype() {
        return datatype;
    }

    public void datatype(int datatype) {
        this.datatype = datatype;
    }

    /** The value inflated, once somebody has inflated it; null before, and for a value that came as it is. */
    public byte @Nullable [] inflated() {
        return inflated;
    }

    public void inflated(byte @Nullable [] inflated) {
        this.inflated = inflated;
    }

    /** What is to be given back when the command ends: the memory of the value that was sent. Gives back what was before. */
    public void holdForValue(@Nullable Runnable release) {
        Runnable before = heldForValue;
        heldForValue = release;
        if (before != null) {
            before.run();
        }
    }

    /** As {@link #holdForValue}, for the memory of the document that is shown. */
    public void holdForDocument(@Nullable Runnable release) {
        Runnable before = heldForDocument;
        heldForDocument = release;
        if (before != null) {
            before.run();
        }
    }

    /** What is held for the document and what the caller gives back from here on; null for nothing. */
    public @Nullable Runnable takeHeldForDocument() {
        Runnable taken = heldForDocument;
        heldForDocument = null;
        return taken;
    }

    /** The user that the client acts for; null for itself. */
    public @Nullable String actsFor() {
        return actsFor;
    }

    public void actsFor(String user) {
        this.actsFor = user;
    }

    /** What is lent to the user that the client acts for, as bits. */
    public long lentPrivileges() {
        return lentPrivileges;
    }

    public void lend(Privilege privilege) {
        this.lentPrivileges |= privilege.bit();
    }

    /** What the client may do for the user that it acts for; null where it acts for itself. */
    public @Nullable Access actingAs() {
        return actingAs;
    }

    public void actingAs(Access access) {
        this.actingAs = access;
    }

    /** The codec's own; nobody behind it looks. */
    public int wireOpcode() {
        return wireOpcode;
    }

    /** The codec's own; nobody behind it looks. */
    public int wireOpaque() {
        return wireOpaque;
    }

    public void wire(int opcode, int opaque) {
        this.wireOpcode = opcode;
        this.wireOpaque = opaque;
    }

    /** The text of the key, for commands whose key is a name and no document's. Never null; bytes as ISO-8859-1. */
    public String keyText() {
        return new String(array, keyOffset, keyLength, StandardCharsets.ISO_8859_1);
    }

    /** Where executors keep a value that they have computed, by pointing the store request at it. */
    public void computed(byte @Nullable [] value) {
        if (value == null) {
            store.value(NOTHING, 0, 0);
        } else {
            store.value(value, 0, value.length);
        }
    }
}
