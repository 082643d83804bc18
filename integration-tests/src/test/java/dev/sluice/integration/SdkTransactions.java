package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.env.ClusterEnvironment;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.transactions.TransactionGetResult;
import com.couchbase.client.java.transactions.TransactionKeyspace;
import com.couchbase.client.java.transactions.TransactionResult;
import com.couchbase.client.java.transactions.Transactions;
import com.couchbase.client.java.transactions.config.TransactionOptions;
import com.couchbase.client.java.transactions.error.TransactionExpiredException;
import com.couchbase.client.java.transactions.error.TransactionFailedException;
import dev.sluice.engine.Status;
import dev.sluice.integration.troubled.TroubledEngineProvider;
import dev.sluice.integration.troubled.TroubledMemoryEngineProvider;
import dev.sluice.integration.troubled.TroubledPersistentEngineProvider;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Couchbase SDK's transactions, which are made of sub-document commands: staged writes in extended attributes, tombstones
 * that are to become documents, records of attempts, macros, compare-and-swap. No query service is there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkTransactions {

    /** For each thread, in the ordinary build. */
    private static final int TRANSFERS = 5;

    /** Decides who pays whom, and what goes wrong. */
    private static final long SEED = Long.getLong("sluice.transactions.seed", 20_261_121);

    private static final Duration EXPIRY = Duration.ofSeconds(30);

    /** Where clearing away a failure fails too, nobody comes past what is left until this is over. */
    private static final Duration TROUBLED_EXPIRY = Duration.ofSeconds(4);

    @TempDir
    static Path directory;

    private final String engine;
    private final List<DurabilityLevel> levels;

    private ServerProcess server;
    private Sdk sdk;
    private Collection collection;
    private Collection hotels;
    private Collection airlines;
    private Transactions transactions;

    /**
     * @param engine of both buckets, the one that is in trouble and the one that is not
     * @param levels that it has
     */
    SdkTransactions(String engine, DurabilityLevel... levels) {
        this.engine = engine;
        this.levels = List.of(levels);
    }

    @BeforeAll
    void start() throws Exception {
        Path plugin = Files.createDirectories(directory.resolve("plugins").resolve("troubled"));
        PluginJars.create(
                plugin.resolve("troubled.jar"),
                TroubledEngineProvider.class,
                TroubledMemoryEngineProvider.class,
                TroubledPersistentEngineProvider.class);
        PluginJars.copyJarOf(FaultInjectingEngine.class, plugin);
        server = ServerProcess.serve(ServerProcess.configuration(
                directory, """
                "plugins": "PLUGINS",
                "buckets": {
                  "travel": {
                    "engine": "ENGINE",
                    "vbuckets": 64,
                    "quota": "80MiB",
                    "collections": {"inventory": ["hotel", "airline"]}
                  },
                  "troubled": {"engine": "troubled-ENGINE", "vbuckets": 16, "quota": "64MiB", "faultSeed": SEED}
                }
                """.replace("PLUGINS", plugin.getParent().toString())
                        .replace("ENGINE", engine)
                        .replace("SEED", Long.toString(SEED))));
        // Cleaners share the work, each at its own pace: this one must not be a slow one.
        sdk = connect(settings -> settings.transactionsConfig(
                config -> config.cleanupConfig(cleanup -> cleanup.cleanupLostAttempts(false))));
        Bucket bucket = sdk.cluster().bucket("travel");
        bucket.waitUntilReady(Sdk.PATIENCE);
        collection = bucket.defaultCollection();
        hotels = bucket.scope("inventory").collection("hotel");
        airlines = bucket.scope("inventory").collection("airline");
        transactions = sdk.cluster().transactions();
    }

    @AfterAll
    void stop() throws Exception {
        try (ServerProcess stopped = server) {
            if (sdk != null) {
                sdk.close();
            }
            stopped.stop();
        }
    }

    private Sdk connect(Consumer<ClusterEnvironment.Builder> settings) {
        return Sdk.connect(server.port(), Sdk.USER, Sdk.PASSWORD, settings);
    }

    private static JsonObject number(int number) {
        return JsonObject.create().put("number", number);
    }

    private static int read(Collection from, String id) {
        return from.get(id).contentAsObject().getInt("number");
    }

    /** Whether a document has something of a transaction's about it that is not finished. */
    private static boolean staged(Collection in, String id) {
        return in.lookupIn(
                        id,
                        List.of(LookupInSpec.exists("txn").xattr()),
                        LookupInOptions.lookupInOptions().accessDeleted(true))
                .exists(0);
    }

    @Test
    void commit_makesAllOfIt_inSeveralCollections() {
        collection.upsert("replaced", number(1));
        hotels.upsert("removed", number(1));
        airlines.upsert("read", number(7));
        TransactionResult result = transactions.run(attempt -> {
            TransactionGetResult replaced = attempt.get(collection, "replaced");
            attempt.replace(replaced, number(2));
            attempt.remove(attempt.get(hotels, "removed"));
            int seven = attempt.get(airlines, "read").contentAsObject().getInt("number");
            TransactionGetResult inserted = attempt.insert(airlines, "inserted", number(seven));
            attempt.replace(inserted, number(seven + 1));
            attempt.remove(attempt.insert(hotels, "never", number(0)));
            assertThat(attempt.get(collection, "replaced").contentAsObject().getInt("number"))
                    .as("its own write")
                    .isEqualTo(2);
            assertThat(read(collection, "replaced")).as("seen by others").isEqualTo(1);
            assertThat(hotels.exists("removed").exists()).isTrue();
            assertThat(airlines.exists("inserted").exists()).isFalse();
        });
        assertThat(result.unstagingComplete()).isTrue();
        assertThat(read(collection, "replaced")).isEqualTo(2);
        assertThat(hotels.exists("removed").exists()).isFalse();
        assertThat(hotels.exists("never").exists()).isFalse();
        assertThat(read(airlines, "inserted")).isEqualTo(8);
        assertThat(staged(collection, "replaced")).isFalse();
        assertThat(staged(airlines, "inserted")).isFalse();
    }

    @Test
    void manyDocuments_areOneTransaction() {
        int count = 200;
        transactions.run(attempt -> {
            for (int i = 0; i < count; i++) {
                attempt.insert(i % 2 == 0 ? hotels : airlines, "many-" + i, number(i));
            }
        });
        transactions.run(attempt -> {
            for (int i = 0; i < count; i++) {
                TransactionGetResult one = attempt.get(i % 2 == 0 ? hotels : airlines, "many-" + i);
                if (i % 3 == 0) {
                    attempt.remove(one);
                } else {
                    attempt.replace(one, number(-i));
                }
            }
        });
        for (int i = 0; i < count; i++) {
            Collection where = i % 2 == 0 ? hotels : airlines;
            if (i % 3 == 0) {
                assertThat(where.exists("many-" + i).exists()).isFalse();
            } else {
                assertThat(read(where, "many-" + i)).isEqualTo(-i);
            }
        }
    }

    @Test
    void aFailure_rollsBackAllOfIt() {
        collection.upsert("kept", number(1));
        hotels.upsert("stays", number(1));
        assertThatThrownBy(() -> transactions.run(attempt -> {
                    attempt.replace(attempt.get(collection, "kept"), number(2));
                    attempt.remove(attempt.get(hotels, "stays"));
                    attempt.insert(airlines, "rolled-back", number(1));
                    throw new IllegalStateException("changed its mind");
                }))
                .isInstanceOf(TransactionFailedException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(read(collection, "kept")).isEqualTo(1);
        assertThat(read(hotels, "stays")).isEqualTo(1);
        assertThat(airlines.exists("rolled-back").exists()).isFalse();
        assertThat(staged(collection, "kept")).isFalse();
        transactions.run(attempt -> attempt.insert(airlines, "rolled-back", number(5)));
        assertThat(read(airlines, "rolled-back"))
                .as("over what was rolled back")
                .isEqualTo(5);
    }

    @Test
    void documents_thatAreThereOrNot_areFound() {
        collection.upsert("there", number(1));
        transactions.run(attempt -> {
            assertThatThrownBy(() -> attempt.get(collection, "not-there"))
                    .isInstanceOf(DocumentNotFoundException.class);
            assertThatThrownBy(() -> attempt.insert(collection, "there", number(2)))
                    .isInstanceOf(DocumentExistsException.class);
        });
        assertThat(read(collection, "there")).isEqualTo(1);
    }

    @Test
    void aTransaction_expires_andLeavesNothing() {
        collection.upsert("late", number(1));
        TransactionOptions soon = TransactionOptions.transactionOptions().timeout(Duration.ofMillis(300));
        assertThatThrownBy(() -> transactions.run(
                        attempt -> {
                            attempt.replace(attempt.get(collection, "late"), number(2));
                            while (true) { // Until it is told that its time is over.
                                attempt.get(collection, "late");
                            }
                        },
                        soon))
                .isInstanceOf(TransactionExpiredException.class);
        await().atMost(Sdk.PATIENCE).until(() -> !staged(collection, "late"));
        assertThat(read(collection, "late")).isEqualTo(1);
    }

    @Test
    void eachDurabilityLevel_thatTheEngineHas_works() {
        for (DurabilityLevel level : levels) {
            TransactionOptions options = TransactionOptions.transactionOptions().durabilityLevel(level);
            transactions.run(attempt -> attempt.insert(collection, "durable-" + level, number(1)), options);
            assertThat(read(collection, "durable-" + level)).isEqualTo(1);
        }
    }

    @Test
    void writersOfOneDocument_takeTurns() throws Exception {
        collection.upsert("counter", number(0));
        int writers = 8;
        Transfers.inParallel(writers, Duration.ZERO, thread -> {
            for (int i = 0; i < 3; i++) {
                transactions.run(attempt -> {
                    TransactionGetResult counter = attempt.get(collection, "counter");
                    attempt.replace(counter, number(counter.contentAsObject().getInt("number") + 1));
                });
            }
        });
        assertThat(read(collection, "counter")).isEqualTo(3 * writers);
    }

    // ---- money ------------------------------------------------------------------------------------------------------

    @Test
    void transfers_keepTheSum() throws Exception {
        Transfers transfers = new Transfers(transactions, collection, EXPIRY, SEED).open();
        transfers.make(TRANSFERS);
        transfers.verify();
        assertThat(transfers.failed() + transfers.undecided())
                .as(transfers.toString())
                .isZero();
    }

    @Test
    void transfers_keepTheSum_whateverTheEngineDoes() throws Exception {
        Transfers transfers = new Transfers(transactions, troubled(), TROUBLED_EXPIRY, SEED).open();
        transfers.make(TRANSFERS);
        transfers.verify();
        assertThat(transfers.made()).as(transfers.toString()).isPositive();
        assertThat(faults())
                .as("what was done to calls; %s", transfers)
                .containsKeys(
                        Fault.NOTIFY_LATE.toString(),
                        Fault.NOTIFY_FROM_ODD_THREAD.toString(),
                        Fault.answer(Status.TEMPORARY_FAILURE).toString(),
                        Fault.blockThen(Status.TEMPORARY_FAILURE).toString(),
                        Fault.LOSE_RACE.toString(),
                        Fault.THROW.toString(),
                        Fault.THROW_AFTER.toString());
    }

    /** As long as the profile says, half of it in trouble: {@code sluice.soak.minutes}. */
    @Test
    @Tag("soak")
    @Timeout(36_000)
    void transfers_keepTheSum_forLong() throws Exception {
        Duration half =
                Duration.ofMinutes(Long.getLong("sluice.soak.minutes", 10)).dividedBy(2);
        Transfers undisturbed = new Transfers(transactions, collection, EXPIRY, SEED).open();
        undisturbed.makeFor(half);
        undisturbed.verify();
        // Threads that always come second are all that may happen to these.
        assertThat(undisturbed.failed()).as(undisturbed.toString()).isLessThanOrEqualTo(undisturbed.made() / 100);
        assertThat(undisturbed.undecided()).as(undisturbed.toString()).isZero();
        Transfers disturbed = new Transfers(transactions, troubled(), TROUBLED_EXPIRY, SEED).open();
        disturbed.makeFor(half);
        disturbed.verify();
        assertThat(disturbed.made()).as(disturbed.toString()).isPositive();
        System.out.println(engine + ": " + undisturbed + "; in trouble: " + disturbed + ", " + faults());
    }

    private Collection troubled() {
        return sdk.cluster().bucket("troubled").defaultCollection();
    }

    /** What the engine in trouble has done to calls, and how often. */
    private Map<String, String> faults() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            assertThat(client.call(RawClient.plain(Sdk.USER, Sdk.PASSWORD)).status())
                    .isZero();
            assertThat(client.call(RawClient.selectBucket("troubled")).status()).isZero();
            return client.statistics(FaultInjectingEngine.FAULTS);
        }
    }

    // ---- clients that are lost --------------------------------------------------------------------------------------

    @Test
    void whatALostClientHasBegun_isFinishedByAnother() throws Exception {
        int count = 100;
        for (int i = 0; i < count; i++) {
            airlines.upsert("lost-" + i, number(1));
        }
        boolean interrupted = false;
        for (int round = 1; round <= 10 && !interrupted; round++) {
            loseAClient(count, round);
            interrupted = numbers(count).size() > 1;
        }
        assertThat(interrupted).as("a client was lost within its commit").isTrue();
        // The records of transactions are in the default collection, wherever the documents are.
        try (Sdk cleaner = connect(settings -> settings.transactionsConfig(config -> config.cleanupConfig(cleanup ->
                cleanup.cleanupWindow(Duration.ofSeconds(1)).addCollection(TransactionKeyspace.create("travel")))))) {
            cleaner.cluster().bucket("travel").waitUntilReady(Sdk.PATIENCE);
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(numbers(count)).hasSize(1));
        }
        for (int i = 0; i < count; i++) {
            assertThat(staged(airlines, "lost-" + i)).isFalse();
        }
    }

    private Set<Integer> numbers(int count) {
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            numbers.add(read(airlines, "lost-" + i));
        }
        return numbers;
    }

    /** A client that writes all of them in one transaction, and is gone as soon as the first of them has changed. */
    private void loseAClient(int count, int round) throws Exception {
        Sdk lost = connect(settings -> settings.transactionsConfig(config -> config.timeout(Duration.ofSeconds(4))
                .cleanupConfig(cleanup -> cleanup.cleanupClientAttempts(false).cleanupLostAttempts(false))));
        lost.cluster().bucket("travel").waitUntilReady(Sdk.PATIENCE);
        Collection theirs = lost.cluster().bucket("travel").scope("inventory").collection("airline");
        int before = read(airlines, "lost-0");
        CountDownLatch staged = new CountDownLatch(1);
        Thread client = new Thread(() -> {
            try {
                lost.cluster().transactions().run(attempt -> {
                    for (int i = 0; i < count; i++) {
                        attempt.replace(attempt.get(theirs, "lost-" + i), number(before + round));
                    }
                    staged.countDown();
                });
            } catch (RuntimeException e) {
                // Lost is lost.
            }
        });
        client.setDaemon(true);
        client.start();
        assertThat(staged.await(20, TimeUnit.SECONDS)).isTrue();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (read(airlines, "lost-0") == before && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        lost.close();
        client.join(TimeUnit.SECONDS.toMillis(20));
    }
}
