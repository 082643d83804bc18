package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.transactions.TransactionAttemptContext;
import com.couchbase.client.java.transactions.TransactionGetResult;
import com.couchbase.client.java.transactions.Transactions;
import com.couchbase.client.java.transactions.config.TransactionOptions;
import com.couchbase.client.java.transactions.error.TransactionCommitAmbiguousException;
import com.couchbase.client.java.transactions.error.TransactionFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Money that many threads move between a hundred accounts, each time in a transaction. The sum of all accounts never changes,
 * and each holds what those transfers left in it of which the client heard that they were made.
 *
 * <p>Who pays whom, and how much, is of chance, with a seed for each thread.
 *
 * <p>No two versions of an account are the same text. The SDK (3.12.1) lays a write over a version that it has not read if the
 * checksum of that one's body is what it was at the read, and takes no notice that what it gave to its user was not the body but
 * what another transaction, committed already, had staged there. One that finds 880 with 832 staged, and 880 again when it
 * writes, makes 849 of it, having added 17 to 832: the 48 that came back meanwhile are lost.
 */
final class Transfers {

    private static final int ACCOUNTS = 100;
    private static final int THREADS = 20;
    private static final int BALANCE = 1000;
    private static final int AMOUNT_MAX = 50;

    /** How long threads may take beyond what they were asked for. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Transactions transactions;
    private final Collection accounts;
    private final TransactionOptions options;
    private final Duration expiry;
    private final long seed;

    private final AtomicIntegerArray balances = new AtomicIntegerArray(ACCOUNTS);
    /** Accounts of which nobody can say what they hold: a transfer was made there, or not. */
    private final Set<Integer> doubtful = ConcurrentHashMap.newKeySet();

    private final AtomicLong versions = new AtomicLong();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger undecided = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /** @param expiry how long a transaction may take; what a failed one has left is in the way of others that long */
    Transfers(Transactions transactions, Collection accounts, Duration expiry, long seed) {
        this.transactions = transactions;
        this.accounts = accounts;
        this.expiry = expiry;
        this.options = TransactionOptions.transactionOptions().timeout(expiry);
        this.seed = seed;
    }

    /** What a thread does; may throw. */
    interface Work {
        void of(int thread) throws Exception;
    }

    /** Ends when all threads have, which must be no longer than three minutes after the time that they need. */
    static void inParallel(int threads, Duration needed, Work work) throws Exception {
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
                one.get(PATIENCE.plus(needed).toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** The same in each account, by ordinary writes. */
    Transfers open() {
        for (int i = 0; i < ACCOUNTS; i++) {
            String account = account(i);
            balances.set(i, BALANCE);
            // In trouble an ordinary write may fail, or lose its connection.
            await().pollDelay(Duration.ZERO)
                    .atMost(Sdk.PATIENCE)
                    .ignoreExceptionsInstanceOf(CouchbaseException.class)
                    .until(() -> {
                        accounts.upsert(account, holding(BALANCE));
                        return true;
                    });
        }
        return this;
    }

    /** So many transfers by each thread. */
    void make(int count) throws Exception {
        inParallel(THREADS, Duration.ZERO, thread -> {
            Random random = new Random(seed + thread);
            for (int i = 0; i < count; i++) {
                transfer(random);
            }
        });
    }

    /** As many transfers as there is time for. */
    void makeFor(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        BooleanSupplier goesOn = () -> System.nanoTime() - end < 0;
        inParallel(THREADS, time, thread -> {
            Random random = new Random(seed + thread);
            while (goesOn.getAsBoolean()) {
                transfer(random);
            }
        });
    }

    private void transfer(Random random) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + random.nextInt(AMOUNT_MAX);
        try {
            transactions.run(
                    attempt -> {
                        TransactionGetResult payer = attempt.get(accounts, account(from));
                        TransactionGetResult payee = attempt.get(accounts, account(to));
                        attempt.replace(payer, holding(held(payer.contentAsObject()) - amount));
                        attempt.replace(payee, holding(held(payee.contentAsObject()) + amount));
                    },
                    options);
            balances.addAndGet(from, -amount);
            balances.addAndGet(to, amount);
            made.incrementAndGet();
        } catch (TransactionCommitAmbiguousException e) {
            doubtful.add(from);
            doubtful.add(to);
            undecided.incrementAndGet();
        } catch (TransactionFailedException e) {
            failed.incrementAndGet(); // And nothing of it was made.
        }
    }

    /** Of which the client heard that they were made. */
    int made() {
        return made.get();
    }

    /** Of which the client heard that they were not made. */
    int failed() {
        return failed.get();
    }

    /** As wholes; which, nobody knows. */
    int undecided() {
        return undecided.get();
    }

    /** Waits until what failed is cleared away, which the client does, and holds the accounts against what is known. */
    void verify() {
        await().pollDelay(Duration.ZERO)
                .atMost(expiry.plus(Sdk.PATIENCE.multipliedBy(2)))
                .ignoreExceptionsInstanceOf(CouchbaseException.class)
                .untilAsserted(() -> {
                    List<Integer> inTransaction = new ArrayList<>();
                    transactions.run(
                            attempt -> {
                                inTransaction.clear();
                                inTransaction.addAll(read(attempt));
                            },
                            options);
                    assertHolds("in a transaction", inTransaction);
                    List<Integer> plain = new ArrayList<>();
                    for (int i = 0; i < ACCOUNTS; i++) {
                        plain.add(held(accounts.get(account(i)).contentAsObject()));
                    }
                    assertHolds("without a transaction", plain);
                });
    }

    private List<Integer> read(TransactionAttemptContext attempt) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            all.add(held(attempt.get(accounts, account(i)).contentAsObject()));
        }
        return all;
    }

    private void assertHolds(String how, List<Integer> all) {
        assertThat(all.stream().mapToInt(Integer::intValue).sum())
                .as("the sum %s; %s", how, this)
                .isEqualTo(ACCOUNTS * BALANCE);
        for (int i = 0; i < ACCOUNTS; i++) {
            if (!doubtful.contains(i)) {
                assertThat(all.get(i)).as("%s %s; %s", account(i), how, this).isEqualTo(balances.get(i));
            }
        }
    }

    private static String account(int number) {
        return "account-" + number;
    }

    private JsonObject holding(int amount) {
        return JsonObject.create().put("holds", amount).put("version", versions.incrementAndGet());
    }

    private static int held(JsonObject account) {
        return account.getInt("holds");
    }

    @Override
    public String toString() {
        return "transfers: seed=" + seed + " made=" + made + " undecided=" + undecided + " failed=" + failed;
    }
}
