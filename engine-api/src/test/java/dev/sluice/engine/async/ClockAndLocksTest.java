package dev.sluice.engine.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.EngineClock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The parts of the adapter that an engine may use without it. */
class ClockAndLocksTest {
    private static final class Clock implements EngineClock {
        long nanoTime = Long.MAX_VALUE - 10; // about to overflow
        long wallNanos = 1_800_000_000_000_000_000L;

        @Override
        public long nanoTime() {
            return nanoTime;
        }

        @Override
        public long wallNanos() {
            return wallNanos;
        }
    }

    private final Clock clock = new Clock();

    @Nested
    class Cas {
        private final HybridClock cas = new HybridClock(clock);

        @Test
        void next_risesWhileTimeStandsStillAndGoesBack() {
            long last = cas.next();
            assertThat(last).isEqualTo(1_800_000_000_000_000_000L & ~0xffffL);
            for (int i = 0; i < 200_000; i++) {
                clock.wallNanos--;
                long next = cas.next();
                assertThat(next).isGreaterThan(last);
                last = next;
            }
        }

        @Test
        void next_followsTheWall() {
            cas.next();
            clock.wallNanos += TimeUnit.SECONDS.toNanos(1);
            assertThat(cas.next()).isEqualTo(clock.wallNanos & ~0xffffL);
        }

        @Test
        void next_isAboveWhatWasObserved() {
            long future = clock.wallNanos * 2;
            cas.observe(future);
            cas.observe(5);
            assertThat(cas.next()).isEqualTo(future + 1);
        }
    }

    @Nested
    class Locks {
        private final LockTable<String> locks = new LockTable<>(clock);

        @Test
        void lock_isHeldUntilItsEnd() {
            assertThat(locks.casOf("a")).isZero();
            assertThat(locks.lock("a", 7, 100)).isTrue();
            assertThat(locks.lock("a", 8, 100)).isFalse();
            assertThat(locks.lock("b", 9, 100)).isTrue();
            clock.nanoTime += 99;
            assertThat(locks.casOf("a")).isEqualTo(7);
            clock.nanoTime += 1;
            assertThat(locks.casOf("a")).isZero();
            assertThat(locks.lock("a", 10, 100)).isTrue();
        }

        @Test
        void release_endsIt() {
            locks.lock("a", 7, 100);
            locks.release("a");
            assertThat(locks.lock("a", 8, 100)).isTrue();
        }

        @Test
        void locksThatEnded_areForgotten_evenIfNobodyAsks() {
            for (int i = 0; i < 10_000; i++) {
                locks.lock("key " + i, 1, 1);
                clock.nanoTime += 2;
            }
            assertThat(locks.size()).isLessThan(3_000);
        }
    }
}
