package dev.sluice.core.command;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Place;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.auth.Verdict;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.Manifest;
import dev.sluice.core.collections.Scope;
import dev.sluice.core.statistics.CollectionCounter;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Collections.Figures;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The groups about collections. Protocol: {@code protocol-kv} 14.5. Each looks at one manifest, and its lines are made when
 * they are asked for, a collection or a vbucket at a time.
 *
 * <p>Who asks sees the collections in which SimpleStats is granted, and the scopes in which it is or that have such a
 * collection; sums are of these alone. What is not shown is as if it were not there. Protocol: {@code auth} 6.4.
 *
 * <p>What only the engine can count is left out where the engine does not know of collections: a zero would be a lie.
 *
 * <p><b>Thread.</b> Background.
 */
final class CollectionStatistics {

    private final Bucket bucket;
    private final Access access;
    private final Manifest manifest;
    private final @Nullable Collections engine;

    /** Of what somebody with that access may see of a bucket. */
    CollectionStatistics(Bucket bucket, Access access) {
        this.bucket = bucket;
        this.access = access;
        this.manifest = bucket.collections();
        this.engine = bucket.engine().capability(Collections.class);
    }

    /**
     * The lines of a group, or null where it is none of these.
     *
     * @throws UnknownNameException for a scope or collection that is not in the manifest
     */
    @Nullable
    Iterator<Statistic> statistics(String group, String argument) {
        return switch (group) {
            case "manifest" ->
                List.of(new Statistic("manifest", manifest.json(this::shows, this::shows)))
                        .iterator();
            case "collections" -> collections(argument.isEmpty() ? null : collection(argument));
            case "collections-byid" -> collections(argument.isEmpty() ? null : collectionById(argument));
            case "scopes" -> scopes(argument.isEmpty() ? null : scope(argument));
            case "scopes-byid" -> scopes(argument.isEmpty() ? null : scopeById(argument));
            case "collections-details" ->
                vbuckets(argument).flatMap(this::collectionDetails).iterator();
            case "scopes-details" ->
                vbuckets(argument).flatMap(this::scopeDetails).iterator();
            default -> null;
        };
    }

    /** Whether a group is one of these. */
    static boolean isGroup(String group) {
        return switch (group) {
            case "manifest",
                    "collections",
                    "collections-byid",
                    "scopes",
                    "scopes-byid",
                    "collections-details",
                    "scopes-details" -> true;
            default -> false;
        };
    }

    // ---- who asks ---------------------------------------------------------------------------------------------------

    private boolean shows(Collection collection) {
        Scope scope = manifest.scope(collection.scopeId());
        return scope != null && granted(new Place(scope.name(), collection.name()));
    }

    private boolean shows(Scope scope) {
        return granted(new Place(scope.name(), null))
                || scope.collections().stream().anyMatch(this::shows);
    }

    private boolean granted(Place place) {
        return access.check(Privilege.SIMPLE_STATS, place) == Verdict.OK
                && (!place.system() || access.check(Privilege.SYSTEM_COLLECTION_LOOKUP, place) == Verdict.OK);
    }

    private List<Collection> shown(Scope scope) {
        return scope.collections().stream().filter(this::shows).toList();
    }

    // ---- what is asked about ----------------------------------------------------------------------------------------

