package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import java.util.function.LongSupplier;

/** Where an engine shows its numbers to operators. Names are lower-case words with underscores, unit last. */
@Evolving
@AnyThread
public interface MetricRegistry {

    /** A number that goes up and down, read when somebody looks. */
    void gauge(String name, String description, LongSupplier value);

    /** A number that only rises. Adding to it is cheap from any thread. */
    Counter counter(String name, String description);

    /** A number that only rises. */
    interface Counter {

        void add(long amount);

        long value();
    }
}
