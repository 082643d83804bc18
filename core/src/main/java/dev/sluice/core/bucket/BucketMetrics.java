package dev.sluice.core.bucket;

import dev.sluice.engine.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The numbers that one bucket's engine registered, by name. Any thread. */
final class BucketMetrics implements MetricRegistry {

    private final Map<String, LongSupplier> values = new ConcurrentSkipListMap<>();

    @Override
    public void gauge(String name, String description, LongSupplier value) {
        values.put(name, value);
    }

    @Override
    public Counter counter(String name, String description) {
        AddingCounter counter = new AddingCounter();
        values.put(name, counter::value);
        return counter;
    }

    /** All numbers by name, sorted; a view that follows registrations. */
    Map<String, LongSupplier> values() {
        return values;
    }

    private static final class AddingCounter implements Counter {

        private final LongAdder adder = new LongAdder();

        @Override
        public void add(long amount) {
            adder.add(amount);
        }

        @Override
        public long value() {
            return adder.sum();
        }
    }
}
