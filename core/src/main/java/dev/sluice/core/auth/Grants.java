package dev.sluice.core.auth;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may do in one bucket. Immutable.
 *
 * <p>The most specific entry that there is decides alone: what is granted on the bucket does not help in a scope that has
 * an entry of its own, nor the scope's in a collection that has one. Whoever writes roles expects them to add up, which is
 * why {@link Rights.Builder} hands the wider grants down when it makes these. Protocol: {@code auth} 6.3.
 *
 * @param mask granted on the bucket
 * @param scopes entries of scopes, by name
 */
record Grants(long mask, Map<String, ScopeGrants> scopes) {

    /** Nothing at all. */
    static final Grants NONE = new Grants(0, Map.of());

    /** Granted on a scope, and entries of its collections by name. */
    record ScopeGrants(long mask, Map<String, Long> collections) {}

    /** The check of 6.3 from step 3 on, for a privilege that can be granted on a bucket. */
    Verdict check(Privilege privilege, @Nullable Place place) {
        long bit = privilege.bit();
        boolean onBucket = (mask & bit) != 0;
        if (place == null || privilege.level() != Privilege.Level.COLLECTION) {
            return onBucket ? Verdict.OK : Verdict.FAIL;
        }
        boolean something = (mask & Privilege.COLLECTION_MASK) != 0;
        ScopeGrants scope = scopes.get(place.scope());
        if (scope == null) {
            return onBucket ? Verdict.OK : something ? Verdict.FAIL : Verdict.FAIL_NO_PRIVILEGES;
        }
        String name = place.collection();
        Long collection = name == null ? null : scope.collections().get(name);
        if (collection != null) {
            return (collection & bit) != 0 ? Verdict.OK : Verdict.FAIL;
        }
        if ((scope.mask() & bit) != 0) {
            return Verdict.OK;
        }
        return name == null || scope.mask() != 0 || something ? Verdict.FAIL : Verdict.FAIL_NO_PRIVILEGES;
    }

    /** All that is granted anywhere in the bucket. */
    long anywhere() {
        long all = mask;
        for (ScopeGrants scope : scopes.values()) {
            all |= scope.mask();
            for (long collection : scope.collections().values()) {
                all |= collection;
            }
        }
        return all;
    }

    /** Whether anything is granted on a collection of the scope, or on the scope or the bucket. */
    boolean touches(Place place) {
        ScopeGrants scope = scopes.get(place.scope());
        if (scope == null) {
            return (mask & Privilege.COLLECTION_MASK) != 0;
        }
        String name = place.collection();
        if (name == null) {
            return (scope.mask() | mask) != 0
                    || scope.collections().values().stream().anyMatch(collection -> collection != 0);
        }
        Long collection = scope.collections().get(name);
        return (collection == null ? scope.mask() : collection) != 0;
    }

    /** As {@code wider} has it, and what is granted here beside. */
    Grants with(Grants wider) {
        Map<String, ScopeGrants> merged = new HashMap<>();
        scopes.forEach((name, scope) -> merged.put(name, merge(scope, wider.scopes.get(name))));
        wider.scopes.forEach((name, scope) -> merged.putIfAbsent(name, scope));
        return new Grants(mask | wider.mask, merged);
    }

    private static ScopeGrants merge(ScopeGrants a, @Nullable ScopeGrants b) {
        if (b == null) {
            return a;
        }
        Map<String, Long> collections = new HashMap<>(a.collections);
        b.collections.forEach((name, mask) -> collections.merge(name, mask, (x, y) -> x | y));
        return new ScopeGrants(a.mask | b.mask, collections);
    }

    /** Has what is granted on the bucket in every scope too, and what is granted on a scope in every collection of it. */
    Grants handedDown() {
        long onBucket = mask & Privilege.COLLECTION_MASK;
        Map<String, ScopeGrants> down = new HashMap<>();
        scopes.forEach((name, scope) -> {
            long onScope = scope.mask | onBucket;
            Map<String, Long> collections = new HashMap<>();
            scope.collections.forEach((collection, granted) -> collections.put(collection, granted | onScope));
            down.put(name, new ScopeGrants(onScope, Map.copyOf(collections)));
        });
        return new Grants(mask, Map.copyOf(down));
    }
}
