package dev.sluice.testkit;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.ValuePatch;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a test wants stored: {@code Store.set("value").cas(cas).flags(7)}. Changes itself; make one for each store. */
public final class Store {
    private final StoreMode mode;
    private final byte[] value;
    private DocumentFilter existing = DocumentFilter.ALIVE;
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

    private Store(StoreMode mode, byte[] value) {
        this.mode = mode;
        this.value = value;
    }

    public static Store set(String value) {
        return of(StoreMode.SET, value);
    }

    public static Store add(String value) {
        return of(StoreMode.ADD, value);
    }

    public static Store replace(String value) {
        return of(StoreMode.REPLACE, value);
    }

    public static Store of(StoreMode mode, String value) {
        return of(mode, value.getBytes(StandardCharsets.UTF_8));
    }

    /** The array is shared, and must not change while the store is in use. */
    public static Store of(StoreMode mode, byte[] value) {
        return new Store(mode, value);
    }

    public Store existing(DocumentFilter filter) {
        existing = filter;
        return this;
    }

    public Store cas(long cas) {
        this.cas = cas;
        return this;
    }

    public Store flags(int flags) {
        this.flags = flags;
        return this;
    }

    public Store expirySeconds(long seconds) {
        expirySeconds = seconds;
        return this;
    }

    public Store datatype(int datatype) {
        this.datatype = (byte) datatype;
        return this;
    }

    public Store preserveExpiry() {
        preserveExpiry = true;
        return this;
    }

    /** Stores a tombstone that has the value. */
    public Store asDeleted() {
        deleted = true;
        return this;
    }

    /** The value was made without knowing of any extended attributes. */
    public Store unawareOfXattrs() {
        unawareOfXattrs = true;
        return this;
    }

    public Store durability(DurabilityLevel level, long deadlineNanos) {
        durability = level;
        this.deadlineNanos = deadlineNanos;
        return this;
    }

    public Store patch(ValuePatch patch) {
        this.patch = patch;
        return this;
    }

    byte[] value() {
        return value;
    }

    /** Everything but the value. */
    StoreRequest fill(StoreRequest request) {
        return request.mode(mode)
                .existing(existing)
                .cas(cas)
                .flags(flags)
                .expirySeconds(expirySeconds)
                .datatype(datatype)
                .preserveExpiry(preserveExpiry)
                .deleted(deleted)
                .unawareOfXattrs(unawareOfXattrs)
                .durability(durability, deadlineNanos)
                .patch(patch);
    }
}
