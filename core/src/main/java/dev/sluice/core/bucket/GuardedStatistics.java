package dev.sluice.core.bucket;

import dev.sluice.engine.Statistic;
import java.util.Iterator;
import java.util.function.Supplier;

/**
 * See {@link CallGuard}. An iterator that throws has failed, which the caller hears as an {@link EngineFailedException}; a
 * bad argument that is found late is passed on.
 */
final class GuardedStatistics implements Iterator<Statistic> {

    private final Iterator<Statistic> statistics;
    private final CallGuard guard;

    GuardedStatistics(Iterator<Statistic> statistics, CallGuard guard) {
        this.statistics = statistics;
        this.guard = guard;
    }

    @Override
    public boolean hasNext() {
        return call(statistics::hasNext);
    }

    @Override
    public Statistic next() {
        return call(statistics::next);
    }

    /** Off the hot path: here, an allocation for each call does no harm. */
    private <T> T call(Supplier<T> body) {
        ClassLoader before = guard.enter();
        try {
            return body.get();
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (Throwable e) {
            guard.background(e);
            throw new EngineFailedException(e);
        } finally {
            guard.leave(before);
        }
    }
}
