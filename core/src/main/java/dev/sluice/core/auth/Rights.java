package dev.sluice.core.auth;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user may do: on the server, and in each bucket. Immutable. */
public final class Rights {

    /** Stands for all buckets that have no entry of their own. */
    static final String EVERY_BUCKET = "*";

    /** Nothing. */
    public static final Rights NONE = new Builder().build();

    /** Everything. */
    public static final Rights ALL = new Builder()
            .global(Privilege.GLOBAL_MASK)
            .bucket(EVERY_BUCKET, Privilege.BUCKET_MASK)
            .build();

    private final long global;
    private final Map<String, Grants> buckets;

    private Rights(long global, Map<String, Grants> buckets) {
        this.global = global;
        this.buckets = buckets;
    }

    long global() {
        return global;
    }

    /** The entry for a bucket: its own, otherwise that of all, otherwise null. */
    @Nullable
    Grants in(String bucket) {
        Grants own = buckets.get(bucket);
        return own == null ? buckets.get(EVERY_BUCKET) : own;
    }

    /** Whether anything at all is granted in the bucket, which need not exist. */
    boolean mayUse(String bucket) {
        Grants grants = in(bucket);
        return grants != null && grants.anywhere() != 0;
    }

    /** Gathers what roles grant. Grants add up: a role never takes away what another gives. */
    static final class Builder {

        private long global;
        private final Map<String, Grants> buckets = new HashMap<>();

        Builder global(long mask) {
            global |= mask & Privilege.GLOBAL_MASK;
            return this;
        }

        Builder bucket(String bucket, long mask) {
            return add(bucket, new Grants(mask & Privilege.BUCKET_MASK, Map.of()));
        }

        Builder scope(String bucket, String scope, long mask) {
            long granted = mask & Privilege.COLLECTION_MASK;
            return add(bucket, new Grants(0, Map.of(scope, new Grants.ScopeGrants(granted, Map.of()))));
        }

        Builder collection(String bucket, String scope, String collection, long mask) {
            Map<String, Long> entry = Map.of(collection, mask & Privilege.COLLECTION_MASK);
            return add(bucket, new Grants(0, Map.of(scope, new Grants.ScopeGrants(0, entry))));
        }

        private Builder add(String bucket, Grants grants) {
            buckets.merge(bucket, grants, Grants::with);
            return this;
        }

        /** A bucket's own entry hides that of all buckets, so it is given what that one has. */
        Rights build() {
            Grants every = buckets.getOrDefault(EVERY_BUCKET, Grants.NONE);
            Map<String, Grants> built = new HashMap<>();
            buckets.forEach(
                    (bucket, grants) -> built.put(bucket, grants.with(every).handedDown()));
            return new Rights(global, Map.copyOf(built));
        }
    }
}
