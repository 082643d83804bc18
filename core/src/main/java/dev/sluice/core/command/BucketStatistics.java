package dev.sluice.core.command;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketCompanion;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.ResponseCounters;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The groups that need a bucket: the general one, {@code reset}, and whatever the engine has. */
final class BucketStatistics implements StatCommand.StatisticSource {

    private final NodeServices node;
    private final Bucket bucket;
    private final Access access;

    /** Of a bucket, for somebody with that access. */
    BucketStatistics(NodeServices node, Bucket bucket, Access access) {
        this.node = node;
        this.bucket = bucket;
        this.access = access;
    }

    @Override
    public boolean begin() {
        return bucket.beginBackgroundCall();
    }

    @Override
    public void end() {
        bucket.endBackgroundCall();
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        StatGroup known = StatGroup.of(group);
        if (known == null) {
            Iterator<Statistic> collections = new CollectionStatistics(bucket, access).statistics(group, argument);
            return collections != null ? collections : bucket.engine().statistics(group, argument);
        }
        return switch (known) {
            case GENERAL -> general();
            case RESET -> reset(argument);
            case RESPONSES -> List.of(new Statistic("", responses())).iterator();
            case INFO ->
                List.of(new Statistic("info", ServerStatistics.json(info()))).iterator();
            case RANGE_SCANS -> rangeScans();
            case CONFIG, WARMUP, MEMORY -> engineOr(known, argument);
            default ->
                known.takesVBucket()
                        ? vbuckets(known, argument)
                        : bucket.engine().statistics(group, argument);
        };
    }

    private Iterator<Statistic> reset(String argument) {
        if (!argument.isEmpty() && !argument.equals("timings")) {
            throw new IllegalArgumentException("reset: argument is not known (expected: none, or timings)");
        }
        if (argument.isEmpty()) {
            bucket.counters().reset();
            bucket.responses().reset();
            bucket.collectionCounters().reset();
            bucket.engine().resetStatistics();
        }
        return StatCommand.none();
    }

    /** How many answers of each status, by its number in hexadecimal digits. */
    private String responses() {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (int status = 0; status < ResponseCounters.STATUSES; status++) {
            long count = bucket.responses().value(status);
            if (count != 0) {
                counts.put(Integer.toHexString(status), count);
            }
        }
        return ServerStatistics.json(counts);
    }

    private Map<String, Object> info() {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", node.version());
        info.put("engine", bucket.spec().provider().type());
        info.put("vbuckets", bucket.spec().configuration().vbucketCount());
        return info;
    }

    private Iterator<Statistic> rangeScans() {
        for (BucketCompanion companion : bucket.companions()) {
            Iterator<Statistic> scans = companion.statistics(StatGroup.RANGE_SCANS.text());
            if (scans != null) {
                return scans;
            }
        }
        return List.of(Statistic.of("total_scans", 0)).iterator();
    }

    /** What the engine says, and otherwise what is true of any. */
    private Iterator<Statistic> engineOr(StatGroup group, String argument) {
        Iterator<Statistic> own = bucket.engine().statistics(group.text(), argument);
        if (own != null) {
            return own;
        }
        BucketConfiguration configuration = bucket.spec().configuration();
        List<Statistic> lines = new ArrayList<>();
        switch (group) {
            case WARMUP -> {
                lines.add(new Statistic("ep_warmup", "disabled"));
                lines.add(new Statistic("ep_warmup_thread", "complete"));
            }
            case MEMORY -> {
                lines.add(Statistic.of("mem_used", bucket.account().usedBytes()));
                lines.add(Statistic.of("ep_max_size", bucket.account().quotaBytes()));
            }
            default -> {
                lines.add(Statistic.of("ep_max_size", bucket.account().quotaBytes()));
                lines.add(Statistic.of("ep_max_vbuckets", configuration.vbucketCount()));
                if (configuration instanceof EngineSettings settings) {
                    settings.settings()
                            .values()
                            .forEach((key, value) -> lines.add(new Statistic("ep_" + key, String.valueOf(value))));
                }
            }
        }
        return lines.iterator();
    }

    private @Nullable Iterator<Statistic> vbuckets(StatGroup group, String argument) {
        int count = bucket.spec().configuration().vbucketCount();
        VBuckets capability = bucket.engine().capability(VBuckets.class);
        int first = 0;
        int end = count;
        if (!argument.isEmpty()) {
            try {
                first = Integer.parseInt(argument);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("vbucket: not a number (expected: 0.." + (count - 1) + ")", e);
            }
            end = first + 1;
            boolean there = first >= 0 && first < count && (capability == null || capability.state(first) != null);
            if (!there) {
                throw new UnknownNameException(Status.NOT_MY_VBUCKET);
            }
        }
        Iterator<Statistic> own = bucket.engine().statistics(group.text(), argument);
        if (own != null || capability == null) {
            return own;
        }
        return new VBucketStatistics(capability).lines(group, first, end);
    }

