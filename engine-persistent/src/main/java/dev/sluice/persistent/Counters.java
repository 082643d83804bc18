package dev.sluice.persistent;

import dev.sluice.engine.MetricRegistry;
import java.util.EnumMap;
import java.util.Map;

/** The values of all {@link Counter}s. A reset moves where counting begins: what operators' monitoring sees never falls. */
final class Counters {

    private static final class Resettable {
        final MetricRegistry.Counter counter;
        volatile long origin;

        Resettable(MetricRegistry.Counter counter) {
            this.counter = counter;
        }
    }

    private final Map<Counter, Resettable> counters = new EnumMap<>(Counter.class);

    Counters(MetricRegistry registry) {
        for (Counter counter : Counter.values()) {
            counters.put(counter, new Resettable(registry.counter(counter.statistic, counter.description)));
        }
    }

    void add(Counter counter) {
        add(counter, 1);
    }

    void add(Counter counter, long amount) {
        resettable(counter).counter.add(amount);
    }

    /** Events since the last reset. */
    long value(Counter counter) {
        Resettable resettable = resettable(counter);
        return resettable.counter.value() - resettable.origin;
    }

    void reset() {
        counters.values().forEach(resettable -> resettable.origin = resettable.counter.value());
    }

    @SuppressWarnings("NullAway") // the constructor has put all of them there
    private Resettable resettable(Counter counter) {
        return counters.get(counter);
    }
}
