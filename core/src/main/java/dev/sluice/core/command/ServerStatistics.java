package dev.sluice.core.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups about the server as a whole that no event loop has to be asked for. On a background thread. */
final class ServerStatistics implements StatCommand.StatisticSource {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLOCK_READS = 1000;

    private final NodeServices node;

    ServerStatistics(NodeServices node) {
        this.node = node;
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        StatGroup known = StatGroup.of(group);
        if (known == null) {
            return null;
        }
        return switch (known) {
            case SETTINGS -> List.of(new Statistic("", node.settingsJson())).iterator();
            case BUCKET_DETAILS -> bucketDetails(argument).iterator();
            case CLOCKS -> clocks().iterator();
            case THREADS -> threads().iterator();
            default -> null;
        };
    }

    /** An object as JSON. */
    static String json(Object object) {
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new AssertionError("maps, lists and scalars are always JSON", e);
        }
    }

    private List<Statistic> bucketDetails(String name) {
        List<Map<String, Object>> buckets = new ArrayList<>();
        for (Bucket bucket : node.buckets().all()) {
            if (name.isEmpty() || bucket.name().equals(name)) {
                buckets.add(describe(bucket));
            }
        }
        if (name.isEmpty()) {
            return List.of(new Statistic("bucket details", json(Map.of("buckets", buckets))));
        }
        if (buckets.isEmpty()) {
            throw new UnknownNameException(Status.NO_SUCH_KEY);
        }
        return List.of(new Statistic(name, json(buckets.get(0))));
    }

    private static Map<String, Object> describe(Bucket bucket) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", bucket.name());
        details.put("type", bucket.spec().provider().type());
        details.put("state", bucket.state().name().toLowerCase(Locale.ROOT));
        details.put("clients", bucket.userCount());
        details.put("vbuckets", bucket.spec().configuration().vbucketCount());
        details.put("quota", bucket.account().quotaBytes());
        details.put("used", bucket.account().usedBytes());
        details.put("ingress", bucket.ingressLimit().name().toLowerCase(Locale.ROOT));
        return details;
    }

    /** What a look at each of the clocks costs. */
    private List<Statistic> clocks() {
        EngineClock clock = node.clock();
        long start = clock.nanoTime();
        for (int i = 0; i < CLOCK_READS; i++) {
            long unused = clock.nanoTime();
        }
        long between = clock.nanoTime();
        for (int i = 0; i < CLOCK_READS; i++) {
            long unused = clock.wallNanos();
        }
        long end = clock.nanoTime();
        return List.of(
                Statistic.of("clock_fine_overhead_ns", (between - start) / CLOCK_READS),
                Statistic.of("clock_coarse_overhead_ns", (end - between) / CLOCK_READS),
                Statistic.of("clock_measurement_period_ns", end - start));
    }

    private static List<Statistic> threads() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean timed = threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        List<Statistic> lines = new ArrayList<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                Map<String, Object> details = new LinkedHashMap<>();
                details.put("name", thread.getThreadName());
                details.put("state", thread.getThreadState().name());
                details.put("cpu_ns", timed ? threads.getThreadCpuTime(thread.getThreadId()) : -1);
                lines.add(new Statistic(Long.toString(thread.getThreadId()), json(details)));
            }
        }
        return lines;
    }
}
