package dev.sluice.server.config;

import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.administration.QuotaBudget;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.EngineType;
import dev.sluice.core.engine.NearestName;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.DurabilityLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code buckets} object of the file. */
final class BucketsSection {

    private static final long MIB = 1L << 20;

    private final EngineCatalog catalog;
    private final Path home;
    private final Path data;
    private final Limits limits;
    private final long heapBytes;
    private final Consumer<Problem> problems;

    BucketsSection(
            EngineCatalog catalog, Path home, Path data, Limits limits, long heapBytes, Consumer<Problem> problems) {
        this.catalog = catalog;
        this.home = home;
        this.data = data;
        this.limits = limits;
        this.heapBytes = heapBytes;
        this.problems = problems;
    }

    /**
     * Reads all buckets.
     *
     * @param path of the section
     * @param elsewhere the paths of those buckets whose objects do not stand there
     */
    List<ServerConfiguration.Bucket> parse(
            String path, Map<String, @Nullable Object> buckets, Map<String, String> elsewhere) {
        List<Draft> drafts = new ArrayList<>();
        buckets.forEach((name, value) -> {
            String member = elsewhere.getOrDefault(name, Problem.member(path, name));
            if (!EngineSettings.isBucketName(name)) {
                String expected = "a name of " + EngineSettings.BUCKET_NAME_EXPECTED;
                problems.accept(new Problem(member, "a bucket's name", expected));
                return;
            }
            Draft draft = draft(member, name, SourceTree.asObject(member, value, problems));
            if (draft != null) {
                drafts.add(draft);
            }
        });
        long quotaBytesByDefault = shareQuota(path, drafts);
        return drafts.stream()
                .map(draft -> new ServerConfiguration.Bucket(
                        plan(draft, quotaBytesByDefault), draft.settings.flag(Keys.OPTIONAL)))
                .toList();
    }

    /** Reads one bucket's object by itself; null where there was a mistake. */
    @Nullable
    BucketPlan plan(String path, String name, Map<String, @Nullable Object> object) {
        boolean[] wrong = {false};
        BucketsSection noticing = new BucketsSection(catalog, home, data, limits, heapBytes, problem -> {
            wrong[0] = true;
            problems.accept(problem);
        });
        Draft draft = noticing.draft(path, name, object);
        return draft == null || wrong[0] ? null : plan(draft, 0);
    }

    private @Nullable Draft draft(String path, String name, Map<String, @Nullable Object> object) {
        EngineType type = object.get(Keys.ENGINE) instanceof String text ? catalog.find(text) : null;
        List<Setting> declared = new ArrayList<>(Keys.BUCKET);
        Map<String, @Nullable Object> checked = new HashMap<>(object);
        if (type == null) {
            // Which of the other keys its engine would know, nobody can tell.
            checked.keySet().retainAll(Keys.RESERVED);
        } else {
            declared.addAll(type.settings());
        }
        CollectionsSection collections = new CollectionsSection(path, problems);
        boolean hasCollections = checked.containsKey(Keys.COLLECTIONS);
        Map<String, Map<String, Long>> scopes =
                hasCollections ? collections.scopes(checked.remove(Keys.COLLECTIONS)) : Map.of();
        List<String> known = Stream.concat(declared.stream().map(Setting::name), Keys.BUCKET_SECTIONS.stream())
                .toList();
        for (String key : object.keySet()) {
            if (checked.containsKey(key) && !known.contains(key)) {
                checked.remove(key);
                problems.accept(Settings.unknownKey(path, key, known));
            }
        }
        Settings settings = Settings.check(path, declared, checked, problems);
        long maxTtlSeconds = collections.seconds(path, settings.number(Keys.MAX_TTL));
        String wanted = settings.text(Keys.ENGINE);
        if (type == null && wanted != null) {
            List<String> engines =
                    catalog.types().stream().map(EngineType::name).toList();
            problems.accept(new Problem(
                    Problem.member(path, Keys.ENGINE),
                    Problem.describe(wanted),
                    engines.isEmpty() ? "an engine, of which none was found" : "one of " + String.join(", ", engines),
                    NearestName.of(wanted, engines)));
        }
        long vbuckets = settings.number(Keys.VBUCKETS);
        if (!EngineSettings.isVBucketCount(vbuckets)) {
            problems.accept(new Problem(
                    Problem.member(path, Keys.VBUCKETS), Long.toString(vbuckets), EngineSettings.VBUCKETS_EXPECTED));
            return null;
        }
        if (type == null) {
            return null;
        }
        checkDurability(path, type, settings);
        checkTogether(path, type, name, settings);
        return new Draft(name, type, settings, new CollectionsSpec(maxTtlSeconds, scopes), object);
    }

