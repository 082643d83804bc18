package dev.sluice.core.collections;

import dev.sluice.engine.CollectionSet;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The scopes and collections of a bucket at one time. Immutable; a change is another manifest with a higher uid. Protocol:
 * {@code protocol-kv} 12.
 *
 * <p>{@link #collection(int)} is asked for every request with a key: nothing is allocated, the default collection is one
 * field, and the others stand in an open-addressed table that is at most half full. All else is for colder paths.
 *
 * <p><b>Thread.</b> Any.
 */
public final class Manifest {

    /** Ids below are the protocol's own, but for 0. */
    static final int FIRST_ID = 8;

    private static final Comparator<Scope> SCOPE_ORDER = (a, b) -> Integer.compareUnsigned(a.id(), b.id());
    private static final Comparator<Collection> ORDER = (a, b) -> Integer.compareUnsigned(a.id(), b.id());

    /** Spreads ids, which are given out one after the other, over the table: 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9E3779B9;

    /** What a bucket begins with that nobody has given collections: uid 0, the default collection and nothing else. */
    // Behind what its making needs.
    public static final Manifest EPOCH = new Manifest(0, List.of(defaultScope()));

    private final long uid;
    private final List<Scope> scopes;
    private final @Nullable Collection defaultCollection;
    private final @Nullable Collection[] table;
    private final int shift;
    private final boolean limitsTtl;
    private final Map<String, Scope> scopesByName = new HashMap<>();
    private final Map<String, Collection> collectionsByPath = new HashMap<>();
    private final CollectionSet ids;
    private final byte[] json;

    /** Scopes and collections are put in the order of their ids. That they are consistent is the caller's business. */
    Manifest(long uid, List<Scope> scopes) {
        this.uid = uid;
        this.scopes = scopes.stream()
                .map(scope -> new Scope(
                        scope.id(),
                        scope.name(),
                        scope.collections().stream().sorted(ORDER).toList()))
                .sorted(SCOPE_ORDER)
                .toList();
        List<Collection> all = collections().toList();
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(2 * all.size()));
        this.shift = Integer.SIZE - bits;
        this.table = new Collection[1 << bits];
        Collection zero = null;
        for (Collection collection : all) {
            if (collection.id() == 0) {
                zero = collection;
            } else {
                table[placeOf(collection.id())] = collection;
            }
        }
        this.defaultCollection = zero;
        this.limitsTtl = all.stream().anyMatch(c -> c.maxTtlSeconds() != Collection.NO_MAX_TTL);
        this.ids = CollectionSet.of(all.stream().mapToInt(Collection::id).toArray());
        for (Scope scope : this.scopes) {
            scopesByName.put(scope.name(), scope);
            scope.collections().forEach(c -> collectionsByPath.put(path(scope.name(), c.name()), c));
        }
        this.json = ManifestJson.print(this, scope -> true, collection -> true).getBytes(StandardCharsets.UTF_8);
    }

    private static Scope defaultScope() {
        return new Scope(
                0,
                Collection.DEFAULT_NAME,
                List.of(new Collection(0, Collection.DEFAULT_NAME, 0, false, Collection.NO_MAX_TTL, null, null, null)));
    }

    /**
     * Reads the JSON of a manifest.
     *
     * @throws ManifestException where a rule of {@code protocol-kv} 12.2 is broken
     */
    public static Manifest parse(byte[] json, int offset, int length) throws ManifestException {
        return ManifestJson.parse(json, offset, length);
    }

    /** Which manifest this is: unsigned, and higher than that of those before. */
    public long uid() {
        return uid;
    }

    /** By id, ascending. */
    public List<Scope> scopes() {
        return scopes;
    }

    /** All collections of all scopes. */
    public Stream<Collection> collections() {
        return scopes.stream().flatMap(scope -> scope.collections().stream());
    }

    /** The collection of that id, or null. */
    public @Nullable Collection collection(int id) {
        return id == 0 ? defaultCollection : table[placeOf(id)];
    }

    /** The scope of that id, or null. */
    public @Nullable Scope scope(int id) {
        for (Scope scope : scopes) {
            if (scope.id() == id) {
                return scope;
            }
        }
        return null;
    }

    /** The scope of that name, or null. */
    public @Nullable Scope scope(String name) {
        return scopesByName.get(name);
    }

    /** The collection of that name in the scope of that name, or null. */
    public @Nullable Collection collection(String scopeName, String name) {
        return collectionsByPath.get(path(scopeName, name));
    }

    /** Names have no dots. */
    private static String path(String scopeName, String name) {
        return scopeName + "." + name;
    }

    /** The ids of all collections, for engines. */
    public CollectionSet ids() {
        return ids;
    }

    /**
     * How long a document of a collection lives at most, in seconds; 0 for no limit. A collection's own limit replaces the
     * bucket's, also by none. Protocol: {@code protocol-kv} 7.1.4.
     */
    public long maxTtlSeconds(int collection, long bucketMaxTtlSeconds) {
        if (!limitsTtl) {
            return bucketMaxTtlSeconds;
        }
        Collection found = collection(collection);
        return found == null || found.maxTtlSeconds() == Collection.NO_MAX_TTL
                ? bucketMaxTtlSeconds
                : found.maxTtlSeconds();
    }

    /** The manifest as JSON in UTF-8; shared, not to be changed. */
    public byte[] json() {
        return json;
    }

    /** The part of the manifest that somebody may see, as JSON: a scope is shown where it passes, its collections likewise. */
    public String json(Predicate<Scope> scopesShown, Predicate<Collection> collectionsShown) {
        return ManifestJson.print(this, scopesShown, collectionsShown);
    }

    /**
     * Checks that another manifest may come after this one.
     *
     * @param dropped ids of collections that there were before this manifest and that are gone
     * @throws ManifestException where it may not. One of the same uid and content may
     */
    public void checkSuccessor(Manifest next, CollectionSet dropped) throws ManifestException {
        int order = Long.compareUnsigned(next.uid, uid);
        if (order < 0) {
            throw new ManifestException(
                    ManifestException.Reason.OUT_OF_RANGE, "uid", hex(next.uid), "at least " + hex(uid));
        }
        if (order == 0) {
            if (!next.scopes.equals(scopes)) {
                throw new ManifestException(
                        ManifestException.Reason.CANNOT_APPLY,
                        "uid",
                        hex(next.uid) + ", which another manifest has",
                        "more than " + hex(uid));
            }
            return;
        }
        if (defaultCollection == null && next.defaultCollection != null) {
            throw new ManifestException(
                    ManifestException.Reason.INVALID,
                    "the default collection",
                    "there again",
                    "gone for good, as it was dropped");
        }
        for (Scope scope : next.scopes) {
            Scope before = scope(scope.id());
            if (before != null && !before.name().equals(scope.name())) {
                throw immutable("scope " + Integer.toHexString(scope.id()), scope.name(), before.name());
            }
        }
        for (Collection collection : (Iterable<Collection>) next.collections()::iterator) {
            checkSuccessor(collection, dropped);
        }
    }

    private void checkSuccessor(Collection next, CollectionSet dropped) throws ManifestException {
        String what = "collection " + Integer.toHexString(next.id());
        Collection before = collection(next.id());
        if (before == null) {
            if (dropped.contains(next.id())) {
                throw new ManifestException(
                        ManifestException.Reason.CANNOT_APPLY,
                        what,
                        "there again",
                        "an id that no collection has had, as this one was dropped");
            }
        } else if (!before.name().equals(next.name())) {
            throw immutable(what, next.name(), before.name());
        } else if (before.scopeId() != next.scopeId()) {
            throw new ManifestException(
                    ManifestException.Reason.CANNOT_APPLY,
                    what,
                    "in scope " + Integer.toHexString(next.scopeId()),
                    "scope " + Integer.toHexString(before.scopeId()) + " as before");
        }
    }

    private static ManifestException immutable(String what, String found, String before) {
        return new ManifestException(
                ManifestException.Reason.CANNOT_APPLY,
                what,
                "named \"" + found + "\"",
                "the name \"" + before + "\" as before");
    }

    /** The ids that are here and not in another manifest, added to a set: what was ever dropped, once that one follows. */
    CollectionSet droppedBy(Manifest next, CollectionSet before) {
        Set<Integer> dropped = new HashSet<>();
        for (int id : before.ids()) {
            dropped.add(id);
        }
        collections().map(Collection::id).filter(id -> !next.ids.contains(id)).forEach(dropped::add);
        return CollectionSet.of(dropped.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Whether another manifest has the same scopes and collections, whatever its uid. */
    boolean sameContent(Manifest other) {
        return scopes.equals(other.scopes);
    }

    private static String hex(long number) {
        return Long.toHexString(number);
    }

    /** Where an id stands, or where it would. */
    private int placeOf(int id) {
        int place = (id * SPREAD) >>> shift;
        for (Collection there = table[place]; there != null && there.id() != id; there = table[place]) {
            place = (place + 1) & (table.length - 1);
        }
        return place;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Manifest that && uid == that.uid && scopes.equals(that.scopes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(uid);
    }

    @Override
    public String toString() {
        return "Manifest[uid=" + hex(uid) + ", collections=" + ids + "]";
    }
}
