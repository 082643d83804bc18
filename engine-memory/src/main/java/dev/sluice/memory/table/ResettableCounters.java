package dev.sluice.memory.table;

import dev.sluice.engine.MetricRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The values of an engine's counters. A reset moves where counting begins: what operators' monitoring sees never falls.
 *
 * <p><b>Thread.</b> Any.
 */
public class ResettableCounters<C extends Enum<C>> {

    private static final class Resettable {
        final MetricRegistry.Counter counter;
        volatile long origin;

        Resettable(MetricRegistry.Counter counter) {
            this.counter = counter;
        }
    }

    private final Map<C, Resettable> counters;

    /** Registers each constant of the type under its name, with what it counts. */
    protected ResettableCounters(
            Class<C> type, Function<C, String> name, Function<C, String> description, MetricRegistry registry) {
        counters = new EnumMap<>(type);
        for (C counter : type.getEnumConstants()) {
            counters.put(counter, new Resettable(registry.counter(name.apply(counter), description.apply(counter))));
        }
    }

    public final void add(C counter) {
        add(counter, 1);
    }

    public final void add(C counter, long amount) {
        resettable(counter).counter.add(amount);
    }

    /** Events since the last reset. */
    public final long value(C counter) {
        Resettable resettable = resettable(counter);
        long origin = resettable.origin; // First: a reset in between must not show a negative number.
        return resettable.counter.value() - origin;
    }

    public final void reset() {
        counters.values().forEach(resettable -> resettable.origin = resettable.counter.value());
    }

    @SuppressWarnings("NullAway") // the constructor has put all of them there
    private Resettable resettable(C counter) {
        return counters.get(counter);
    }
}
