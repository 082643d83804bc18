package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.engine.Statistic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Statistics that event loops have to be asked for, each about what it alone may look at. */
final class LoopStatistics {

    private static final int OPCODES = 256;
    private static final int STAT = 0x10;

    private LoopStatistics() {}

    /** How many connections there are from each address. */
    static CompletableFuture<List<Supplier<Statistic>>> clientAddresses(NodeServices node) {
        return node.connectionsByAddress().thenApply(loops -> {
            Map<String, Long> sums = new TreeMap<>();
            loops.forEach(counts -> counts.forEach((address, count) -> sums.merge(address, count, Long::sum)));
            List<Supplier<Statistic>> lines = new ArrayList<>();
            sums.forEach((address, count) ->
                    lines.add(() -> new Statistic(address, ServerStatistics.json(Map.of("current", count)))));
            return lines;
        });
    }

    /** What each event loop has to do, or all of them together. */
    static CompletableFuture<List<Supplier<Statistic>>> loops(NodeServices node, String argument) {
        return node.connectionsByLoop().thenApply(counts -> {
            List<Supplier<Statistic>> lines = new ArrayList<>();
            if (argument.isEmpty()) {
                counts.forEach((loop, count) -> lines.add(() ->
                        new Statistic(Integer.toString(loop), ServerStatistics.json(Map.of("connections", count)))));
            } else {
                long sum = counts.values().stream().mapToLong(Long::longValue).sum();
                lines.add(() -> new Statistic("aggregate", ServerStatistics.json(Map.of("connections", sum))));
            }
            return lines;
        });
    }

    /** The timings of a bucket's commands, each opcode by its number; or those of STAT alone. */
    static CompletableFuture<List<Supplier<Statistic>>> timings(NodeServices node, Bucket bucket, boolean ofStat) {
        return node.askLoops(loop -> {
                    List<CommandTimings.Sum> sums = new ArrayList<>();
                    for (int opcode = 0; opcode < OPCODES; opcode++) {
                        CommandTimings.Sum sum = new CommandTimings.Sum();
                        bucket.timings().addTo(sum, loop, opcode);
                        sums.add(sum);
                    }
                    return sums;
                })
                .thenApply(loops -> {
                    List<Supplier<Statistic>> lines = new ArrayList<>();
                    for (int opcode = 0; opcode < OPCODES; opcode++) {
                        int code = opcode;
                        List<CommandTimings.Sum> parts =
                                loops.stream().map(sums -> sums.get(code)).toList();
                        boolean some =
                                parts.stream().anyMatch(sum -> sum.histogram().getTotalCount() + sum.overflows() > 0);
                        if (some && (!ofStat || opcode == STAT)) {
                            String name = ofStat ? "stat" : String.format(Locale.ROOT, "opcode_%02x", opcode);
                            lines.add(() -> new Statistic(name, ServerStatistics.json(HistogramJson.of(parts))));
                        }
                    }
                    return lines;
                });
    }

    /** Begins the timings of a bucket's commands again. */
    static CompletableFuture<List<Supplier<Statistic>>> resetTimings(NodeServices node, Bucket bucket) {
        return node.askLoops(loop -> {
                    bucket.timings().reset(loop);
                    return loop;
                })
                .thenApply(loops -> List.of());
    }
}
