package dev.sluice.benchmarks.store;

import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * How many documents a second does RocksDB itself make durable, in batches with a sync each and nothing around it?
 *
 * <p>New documents under the keys of {@code mcbpload}, with values of which half is random. As one pair of key and value,
 * which is the least that anybody can write; and as what the engine writes, metadata under the key and the document under
 * a number.
 *
 * <pre>{@code
 * java dev.sluice.benchmarks.store.BareWriter DIRECTORY DOCUMENTS VALUE_BYTES DOCUMENTS_PER_BATCH THREADS
 * }</pre>
 *
 * <p>{@code DIRECTORY} must not exist.
 */
public final class BareWriter {

    /** About what the engine keeps of a document under its key. */
    private static final int METADATA_BYTES = 24;

    private static final int NUMBER_BYTES = 10;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final BareDatabase database;
    private final int documents;
    private final int valueBytes;
    private final int batchSize;
    private final boolean indexed;
    private final AtomicInteger next = new AtomicInteger();

    private BareWriter(BareDatabase database, int documents, int valueBytes, int batchSize, boolean indexed) {
        this.database = database;
        this.documents = documents;
        this.valueBytes = valueBytes;
        this.batchSize = batchSize;
        this.indexed = indexed;
    }

    /** Measures; see the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        int documents = Integer.parseInt(arguments[1]);
        int valueBytes = Integer.parseInt(arguments[2]);
        int batchSize = Integer.parseInt(arguments[3]);
        int threads = Integer.parseInt(arguments[4]);
        for (boolean indexed : new boolean[] {false, true}) {
            Path directory = Path.of(arguments[0] + (indexed ? "-indexed" : "-plain"));
            try (BareDatabase database = new BareDatabase(directory, 64L << 20, false)) {
                new BareWriter(database, documents, valueBytes, batchSize, indexed).measure(System.out, threads);
            }
        }
    }

    private void measure(PrintStream out, int threads) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long start = System.nanoTime();
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(this::write);
            }
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                Locale.ROOT,
                "%s, batches of %,d, %d threads: %,.0f documents/s durable%n",
                indexed ? "metadata and document" : "one pair",
                batchSize,
                threads,
                documents / seconds);
    }

    private Void write() throws RocksDBException {
        byte[] value = new byte[valueBytes];
        byte[] metadata = new byte[METADATA_BYTES];
        try (WriteOptions synced = new WriteOptions().setSync(true);
                WriteBatch batch = new WriteBatch()) {
            for (int from = next.getAndAdd(batchSize); from < documents; from = next.getAndAdd(batchSize)) {
                for (int number = from; number < Math.min(documents, from + batchSize); number++) {
                    SplittableRandom random = new SplittableRandom(number);
                    for (int i = 0; i + Long.BYTES <= valueBytes / 2; i += Long.BYTES) {
                        LONGS.set(value, i, random.nextLong());
                    }
                    byte[] key = Keys.key(number);
                    if (indexed) {
                        batch.put(database.index, key, metadata);
                        byte[] place = new byte[NUMBER_BYTES];
                        LONGS.set(place, NUMBER_BYTES - Long.BYTES, (long) number);
                        batch.put(database.records, place, value);
                    } else {
                        batch.put(database.records, key, value);
                    }
                }
                database.db.write(synced, batch);
                batch.clear();
            }
        }
        return null;
    }
}
