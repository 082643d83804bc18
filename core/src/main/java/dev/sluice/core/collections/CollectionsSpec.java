package dev.sluice.core.collections;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a bucket's configuration says of collections: names, without ids.
 *
 * <p>Ids are given from 8 upwards, in the order of the configuration. A name keeps its id for as long as it is there, and an
 * id is never given twice, whatever is added to or taken from the configuration later: clients keep ids, and engines keep
 * documents by them. So each change of the configuration makes a manifest that follows the one before.
 *
 * @param maxTtlSeconds how long documents of the bucket live at most; 0 for no limit
 * @param scopes by name, in the order of the configuration: the collections by name, each with its own limit in seconds or
 *     {@link Collection#NO_MAX_TTL}
 */
public record CollectionsSpec(long maxTtlSeconds, Map<String, Map<String, Long>> scopes) {

    /** No limit, and no collection beside the default one. */
    public static final CollectionsSpec NONE = new CollectionsSpec(0, Map.of());

    /** {@link #isName} as a regular expression, to stand within another. */
    public static final String NAME = ManifestJson.NAME_PATTERN;

    /** {@link #isName} as a regular expression that JSON Schema understands too. */
    public static final String NAME_PATTERN = "^" + NAME + "$";

    /** What a name may be, for messages. */
    public static final String NAME_EXPECTED =
            "a name of 1 to " + ManifestJson.NAME_LENGTH_MAX + " characters of A-Z a-z 0-9 _ - % $, the first not $";

    public CollectionsSpec {
        Map<String, Map<String, Long>> copy = new LinkedHashMap<>();
        scopes.forEach(
                (name, collections) -> copy.put(name, Collections.unmodifiableMap(new LinkedHashMap<>(collections))));
        scopes = Collections.unmodifiableMap(copy);
    }

    /** Whether a scope or collection may be called that. */
    public static boolean isName(String name) {
        return ManifestJson.isName(name);
    }

    /** What a bucket begins with, given what it had when it ended. */
    SavedManifest follow(SavedManifest before) {
        Manifest last = before.manifest();
        int nextScope = next(last.scopes().stream().map(Scope::id).toList());
        List<Integer> used = last.collections().map(Collection::id).collect(Collectors.toCollection(ArrayList::new));
        for (int id : before.dropped().ids()) {
            used.add(id);
        }
        int nextCollection = next(used);
        boolean defaultDropped = last.collection(0) == null;

        Map<String, Map<String, Long>> wanted = new LinkedHashMap<>();
        wanted.put(Collection.DEFAULT_NAME, new LinkedHashMap<>());
        wanted.get(Collection.DEFAULT_NAME).put(Collection.DEFAULT_NAME, Collection.NO_MAX_TTL);
        scopes.forEach((name, collections) ->
                wanted.computeIfAbsent(name, n -> new LinkedHashMap<>()).putAll(collections));
        List<Scope> made = new ArrayList<>();
        for (Map.Entry<String, Map<String, Long>> entry : wanted.entrySet()) {
            String scopeName = entry.getKey();
            Scope known = last.scope(scopeName);
            int scopeId = known == null ? nextScope++ : known.id();
            List<Collection> collections = new ArrayList<>();
            for (Map.Entry<String, Long> collection : entry.getValue().entrySet()) {
                String name = collection.getKey();
                boolean isDefault = scopeId == 0 && name.equals(Collection.DEFAULT_NAME);
                if (isDefault && defaultDropped) {
                    continue; // It cannot return.
                }
                Collection there = last.collection(scopeName, name);
                int id = isDefault ? 0 : there == null ? nextCollection++ : there.id();
                boolean system = Collection.systemName(name) || Collection.systemName(scopeName);
                collections.add(new Collection(id, name, scopeId, system, collection.getValue(), null, null, null));
            }
            made.add(new Scope(scopeId, scopeName, collections));
        }
        Manifest next = new Manifest(last.uid() + 1, made);
        return next.sameContent(last) ? before : new SavedManifest(next, true, last.droppedBy(next, before.dropped()));
    }

    /** The first id that is above all of these. */
    private static int next(List<Integer> ids) {
        long highest = Manifest.FIRST_ID - 1;
        for (int id : ids) {
            highest = Math.max(highest, Integer.toUnsignedLong(id));
        }
        return (int) (highest + 1);
    }

    /** The names that a manifest lacks, as paths; for the log. */
    Set<String> missingFrom(Manifest manifest) {
        Map<String, Boolean> missing = new HashMap<>();
        scopes.forEach((scope, collections) -> collections.keySet().stream()
                .filter(name -> manifest.collection(scope, name) == null)
                .forEach(name -> missing.put(scope + "." + name, true)));
        return missing.keySet();
    }
}