    /** What only the engine knows to be a mistake. */
    private void checkTogether(String path, EngineType type, String name, Settings settings) {
        Map<String, String> contradictions;
        try {
            contradictions = type.provider().contradictions(configuration(name, type, settings));
        } catch (RuntimeException | Error e) {
            problems.accept(new Problem(path, "what the engine " + type.name() + " cannot check: " + e, "a bucket"));
            return;
        }
        contradictions.forEach((key, expected) -> problems.accept(new Problem(
                Problem.member(path, key), Problem.describe(settings.values().get(key)), expected)));
    }

    private EngineSettings configuration(String name, EngineType type, Settings settings) {
        return new EngineSettings(
                name,
                type.name(),
                Math.toIntExact(settings.number(Keys.VBUCKETS)),
                limits.valueBytesMax(),
                home,
                settings);
    }

    private void checkDurability(String path, EngineType type, Settings settings) {
        DurabilityLevel max = type.provider().durabilityMax();
        if (durabilityMin(settings).compareTo(max) > 0) {
            problems.accept(new Problem(
                    Problem.member(path, Keys.DURABILITY_MIN),
                    Problem.describe(settings.text(Keys.DURABILITY_MIN)),
                    "at most " + Keys.DURABILITY_LEVELS.get(max.ordinal()) + " with the engine " + type.name()));
        }
    }

    private static DurabilityLevel durabilityMin(Settings settings) {
        return DurabilityLevel.values()[
                Math.max(0, Keys.DURABILITY_LEVELS.indexOf(settings.text(Keys.DURABILITY_MIN)))];
    }

    private static WritePolicy writePolicy(Settings settings) {
        boolean byTime = "lww".equals(settings.text(Keys.CONFLICT_RESOLUTION));
        return new WritePolicy(byTime ? ConflictResolution.LWW : ConflictResolution.SEQNO, durabilityMin(settings));
    }

    /** Checks the sum of what was given, and answers what each of the others gets. */
    private long shareQuota(String path, List<Draft> drafts) {
        long budget = QuotaBudget.of(heapBytes);
        long given = 0;
        int sharing = 0;
        for (Draft draft : drafts) {
            if (draft.settings.given(Keys.QUOTA)) {
                given = Math.addExact(given, draft.settings.number(Keys.QUOTA));
            } else {
                sharing++;
            }
        }
        OptionalLong share = QuotaBudget.share(budget, given, sharing);
        if (share.isEmpty()) {
            String each = sharing == 0 ? "" : ", and " + sharing + " without one, which take 1MiB or more";
            problems.accept(new Problem(
                    path,
                    "quotas of " + given / MIB + "MiB in all" + each,
                    "at most " + budget / MIB + "MiB, " + QuotaBudget.PERCENT + " % of the heap of " + heapBytes / MIB
                            + "MiB, which Java's option -Xmx sets"));
        }
        return share.orElse(QuotaBudget.BYTES_MIN);
    }

    private BucketPlan plan(Draft draft, long quotaBytesByDefault) {
        Settings settings = draft.settings;
        BucketSpec spec = new BucketSpec(
                configuration(draft.name, draft.type, settings),
                settings.number(Keys.QUOTA, quotaBytesByDefault),
                settings.flag(Keys.FLUSH),
                writePolicy(settings),
                datatypes(settings),
                EngineSettings.directoryOf(data, draft.name),
                draft.type.provider(),
                draft.collections);
        return new BucketPlan(draft.object, spec, settings.given(Keys.QUOTA));
    }

    private static DatatypeSettings datatypes(Settings settings) {
        String mode = settings.text(Keys.COMPRESSION_MODE);
        return new DatatypeSettings(
                mode == null ? CompressionMode.OFF : CompressionMode.of(mode),
                settings.ratio(Keys.MIN_COMPRESSION_RATIO),
                settings.flag(Keys.XATTRS));
    }

    /** A bucket that lacks nothing but, perhaps, its quota. */
    private record Draft(
            String name,
            EngineType type,
            Settings settings,
            CollectionsSpec collections,
            Map<String, @Nullable Object> object) {}
}
