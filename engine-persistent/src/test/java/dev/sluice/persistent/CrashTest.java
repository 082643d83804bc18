package dev.sluice.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBuckets;
import dev.sluice.persistent.store.log.PowerLoss;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestEngineContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power goes at each operation of the disk in turn, while clients write. What comes back is, vbucket by vbucket, what
 * there was at one sequence number, not below any that was said to be on disk; and the history says where it broke off.
 */
class CrashTest {

    private static final long SEED = Long.getLong("sluice.test.seed", 20_261_121L);
    private static final int VBUCKETS = 2;
    private static final int KEYS = 6;
    private static final int STEPS = 100;

    /** A version of a document as clients have seen it; no text for a tombstone. */
    private record Version(@Nullable String text, long cas) {}

    /** One bucket with one disk, and what its clients know. */
    private static final class World {
        final String policy;
        final SimulatedStorage storage;
        final Random random;
        final List<Map<Key, NavigableMap<Long, Version>>> versions = new ArrayList<>();
        final long[] promised = new long[VBUCKETS];
        final long[] highest = new long[VBUCKETS];
        TestEngineContext context;

        @Nullable
        Engine engine;

        @Nullable
        EngineDriver driver;

        World(String policy, long seed) {
            this.policy = policy;
            storage = new SimulatedStorage(seed);
            random = new Random(seed);
            context = new TestEngineContext(seed);
            for (int i = 0; i < VBUCKETS; i++) {
                versions.add(new HashMap<>());
            }
        }

        /** False where the power went meanwhile. */
        boolean open() {
            PersistentEngineProvider provider = storage.provider();
            TestBucketConfiguration configuration = TestBucketConfiguration.of(provider)
                    .vbucketCount(VBUCKETS)
                    .set("evictionPolicy", policy)
                    .set("lowWatermark", "0")
                    .set("highWatermark", "0")
                    .set("flushBatchSize", "64KiB");
            try {
                Engine made = provider.create(configuration, context);
                engine = made;
                driver = new EngineDriver(made, context.scheduler(), random.nextLong());
                return true;
            } catch (EngineException | PowerLoss powerIsGone) {
                return false;
            }
        }

        Engine engine() {
            return Objects.requireNonNull(engine);
        }

        EngineDriver driver() {
            return Objects.requireNonNull(driver);
        }

        void work() {
            int failuresBefore = context.scheduler().failures().size();
            for (int step = 0; step < STEPS && context.scheduler().failures().size() == failuresBefore; step++) {
                if (step % 20 == 0) {
                    persist(step % 40 == 0); // what gathers meanwhile is more than one batch holds
                }
                int vbucket = random.nextInt(VBUCKETS);
                Key key = Key.of("key " + random.nextInt(KEYS));
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> {
                        // Large enough for several checkpoints before the flusher comes.
                        String text = "step " + step + " ".repeat(random.nextInt(60_000));
                        store(vbucket, key, Store.set(text), text);
                    }
                    case 3 -> {
                        Answer answer = driver().remove(vbucket, key);
                        if (answer.succeeded()) {
                            note(vbucket, key, answer, null);
                        }
                    }
                    case 4 -> store(vbucket, key, Store.add("added " + step), "added " + step);
                    case 5 -> {
                        long deadline = context.clock().nanoTime()
                                + Duration.ofSeconds(1).toNanos();
                        String text = "durable " + step;
                        store(
                                vbucket,
                                key,
                                Store.set(text).durability(DurabilityLevel.PERSIST_TO_MAJORITY, deadline),
                                text);
                    }
                    case 6 -> driver().get(vbucket, key);
                    default -> {
                        for (int i = random.nextInt(4); i > 0; i--) {
                            context.scheduler().runOne();
                        }
                    }
                }
                observe();
            }
        }

        private void store(int vbucket, Key key, Store store, String text) {
            Answer answer = driver().store(vbucket, key, store);
            if (answer.succeeded()) {
                note(vbucket, key, answer, text);
                if (text.startsWith("durable")) {
                    promised[vbucket] = Math.max(promised[vbucket], answer.seqno());
                }
            } else if (answer.status() == Status.UNDECIDED) {
                // It is there, but nobody was told with which numbers: it is the newest, if anything came of it.
                long seqno = vbuckets().highSeqno(vbucket);
                versions.get(vbucket)
                        .computeIfAbsent(key, k -> new TreeMap<>())
                        .putIfAbsent(seqno, new Version(text, 0));
            }
        }

