package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Flush;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.EngineDriver.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract between engine and server: blocking, cancelling, statistics, closing, coming back. */
abstract class ConversationContract extends ScanContract {
    private static final Key KEY = Key.of("key");

    @Nested
    class Blocking {
        @Test
        void storeThatBlocked_isStoredOnce() {
            Answer answer = stored(KEY, Store.set("value"));
            Answer shown = succeeded(get(KEY));
            assertThat(shown.cas()).isEqualTo(answer.cas());
            assertThat(shown.revSeqno()).isEqualTo(supports(Behavior.REV_SEQNOS) ? 1 : 0);
        }

        @Test
        void addsAtOnce_letOneSucceed() {
            List<Answer> answers = atOnce(20, i -> driver.startStore(VB, KEY, Store.add("of " + i)));
            assertThat(answers.stream().filter(Answer::succeeded)).hasSize(1);
            assertThat(answers.stream().filter(a -> a.status() == Status.KEY_EXISTS))
                    .hasSize(19);
        }

        @Test
        void storesWithOneCasAtOnce_letOneSucceed() {
            long cas = stored(KEY, Store.set("value")).cas();
            List<Answer> answers = atOnce(
                    20, i -> driver.startStore(VB, KEY, Store.set("of " + i).cas(cas)));
            assertThat(answers.stream().filter(Answer::succeeded)).hasSize(1);
            Answer winner =
                    answers.stream().filter(Answer::succeeded).findFirst().orElseThrow();
            assertThat(get(KEY).text()).isEqualTo("of " + answers.indexOf(winner));
            assertThat(get(KEY).cas()).isEqualTo(winner.cas());
        }

        @Test
        void storesOfManyKeysAtOnce_allSucceed() {
            List<Answer> answers = atOnce(200, i -> driver.startStore(VB, Key.of("key " + i % 50), Store.set("" + i)));
            assertThat(answers).allMatch(Answer::succeeded);
            Set<Long> cas = new HashSet<>();
            answers.forEach(answer -> cas.add(answer.cas()));
            assertThat(cas).hasSize(200);
        }

        @Test
        void readsDuringWrites_seeOneOrTheOther() {
            stored(KEY, Store.set("value 0"));
            List<Answer> answers = atOnce(
                    100,
                    i -> i % 2 == 0 ? driver.startGet(VB, KEY) : driver.startStore(VB, KEY, Store.set("value " + i)));
            for (int i = 0; i < answers.size(); i += 2) {
                assertThat(answers.get(i).text()).startsWith("value ");
            }
        }

        private List<Answer> atOnce(int count, IntFunction<Command> start) {
            List<Command> commands = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                commands.add(start.apply(i));
            }
            return commands.stream().map(Command::await).toList();
        }
    }

    @Nested
    class Cancelling {
        @Test
        void cancelledCommands_harmNobody() {
            Random random = new Random(seed);
            stored(KEY, Store.set("before"));
            for (int i = 0; i < 100; i++) {
                Command command = random.nextBoolean()
                        ? driver.startGet(VB, KEY)
                        : driver.startStore(VB, KEY, Store.set("cancelled " + i));
                for (int steps = random.nextInt(4); steps > 0; steps--) {
                    context.scheduler().runOne();
                }
                if (!command.done()) {
                    command.cancel();
                }
            }
            context.scheduler().runAll();
            stored(KEY, Store.set("after"));
            assertThat(get(KEY).text()).isEqualTo("after");
        }

        @Test
        void cancelBlocked_notifiesEverybodySoon() {
            List<Command> commands = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                commands.add(driver.startStore(VB, Key.of("key " + i % 10), Store.set("value")));
            }
            engine.cancelBlocked();
            for (Command command : commands) {
                Status status = command.done() ? command.await().status() : notified(command);
                assertThat(status).isIn(Status.SUCCESS, Status.CANCELLED, Status.TEMPORARY_FAILURE, Status.UNDECIDED);
            }
        }

        /** The status of the notification; the engine is not called again, since its bucket is going. */
        private Status notified(Command command) {
            for (int patience = 0; patience < 1_000 && command.cookie().notified() == null; patience++) {
                context.scheduler().advance(Duration.ofMillis(1));
                LockSupport.parkNanos(100_000); // for threads of the engine's own
            }
            return requireNonNull(command.cookie().notified());
        }
    }

    @Nested
    class Statistics {
        @Test
        void generalGroup_isKnown_andWellFormed() {
            stored(KEY, Store.set("value"));
            Iterator<Statistic> statistics = requireNonNull(driver.background(() -> engine.statistics("", "")));
            while (statistics.hasNext()) {
                Statistic statistic = statistics.next();
                assertThat(statistic.name()).hasSizeLessThanOrEqualTo(250).matches("\\p{ASCII}*");
            }
        }

        @Test
        void unknownGroup_isNull() {
            assertThat(driver.background(() -> engine.statistics("no such group", "")))
                    .isNull();
        }

        @Test
        void reset_isAccepted() {
            driver.background(() -> {
                engine.resetStatistics();
                return true;
            });
            succeeded(store(KEY, Store.set("value")));
        }

        @Test
        void capability_answersTheSameEachTime() {
            assertThat(engine.capability(Runnable.class)).isNull();
            for (Class<?> type : List.of(RangeScans.class, VBuckets.class, Flush.class, RecordApplication.class)) {
                boolean first = engine.capability(type) != null;
                assertThat(engine.capability(type) != null)
                        .as(type.getSimpleName())
                        .isEqualTo(first);
            }
        }
    }

    @Nested
    class Life {
        @Test
        void provider_namesItsTypeAndVersion() {
            EngineProvider provider = provider();
            assertThat(provider.type())
                    .matches("[a-z0-9-]{1,32}")
                    .isEqualTo(provider().type());
            assertThat(provider.spiVersion()).isEqualTo(SpiVersion.CURRENT);
            assertThat(provider.configurationKeys()).doesNotContainNull().doesNotHaveDuplicates();
        }

        @Test
        void close_ofAnEngineThatDidNothing_works() throws Exception {
            closeEngine(false);
        }

        @Test
        void close_withCommandsUnderWay_worksAndKeepsTheRules() throws Exception {
            for (int i = 0; i < 20; i++) {
                driver.startStore(VB, Key.of("key " + i), Store.set("value"));
            }
            engine.cancelBlocked();
            closeEngine(true);
            driver.verify();
        }

        @Test
        void restart_keepsWhatWasStored_orNothing() throws Exception {
            Answer stored = stored(KEY, Store.set("value").flags(7));
            stored(Key.of("removed"), Store.set("value"));
            succeeded(driver.remove(VB, Key.of("removed")));
            restart();
            if (supports(Behavior.PERSISTENCE)) {
                Answer shown = succeeded(get(KEY));
                assertThat(shown.text()).isEqualTo("value");
                assertThat(shown.flags()).isEqualTo(7);
                assertThat(shown.cas()).isEqualTo(stored.cas());
                assertThat(get(Key.of("removed")).status()).isEqualTo(Status.NO_SUCH_KEY);
            } else {
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
            assertThat(Long.compareUnsigned(stored(KEY, Store.set("new")).cas(), stored.cas()))
                    .isPositive();
        }

        @Test
        void locks_endWithARestart() throws Exception {
            assumeTrue(supports(Behavior.LOCKS) && supports(Behavior.PERSISTENCE));
            stored(KEY, Store.set("value"));
            succeeded(driver.lock(VB, KEY, 25));
            restart();
            assertThat(get(KEY).locked()).isFalse();
        }
    }
}
