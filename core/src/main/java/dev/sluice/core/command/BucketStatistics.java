package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Statistic;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The groups that need a bucket: the general one, {@code reset}, and whatever the engine has. */
final class BucketStatistics implements StatCommand.StatisticSource {

    private final NodeServices node;
    private final Bucket bucket;

    BucketStatistics(NodeServices node, Bucket bucket) {
        this.node = node;
        this.bucket = bucket;
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
        if (group.isEmpty()) {
            return general();
        }
        if (group.equals("reset")) {
            if (!argument.isEmpty() && !argument.equals("timings")) {
                throw new IllegalArgumentException("reset: argument is not known (expected: none, or timings)");
            }
            if (argument.isEmpty()) {
                bucket.counters().reset();
                bucket.collectionCounters().reset();
                bucket.engine().resetStatistics();
            }
            return StatCommand.none();
        }
        Iterator<Statistic> collections = new CollectionStatistics(bucket).statistics(group, argument);
        return collections != null ? collections : bucket.engine().statistics(group, argument);
    }

    private Iterator<Statistic> general() {
        List<Statistic> items = new ArrayList<>();
        EngineClock clock = node.clock();
        items.add(Statistic.of("pid", ProcessHandle.current().pid()));
        items.add(Statistic.of("uptime", clock.wallSeconds() - node.startWallSeconds()));
        items.add(Statistic.of("time", clock.wallSeconds()));
        items.add(new Statistic("version", node.version()));
        items.add(Statistic.of("threads", node.limits().loops()));
        items.add(Statistic.of("curr_connections", node.counters().connections()));
        items.add(Statistic.of("max_user_connections", node.limits().connectionsMax()));
        for (ServerCounter counter : ServerCounter.values()) {
            items.add(Statistic.of(counter.statName(), node.counters().value(counter)));
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
        items.addAll(byName.values());
    }
}