        private void note(int vbucket, Key key, Answer answer, @Nullable String text) {
            versions.get(vbucket)
                    .computeIfAbsent(key, k -> new TreeMap<>())
                    .put(answer.seqno(), new Version(text, answer.cas()));
            highest[vbucket] = Math.max(highest[vbucket], answer.seqno());
        }

        private void persist(boolean wanted) {
            Persistence persistence = Objects.requireNonNull(engine().capability(Persistence.class));
            driver().run(wanted ? persistence::startPersistence : persistence::stopPersistence);
        }

        /** What the engine says to be on disk is a promise. */
        void observe() {
            Persistence persistence = Objects.requireNonNull(engine().capability(Persistence.class));
            for (int i = 0; i < VBUCKETS; i++) {
                promised[i] = Math.max(promised[i], persistence.persistedSeqno(i));
            }
        }

        VBuckets vbuckets() {
            return Objects.requireNonNull(engine().capability(VBuckets.class));
        }

        void crash() {
            context = context.restarted();
            context.clock().advance(Duration.ofSeconds(1));
            storage.disk.powerOn();
        }

        void check(String where) {
            for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                long seqno = vbuckets().failoverLog(vbucket).get(0).seqno();
                assertThat(vbuckets().highSeqno(vbucket))
                        .as(where + ": a new history begins where the disk ends")
                        .isEqualTo(seqno);
                assertThat(seqno)
                        .as(where + ": nothing that was said to be on disk is lost")
                        .isGreaterThanOrEqualTo(promised[vbucket]);
                for (int i = 0; i < KEYS; i++) {
                    Key key = Key.of("key " + i);
                    checkKey(where + ", vbucket " + vbucket + " at " + seqno + ", " + i, vbucket, key, seqno);
                }
                promised[vbucket] = seqno;
            }
        }

        private void checkKey(String where, int vbucket, Key key, long seqno) {
            NavigableMap<Long, Version> known = versions.get(vbucket).getOrDefault(key, new TreeMap<>());
            Map.Entry<Long, Version> newest = known.floorEntry(seqno);
            Answer answer = driver().get(vbucket, key);
            String text = newest == null ? null : newest.getValue().text;
            assertThat(answer.succeeded() ? answer.text() : null).as(where).isEqualTo(text);
            if (text != null && newest.getValue().cas != 0) {
                assertThat(answer.cas()).as(where).isEqualTo(newest.getValue().cas);
            }
            if (newest != null && text == null) {
                Answer tombstone = driver().get(vbucket, key, DocumentFilter.DELETED);
                assertThat(tombstone.status()).as(where + ": tombstone").isEqualTo(Status.SUCCESS);
                assertThat(tombstone.cas()).as(where).isEqualTo(newest.getValue().cas);
            }
            known.tailMap(seqno, false).clear(); // gone with the old history
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"valueOnly", "full"})
    void powerLossAtEachStep_leavesAPrefix(String policy) {
        long operations = operations(policy);
        assertThat(operations).isGreaterThan(20);
        for (long crashAt = 1; crashAt <= operations + 1; crashAt++) {
            World world = new World(policy, SEED);
            world.storage.disk.crashAt(crashAt, crashAt % 3 == 0);
            if (world.open()) {
                world.work();
            }
            if (crashAt > operations) {
                world.storage.disk.crash(false);
            }
            world.crash();
            String where = "seed " + SEED + ", power lost at operation " + crashAt;
            assertThat(world.open()).as(where).isTrue();
            world.check(where);
            world.work(); // and goes on
            world.context.scheduler().runAll();
            world.observe();
            world.storage.disk.crash(false);
            world.crash();
            assertThat(world.open()).as(where).isTrue();
            world.check(where + ", a second time");
            assertThat(world.context.scheduler().failures())
                    .as(where)
                    .allMatch(failure -> failure.getCause() instanceof PowerLoss);
            world.engine().close(true);
            world.context.close();
        }
    }

    private static long operations(String policy) {
        World world = new World(policy, SEED);
        assertThat(world.open()).isTrue();
        world.work();
        long operations = world.storage.disk.operations();
        world.engine().close(true);
        world.context.close();
        return operations;
    }
}
