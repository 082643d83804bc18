package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.CouchbaseException;
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
import com.couchbase.client.java.transactions.error.TransactionCommitAmbiguousException;
import com.couchbase.client.java.transactions.error.TransactionExpiredException;
import com.couchbase.client.java.transactions.error.TransactionFailedException;
import dev.sluice.testkit.NaiveEngineProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static final int ACCOUNTS = 100;
    private static final int THREADS = 20;
    private static final int BALANCE = 1000;

    /** For each thread, in the ordinary build. */
    private static final int TRANSFERS = 5;

    private static final Duration EXPIRY = Duration.ofSeconds(15);

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
     * @param engine of the bucket that is not in trouble
     * @param levels that it has
     */
    SdkTransactions(String engine, DurabilityLevel... levels) {
        this.engine = engine;
        this.levels = List.of(levels);
    }

    @BeforeAll
    void start() throws Exception {
        Path plugin = Files.createDirectories(directory.resolve("plugins").resolve("troubled"));
        PluginJars.create(plugin.resolve("troubled.jar"), "dev.sluice.integration.troubled.TroubledEngineProvider");
        PluginJars.copyJarOf(NaiveEngineProvider.class, plugin);
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
                  "troubled": {"engine": "troubled", "vbuckets": 16, "quota": "16MiB"}
                }
                """.replace("PLUGINS", plugin.getParent().toString()).replace("ENGINE", engine)));
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
        inParallel(writers, thread -> {
            for (int i = 0; i < 3; i++) {
                transactions.run(attempt -> {
                    TransactionGetResult counter = attempt.get(collection, "counter");
                    attempt.replace(counter, number(counter.contentAsObject().getInt("number") + 1));
                });
            }
        });
        assertThat(read(collection, "counter")).isEqualTo(3 * writers);
    }

    // ---- money
    // --------------------------------------------------------------------------------------------------------

    /** What a thread does; may throw. */
    private interface Work {
        void of(int thread) throws Exception;
    }

    private void inParallel(int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                all.add(pool.submit(() -> {
                    work.of(thread);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(3, TimeUnit.MINUTES);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static String account(int number) {
        return "account-" + number;
    }

    private static void transfer(Transactions through, Collection accounts, Random random) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + random.nextInt(50);
        through.run(
                attempt -> {
                    TransactionGetResult payer = attempt.get(accounts, account(from));
                    TransactionGetResult payee = attempt.get(accounts, account(to));
                    attempt.replace(payer, number(payer.contentAsObject().getInt("number") - amount));
                    attempt.replace(payee, number(payee.contentAsObject().getInt("number") + amount));
                },
                TransactionOptions.transactionOptions().timeout(EXPIRY));
    }

    /** All balances as one transaction sees them. */
    private static int sum(Transactions through, Collection accounts) {
        AtomicInteger sum = new AtomicInteger();
        through.run(
                attempt -> {
                    sum.set(0);
                    for (int i = 0; i < ACCOUNTS; i++) {
                        sum.addAndGet(attempt.get(accounts, account(i))
                                .contentAsObject()
                                .getInt("number"));
                    }
                },
                TransactionOptions.transactionOptions().timeout(EXPIRY));
        return sum.get();
    }

    private static void openAccounts(Collection accounts) {
        for (int i = 0; i < ACCOUNTS; i++) {
            int number = i;
            // In trouble an ordinary write may fail, or lose its connection.
            await().atMost(Sdk.PATIENCE)
                    .ignoreExceptionsInstanceOf(CouchbaseException.class)
                    .until(() -> {
                        accounts.upsert(account(number), number(BALANCE));
                        return true;
                    });
        }
    }

    @Test
    void transfers_keepTheSum() throws Exception {
        openAccounts(collection);
        inParallel(THREADS, thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < TRANSFERS; i++) {
                transfer(transactions, collection, random);
            }
        });
        assertThat(sum(transactions, collection)).isEqualTo(ACCOUNTS * BALANCE);
        int plain = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            plain += read(collection, account(i));
        }
        assertThat(plain).as("without a transaction").isEqualTo(ACCOUNTS * BALANCE);
    }

    @Test
    void transfers_keepTheSum_whateverTheEngineDoes() throws Exception {
        Collection accounts = sdk.cluster().bucket("troubled").defaultCollection();
        openAccounts(accounts);
        AtomicInteger done = new AtomicInteger();
        inParallel(THREADS, thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < 2; i++) {
                try {
                    transfer(transactions, accounts, random);
                    done.incrementAndGet();
                } catch (TransactionCommitAmbiguousException e) {
                    // It may have happened or not, as a whole.
                } catch (TransactionFailedException e) {
                    // It has not.
                }
            }
        });
        assertThat(done.get()).as("transfers that went through").isPositive();
        await().atMost(EXPIRY.multipliedBy(2))
                .ignoreExceptionsInstanceOf(CouchbaseException.class)
                .untilAsserted(() -> {
                    assertThat(sum(transactions, accounts)).isEqualTo(ACCOUNTS * BALANCE);
                });
    }

    /** As long as the profile says: {@code sluice.soak.minutes}. */
    @Test
    @Tag("soak")
    @Timeout(36_000)
    void transfers_keepTheSum_forLong() throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Integer.getInteger("sluice.soak.minutes", 1));
        for (Collection accounts :
                List.of(collection, sdk.cluster().bucket("troubled").defaultCollection())) {
            openAccounts(accounts);
            long half = System.nanoTime() + (end - System.nanoTime()) / (accounts == collection ? 2 : 1);
            inParallel(THREADS, thread -> {
                Random random = new Random(thread);
                while (System.nanoTime() < half) {
                    try {
                        transfer(transactions, accounts, random);
                    } catch (TransactionFailedException e) {
                        assertThat(accounts).as("an engine without faults").isNotSameAs(collection);
                    }
                }
            });
            await().atMost(Duration.ofMinutes(1))
                    .ignoreExceptionsInstanceOf(CouchbaseException.class)
                    .untilAsserted(() -> {
                        assertThat(sum(transactions, accounts)).isEqualTo(ACCOUNTS * BALANCE);
                    });
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