    private Collection collection(String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("collections: no path of a collection (expected: scope.collection)");
        }
        Scope scope = scope(path.substring(0, dot));
        String name = path.substring(dot + 1);
        Collection found = manifest.collection(scope.name(), name.isEmpty() ? Collection.DEFAULT_NAME : name);
        if (found == null || !shows(found)) {
            throw new UnknownNameException(Status.UNKNOWN_COLLECTION);
        }
        return found;
    }

    private Scope scope(String name) {
        Scope found = manifest.scope(name.isEmpty() ? Collection.DEFAULT_NAME : name);
        if (found == null || !shows(found)) {
            throw new UnknownNameException(Status.UNKNOWN_SCOPE);
        }
        return found;
    }

    private Collection collectionById(String id) {
        Collection found = manifest.collection(id(id));
        if (found == null || !shows(found)) {
            throw new UnknownNameException(Status.UNKNOWN_COLLECTION);
        }
        return found;
    }

    private Scope scopeById(String id) {
        Scope found = manifest.scope(id(id));
        if (found == null || !shows(found)) {
            throw new UnknownNameException(Status.UNKNOWN_SCOPE);
        }
        return found;
    }

    private static int id(String text) {
        try {
            if (text.startsWith("0x")) {
                return Integer.parseUnsignedInt(text, 2, text.length(), 16);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("id: not a number (expected: 0x and hexadecimal digits)");
    }

    private Stream<Integer> vbuckets(String argument) {
        if (argument.isEmpty()) {
            return IntStream.range(0, bucket.spec().configuration().vbucketCount())
                    .filter(bucket::hasVBucket)
                    .boxed();
        }
        int vbucket;
        try {
            vbucket = Integer.parseInt(argument);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("vbucket: not a number (expected: a vbucket of the bucket)", e);
        }
        if (vbucket < 0 || !bucket.hasVBucket(vbucket)) {
            throw new UnknownNameException(Status.NOT_MY_VBUCKET);
        }
        return Stream.of(vbucket);
    }

    // ---- the lines --------------------------------------------------------------------------------------------------

    private Iterator<Statistic> collections(@Nullable Collection one) {
        Stream<Collection> shown = one == null ? manifest.collections().filter(this::shows) : Stream.of(one);
        return Stream.concat(Stream.of(manifestUid("")), shown.flatMap(this::lines))
                .iterator();
    }

    private Stream<Statistic> lines(Collection collection) {
        Scope scope = manifest.scope(collection.scopeId());
        String prefix = prefix(scopeAndCollection(collection));
        List<Statistic> lines = new ArrayList<>();
        lines.add(new Statistic(prefix + "name", collection.name()));
        lines.add(new Statistic(prefix + "scope_name", scope == null ? "" : scope.name()));
        sums(lines, prefix, List.of(collection));
        if (collection.maxTtlSeconds() != Collection.NO_MAX_TTL) {
            lines.add(Statistic.of(prefix + "maxTTL", collection.maxTtlSeconds()));
        }
        return lines.stream();
    }

    private Iterator<Statistic> scopes(@Nullable Scope one) {
        Stream<Scope> shown = one == null ? manifest.scopes().stream().filter(this::shows) : Stream.of(one);
        return Stream.concat(Stream.of(manifestUid("")), shown.flatMap(this::lines))
                .iterator();
    }

    private Stream<Statistic> lines(Scope scope) {
        String prefix = prefix(hex(scope.id()));
        List<Collection> collections = shown(scope);
        List<Statistic> lines = new ArrayList<>();
        lines.add(new Statistic(prefix + "name", scope.name()));
        lines.add(Statistic.of(prefix + "collections", collections.size()));
        sums(lines, prefix, collections);
        return lines.stream();
    }

    private void sums(List<Statistic> lines, String prefix, List<Collection> collections) {
        if (engine != null) {
            long items = 0;
            long bytes = 0;
            for (Collection collection : collections) {
                for (int i = 0; i < bucket.spec().configuration().vbucketCount(); i++) {
                    Figures figures = engine.figures(i, collection.id());
                    items += figures == null ? 0 : figures.itemCount();
                    bytes += figures == null ? 0 : figures.bytes();
                }
            }
            lines.add(Statistic.of(prefix + "items", items));
            lines.add(Statistic.of(prefix + "collections_mem_used", bytes));
            lines.add(Statistic.of(prefix + "data_size", bytes));
        }
        for (CollectionCounter counter : CollectionCounter.values()) {
            long sum = 0;
            for (Collection collection : collections) {
                sum += bucket.collectionCounters().value(collection.id(), counter);
            }
            lines.add(Statistic.of(prefix + counter.statName(), sum));
        }
    }

    private Stream<Statistic> collectionDetails(int vbucket) {
        String vb = "vb_" + vbucket + ":";
        Stream<Statistic> lines = manifest.collections().filter(this::shows).flatMap(collection -> {
            String prefix = vb + prefix(scopeAndCollection(collection));
            return Stream.concat(
                    Stream.of(new Statistic(prefix + "name", collection.name())),
                    figures(prefix, vbucket, List.of(collection)));
        });
        return Stream.concat(Stream.of(manifestUid(vb)), lines);
    }

    private Stream<Statistic> scopeDetails(int vbucket) {
        String vb = "vb_" + vbucket + ":";
        Stream<Statistic> lines = manifest.scopes().stream().filter(this::shows).flatMap(scope -> {
            String prefix = vb + prefix(hex(scope.id()));
            List<Collection> collections = shown(scope);
            return Stream.concat(
                    Stream.of(
                            new Statistic(prefix + "name", scope.name()),
                            Statistic.of(prefix + "collections", collections.size())),
                    figures(prefix, vbucket, collections));
        });
        return Stream.concat(Stream.of(manifestUid(vb)), lines);
    }

    private Stream<Statistic> figures(String prefix, int vbucket, List<Collection> collections) {
        if (engine == null) {
            return Stream.empty();
        }
        long items = 0;
        long bytes = 0;
        long highSeqno = 0;
        for (Collection collection : collections) {
            Figures figures = engine.figures(vbucket, collection.id());
            if (figures != null) {
                items += figures.itemCount();
                bytes += figures.bytes();
                highSeqno = Math.max(highSeqno, figures.highSeqno());
            }
        }
        return Stream.of(
                Statistic.of(prefix + "items", items),
                Statistic.of(prefix + "mem_used", bytes),
                Statistic.of(prefix + "high_seqno", highSeqno));
    }

    private Statistic manifestUid(String prefix) {
        return new Statistic(prefix + "manifest_uid", Long.toHexString(manifest.uid()));
    }

    private static String scopeAndCollection(Collection collection) {
        return hex(collection.scopeId()) + ":" + hex(collection.id());
    }

    private static String prefix(String ids) {
        return ids + ":";
    }

    private static String hex(int id) {
        return String.format(Locale.ROOT, "0x%x", id);
    }
}
