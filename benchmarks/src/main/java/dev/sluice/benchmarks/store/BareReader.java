package dev.sluice.benchmarks.store;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.StoreException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * How many documents a second does RocksDB itself find in a bucket's files, with direct reads and nothing around it?
 *
 * <p>For the keys of {@code mcbpload}. Two ways: by key, which takes a look into the index and one at the record, as the
 * engine has to where it has evicted the key; and by sequence number, one look, as where it has evicted the value alone.
 * For the second all numbers are read first. Threads read one document after the other.
 *
 * <pre>{@code
 * java dev.sluice.benchmarks.store.BareReader DIRECTORY DOCUMENTS VBUCKETS CACHE_MIB THREADS SECONDS
 * }</pre>
 *
 * <p>{@code DIRECTORY} is the bucket's, with no server on it.
 */
public final class BareReader {

    private static final double WARMUP_SHARE = 0.5;

    /** Of a latency's value. */
    private static final int DIGITS = 2;

    private final BareDatabase database;
    private final int documents;
    private final int threads;
    private final double seconds;
    private final ReadOptions options;

    private BareReader(BareDatabase database, int documents, int threads, double seconds) {
        this.database = database;
        this.documents = documents;
        this.threads = threads;
        this.seconds = seconds;
        this.options = database.own(new ReadOptions());
    }

    /** Measures; see the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0], "rocksdb");
        int documents = Integer.parseInt(arguments[1]);
        int vbuckets = Integer.parseInt(arguments[2]);
        long cacheBytes = Long.parseLong(arguments[3]) << 20;
        int threads = Integer.parseInt(arguments[4]);
        double seconds = Double.parseDouble(arguments[5]);
        try (BareDatabase database = new BareDatabase(directory, cacheBytes, true)) {
            BareReader reader = new BareReader(database, documents, threads, seconds);
            long[] seqnos = reader.seqnos();
            for (boolean skewed : new boolean[] {false, true}) {
                Keys keys = new Keys(documents, vbuckets, skewed);
                reader.measure(System.out, keys, skewed, null);
                reader.measure(System.out, keys, skewed, seqnos);
            }
        }
    }

    /** By the number of the key. */
    private long[] seqnos() throws RocksDBException, StoreException {
        long[] seqnos = new long[documents];
        DocumentView view = new DocumentView();
        int found = 0;
        try (ReadOptions once = new ReadOptions().setFillCache(false).setReadaheadSize(2 << 20);
                RocksIterator all = database.db.newIterator(database.index, once)) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                byte[] indexKey = all.key();
                RecordFormat.readIndexEntry(indexKey, all.value(), view);
                int number = 0;
                for (int i = indexKey.length - 9; i < indexKey.length; i++) {
                    number = 10 * number + indexKey[i] - '0';
                }
                seqnos[number] = view.seqno();
                found++;
            }
            all.status();
        }
        if (found != documents) {
            throw new IllegalStateException("documents: " + found + " (expected: " + documents + ")");
        }
        return seqnos;
    }

    private void measure(PrintStream out, Keys keys, boolean skewed, long @Nullable [] seqnos)
            throws InterruptedException {
        long start = System.nanoTime() + (long) (WARMUP_SHARE * seconds * 1e9);
        long end = start + (long) (seconds * 1e9);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        Histogram latencies = new Histogram(DIGITS);
        try {
            List<Callable<Histogram>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                SplittableRandom random = new SplittableRandom(i);
                tasks.add(() -> read(keys, random, seqnos, start, end));
            }
            for (Future<Histogram> done : pool.invokeAll(tasks)) {
                latencies.add(done.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
        out.printf(
                Locale.ROOT,
                "%s, %s, %d threads: %,.0f documents/s, p50 %.0f us, p99 %.0f us%n",
                skewed ? "zipf" : "uniform",
                seqnos == null ? "by key" : "by sequence number",
                threads,
                latencies.getTotalCount() / seconds,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3);
    }

    private Histogram read(Keys keys, SplittableRandom random, long @Nullable [] seqnos, long start, long end)
            throws RocksDBException, StoreException {
        Histogram latencies = new Histogram(DIGITS);
        DocumentView view = new DocumentView();
        for (long before = System.nanoTime(); before < end; ) {
            int number = keys.choose(random);
            byte[] key = Keys.key(number);
            int vbucket = keys.vbucket(key);
            long seqno;
            if (seqnos == null) {
                byte[] indexKey = RecordFormat.indexKey(vbucket, HeapDocumentKey.of(0, key));
                RecordFormat.readIndexEntry(indexKey, database.db.get(database.index, options, indexKey), view);
                seqno = view.seqno();
            } else {
                seqno = seqnos[number];
            }
            byte[] record = database.db.get(database.records, options, RecordFormat.recordKey(vbucket, seqno));
            if (record == null) {
                throw new IllegalStateException("no record of document " + number + " in vbucket " + vbucket);
            }
            long after = System.nanoTime();
            if (before >= start) {
                latencies.recordValue(after - before);
            }
            before = after;
        }
        return latencies;
    }
}