    private Iterator<Statistic> general() {
        List<Statistic> items = new ArrayList<>();
        EngineClock clock = node.clock();
        items.add(Statistic.of("pid", ProcessHandle.current().pid()));
        items.add(Statistic.of("uptime", clock.wallSeconds() - node.startWallSeconds()));
        items.add(Statistic.of("time", clock.wallSeconds()));
        items.add(new Statistic("version", node.version()));
        items.add(new Statistic("memcached_version", node.version()));
        if (access.has(Privilege.STATS)) {
            addServer(items);
        }
        for (BucketCounter counter : BucketCounter.values()) {
            items.add(Statistic.of(counter.statName(), bucket.counters().value(counter)));
        }
        for (EngineFault fault : EngineFault.values()) {
            items.add(Statistic.of(fault.statName(), bucket.faults().count(fault)));
        }
        items.add(new Statistic("bucket", bucket.name()));
        items.add(Statistic.of("bucket_connections", bucket.userCount()));
        items.add(Statistic.of("bucket_quota_bytes", bucket.account().quotaBytes()));
        items.add(Statistic.of("bucket_used_bytes", bucket.account().usedBytes()));
        addEngine(items);
        return items.iterator();
    }

    /** What is the server's and no bucket's, for who may see that. Protocol: {@code protocol-kv} 14.3. */
    private void addServer(List<Statistic> items) {
        items.add(Statistic.of("threads", node.limits().loops()));
        items.add(Statistic.of("curr_connections", node.counters().connections()));
        items.add(Statistic.of("user_connections", node.counters().connections()));
        items.add(Statistic.of("system_connections", 0));
        items.add(Statistic.of("connection_structures", node.counters().connections()));
        addTotals(items);
        items.add(Statistic.of("max_user_connections", node.limits().connectionsMax()));
        items.add(Statistic.of("auth_running", node.authentication().computing()));
        items.add(Statistic.of("auth_waiting", node.authentication().waiting()));
        for (ServerCounter counter : ServerCounter.values()) {
            items.add(Statistic.of(counter.statName(), node.counters().value(counter)));
        }
    }

    /** Of all buckets that serve. */
    private void addTotals(List<Statistic> items) {
        long gets = 0;
        long sets = 0;
        for (Bucket each : node.buckets().ready()) {
            gets += each.counters().value(BucketCounter.CMD_GET);
            sets += each.counters().value(BucketCounter.CMD_SET);
        }
        items.add(Statistic.of("cmd_total_gets", gets));
        items.add(Statistic.of("cmd_total_sets", sets));
        items.add(Statistic.of("cmd_total_ops", gets + sets));
    }

    /**
     * What tools for the original look for and what is true of any engine here: a bucket serves once its engine is open, so
     * it is never half loaded.
     */
    private void addCommon(Map<String, Statistic> items) {
        List<Statistic> common = new ArrayList<>();
        common.add(Statistic.of("mem_used", bucket.account().usedBytes()));
        common.add(Statistic.of("ep_max_size", bucket.account().quotaBytes()));
        common.add(new Statistic("ep_warmup_thread", "complete"));
        common.add(Statistic.of("ep_degraded_mode", 0));
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        int count = bucket.spec().configuration().vbucketCount();
        for (VBucketState state : VBucketState.values()) {
            long there = vbuckets == null
                    ? (state == VBucketState.ACTIVE ? count : 0)
                    : IntStream.range(0, count)
                            .filter(vbucket -> vbuckets.state(vbucket) == state)
                            .count();
            common.add(Statistic.of("vb_" + state.name().toLowerCase(Locale.ROOT) + "_num", there));
        }
        common.forEach(statistic -> items.putIfAbsent(statistic.name(), statistic));
    }

    /** The engine's own general group, and of its metrics those that it does not name there. */
    private void addEngine(List<Statistic> items) {
        Map<String, Statistic> byName = new LinkedHashMap<>();
        Iterator<Statistic> engine = bucket.engine().statistics("", "");
        if (engine != null) {
            engine.forEachRemaining(statistic -> byName.put(statistic.name(), statistic));
        }
        for (Map.Entry<String, LongSupplier> metric : bucket.metrics().entrySet()) {
            byName.putIfAbsent(
                    metric.getKey(),
                    Statistic.of(metric.getKey(), metric.getValue().getAsLong()));
        }
        addCommon(byName);
        items.addAll(byName.values());
    }
}
