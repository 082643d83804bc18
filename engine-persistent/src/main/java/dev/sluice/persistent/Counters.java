package dev.sluice.persistent;

import dev.sluice.engine.MetricRegistry;
import dev.sluice.memory.table.ResettableCounters;

/** The values of all {@link Counter}s. */
final class Counters extends ResettableCounters<Counter> {

    Counters(MetricRegistry registry) {
        super(Counter.class, counter -> counter.statistic, counter -> counter.description, registry);
    }
}
