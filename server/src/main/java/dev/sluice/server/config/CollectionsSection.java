package dev.sluice.server.config;

import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.engine.Units;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@code collections} of a bucket: by the name of their scope, a list of names, or an object that says more of each.
 *
 * <pre>
 *   "collections": {"inventory": ["hotel", "airline"],
 *                   "sessions": {"tokens": {"maxTtl": "1h"}}}
 * </pre>
 */
final class CollectionsSection {

    private static final long SECOND_MS = 1_000;

    private final String bucketPath;
    private final Consumer<Problem> problems;

    CollectionsSection(String bucketPath, Consumer<Problem> problems) {
        this.bucketPath = bucketPath;
        this.problems = problems;
    }

    /** By scope and collection: each one's limit in seconds, or {@link Collection#NO_MAX_TTL}. In the order of the file. */
    Map<String, Map<String, Long>> scopes(@Nullable Object value) {
        String path = Problem.member(bucketPath, Keys.COLLECTIONS);
        Map<String, Map<String, Long>> scopes = new LinkedHashMap<>();
        SourceTree.asObject(path, value, problems).forEach((name, collections) -> {
            String member = Problem.member(path, name);
            if (isName(member, name, "a scope's name")) {
                scopes.put(name, scope(member, collections));
            }
        });
        return scopes;
    }

    private Map<String, Long> scope(String path, @Nullable Object value) {
        Map<String, Long> collections = new LinkedHashMap<>();
        if (value instanceof List<?> names) {
            for (int i = 0; i < names.size(); i++) {
                String element = Problem.element(path, i);
                if (!(names.get(i) instanceof String name)) {
                    problems.accept(
                            new Problem(element, Problem.describe(names.get(i)), CollectionsSpec.NAME_EXPECTED));
                } else if (isName(element, name, "\"" + name + "\"")
                        && collections.putIfAbsent(name, Collection.NO_MAX_TTL) != null) {
                    problems.accept(
                            new Problem(element, "\"" + name + "\" for the second time", "each collection once"));
                }
            }
            return collections;
        }
        if (!(value instanceof Map)) {
            problems.accept(new Problem(
                    path,
                    Problem.describe(value),
                    "an array of names, or an object such as {\"hotel\": {\"maxTtl\": \"1h\"}}"));
            return collections;
        }
        SourceTree.asObject(path, value, problems).forEach((name, settings) -> {
            String member = Problem.member(path, name);
            if (isName(member, name, "a collection's name")) {
                collections.put(name, maxTtl(member, SourceTree.asObject(member, settings, problems)));
            }
        });
        return collections;
    }

    private long maxTtl(String path, Map<String, @Nullable Object> object) {
        Settings settings = Settings.check(path, Keys.COLLECTION, object, problems);
        return settings.given(Keys.MAX_TTL) ? seconds(path, settings.number(Keys.MAX_TTL)) : Collection.NO_MAX_TTL;
    }

    /** Whole seconds, which is what documents expire by. */
    long seconds(String path, long ms) {
        if (ms % SECOND_MS != 0) {
            problems.accept(new Problem(Problem.member(path, Keys.MAX_TTL), ms + "ms", "whole seconds"));
        }
        return ms / SECOND_MS;
    }

    /** What {@link #scopes} has read, as a configuration would have it. */
    static Map<String, Object> written(CollectionsSpec spec) {
        Map<String, Object> scopes = new LinkedHashMap<>();
        spec.scopes().forEach((scope, collections) -> {
            Map<String, Object> written = new LinkedHashMap<>();
            collections.forEach((name, seconds) -> written.put(
                    name,
                    seconds == Collection.NO_MAX_TTL
                            ? Map.of()
                            : Map.of(Keys.MAX_TTL, Units.formatDuration(seconds * SECOND_MS))));
            scopes.put(scope, written);
        });
        return scopes;
    }

    private boolean isName(String path, String name, String found) {
        if (!CollectionsSpec.isName(name)) {
            problems.accept(new Problem(path, found, CollectionsSpec.NAME_EXPECTED));
            return false;
        }
        return true;
    }
}
