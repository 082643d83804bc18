package dev.sluice.testkit;

import dev.sluice.engine.MetricRegistry;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Keeps what an engine shows, for a test to read by name. Safe from any thread. */
public final class TestMetricRegistry implements MetricRegistry {
    private final Map<String, LongSupplier> metrics = new ConcurrentHashMap<>();

    @Override
    public void gauge(String name, String description, LongSupplier value) {
        register(name, value);
    }

    @Override
    public Counter counter(String name, String description) {
        LongAdder adder = new LongAdder();
        register(name, adder::sum);
        return new Counter() {
            @Override
            public void add(long amount) {
                adder.add(amount);
            }

            @Override
            public long value() {
                return adder.sum();
            }
        };
    }

    /** What the metric of that name shows now. */
    public long value(String name) {
        LongSupplier metric = metrics.get(name);
        if (metric == null) {
            throw new IllegalArgumentException("metric: " + name + " (expected: one of " + names() + ")");
        }
        return metric.getAsLong();
    }

    /** The names registered so far, in order. */
    public SortedSet<String> names() {
        return new TreeSet<>(metrics.keySet());
    }

    private void register(String name, LongSupplier value) {
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("metric: " + name + " (expected: lower-case words with underscores)");
        }
        if (metrics.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("metric: " + name + " is registered already");
        }
    }
}
