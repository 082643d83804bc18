package dev.sluice.engine.async;

import dev.sluice.engine.annotation.Stable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record as a store found it: its key, its bytes, and whatever the store needs to recognise this version again (a CAS of
 * the storage's own, an entity tag, a row version). The arrays are shared and must not change any more.
 */
@Stable
public final class StoredRecord {
    private final byte[] key;
    private final byte[] bytes;
    private final @Nullable Object version;

    private StoredRecord(byte[] key, byte[] bytes, @Nullable Object version) {
        this.key = Objects.requireNonNull(key, "key");
        this.bytes = Objects.requireNonNull(bytes, "bytes");
        this.version = version;
    }

    /** A record of a store that tells versions apart by their bytes, or that has no other writer. */
    public static StoredRecord of(byte[] key, byte[] bytes) {
        return new StoredRecord(key, bytes, null);
    }

    /** A record with the store's own name for this version. */
    public static StoredRecord of(byte[] key, byte[] bytes, Object version) {
        return new StoredRecord(key, bytes, Objects.requireNonNull(version, "version"));
    }

    /** The key as it was given to the store. Shared, not copied. */
    public byte[] key() {
        return key;
    }

    /** The record as it was given to the store. Shared, not copied. */
    public byte[] bytes() {
        return bytes;
    }

    /** What the store gave for a version, or null. */
    public @Nullable Object version() {
        return version;
    }
}
