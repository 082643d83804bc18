package dev.sluice.benchmarks.store;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreStatistics;
import dev.sluice.persistent.store.VBucketRecord;
import dev.sluice.persistent.store.rocks.RocksSettings;
import dev.sluice.persistent.store.rocks.RocksStore;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How many documents a second does the bare store make durable, by size of batch, and how many does it find?
 *
 * <p>One thread. Documents are spread over 64 vbuckets; half of each value is random, so that compression finds about half
 * of it. First batches of 1, 16, 128 and 1024 new documents, each batch with a sync. Then all documents are overwritten
 * once in random order, so that there is something to compact, and everything is read: by key and with the sequence number
 * known, one at a time and sixteen together, with direct reads and a cache of 64 MiB; and scanned.
 *
 * <pre>{@code
 * java dev.sluice.benchmarks.store.StoreLoad DIRECTORY [documents [value bytes [rocksdb option=value ...]]]
 * }</pre>
 *
 * <p>What it costs in processor time: see {@code docs/performance.md}.
 */
public final class StoreLoad {

    private static final int VBUCKETS = 64;
    private static final long CACHE_BYTES = 64L << 20;
    private static final long SECONDS_EACH = 5;

    private final KvStore store;
    private final int documents;
    private final int valueLength;
    private final PrintStream out;
    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] seqnos = new long[VBUCKETS];
    /** The number of each document's newest version. */
    private final long[] newest;

    private StoreLoad(KvStore store, int documents, int valueLength, PrintStream out) {
        this.store = store;
        this.documents = documents;
        this.valueLength = valueLength;
        this.out = out;
        newest = new long[documents];
    }

    /** Measures; see the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws StoreException {
        Path directory = Path.of(arguments[0]);
        int documents = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        int valueLength = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1024;
        Map<String, String> options = new HashMap<>();
        for (int i = 3; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            options.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        RocksSettings settings = new RocksSettings(directory, CACHE_BYTES, true, 0, options, FailPoints.NONE);
        try (KvStore store = RocksStore.open(settings)) {
            StoreLoad load = new StoreLoad(store, documents, valueLength, System.out);
            load.durableBatches();
            load.fill();
            load.overwrite();
            load.lookUp(1, false);
            load.lookUp(1, true);
            load.lookUp(16, false);
            load.lookUp(16, true);
            load.scan();
            load.statistics("at the end");
        }
    }

    private void print(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
    }

    /** Documents that are cleared away afterwards, so that all runs fill the same store. */
    private void durableBatches() throws StoreException {
        for (int size : new int[] {1, 16, 128, 1024}) {
            int number = 0;
            int batches = 0;
            long start = System.nanoTime();
            long end = start + SECONDS_EACH * 1_000_000_000L;
            while (System.nanoTime() < end) {
                StoreBatch batch = new StoreBatch();
                int vbucket = batches++ % VBUCKETS;
                for (int i = 0; i < size; i++) {
                    batch.put(vbucket, document("durable-" + number++, ++seqnos[vbucket]), StoreBatch.NOTHING, false);
                }
                batch.record(vbucket, record(vbucket));
                store.commit(batch, true);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            print(
                    "durable, batches of %,5d: %,9.0f documents/s, %,6.0f syncs/s",
                    size, number / seconds, batches / seconds);
            StoreBatch clear = new StoreBatch();
            for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                clear.clear(vbucket);
                clear.record(vbucket, record(vbucket));
            }
            store.commit(clear, true);
        }
    }

    private void fill() throws StoreException {
        long start = System.nanoTime();
        StoreBatch batch = new StoreBatch();
        for (int i = 0; i < documents; i++) {
            put(batch, i, 0);
            if (batch.documents() == 1024) {
                store.commit(batch, true);
                batch.clear();
            }
        }
        store.commit(batch, true);
        print(
                "filled with %,d documents of %,d bytes: %,.0f documents/s",
                documents, valueLength, rate(documents, start));
        statistics("filled");
    }

    private void overwrite() throws StoreException {
        for (boolean known : new boolean[] {true, false}) {
            int half = documents / 2;
            long start = System.nanoTime();
            StoreBatch batch = new StoreBatch();
            int[] inBatch = new int[documents];
            int number = 0;
            for (int i = 0; i < half; i++) {
                int document = random.nextInt(documents);
                if (inBatch[document] == number + 1) {
                    continue;
                }
                inBatch[document] = number + 1;
                put(batch, document, known ? newest[document] : StoreBatch.UNKNOWN);
                if (batch.documents() == 1024) {
                    store.commit(batch, true);
                    batch.clear();
                    number++;
                }
            }
            store.commit(batch, true);
            print("overwritten, old versions %s: %,.0f documents/s", known ? "known" : "looked up", rate(half, start));
        }
        statistics("overwritten");
        long start = System.nanoTime();
        for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
            store.compact(vbucket);
        }
        print("compacted in %.1f s", (System.nanoTime() - start) / 1e9);
        statistics("compacted");
    }

    private void put(StoreBatch batch, int document, long previous) {
        int vbucket = document % VBUCKETS;
        newest[document] = ++seqnos[vbucket];
        batch.put(vbucket, document(key(document), seqnos[vbucket]), previous, false);
        batch.record(vbucket, record(vbucket));
    }

    private static String key(int document) {
        return "document-" + document;
    }

    private VBucketRecord record(int vbucket) {
        return new VBucketRecord(VBucketState.ACTIVE, seqnos[vbucket], 1, 0, List.of(new FailoverEntry(1, 0)));
    }

    private DocumentView document(String key, long seqno) {
        byte[] keyBytes = key.getBytes(StandardCharsets.US_ASCII);
        byte[] value = new byte[valueLength];
        for (int i = 0; i + Long.BYTES <= valueLength / 2; i += Long.BYTES) {
            long bits = random.nextLong();
            for (int j = 0; j < Long.BYTES; j++) {
                value[i + j] = (byte) (bits >>> (8 * j));
            }
        }
        return new DocumentView()
                .key(0, keyBytes, 0, keyBytes.length)
                .value(value, 0, value.length)
                .cas(seqno << 16)
                .seqno(seqno)
                .revSeqno(1);
    }

    private void lookUp(int together, boolean known) throws StoreException {
        long found = 0;
        int number = 0;
        long start = System.nanoTime();
        long end = start + SECONDS_EACH * 1_000_000_000L;
        while (System.nanoTime() < end) {
            int vbucket = random.nextInt(VBUCKETS);
            List<Lookup> lookups = new ArrayList<>(together);
            for (int i = 0; i < together; i++) {
                int document = random.nextInt(documents / VBUCKETS) * VBUCKETS + vbucket;
                byte[] key = key(document).getBytes(StandardCharsets.US_ASCII);
                lookups.add(new Lookup(HeapDocumentKey.of(0, key), known ? newest[document] : 0));
            }
            for (DocumentView view : store.get(vbucket, lookups)) {
                found += view == null ? 0 : 1;
            }
            number += together;
        }
        if (found != number) {
            throw new IllegalStateException("found " + found + " (expected: " + number + ")");
        }
        print(
                "looked up by %s, %2d together: %,.0f documents/s",
                known ? "sequence number" : "key", together, rate(number, start));
    }

    private void scan() throws StoreException {
        for (Content content : Content.values()) {
            for (boolean bySeqno : new boolean[] {true, false}) {
                long start = System.nanoTime();
                long seen = 0;
                try (Snapshot snapshot = store.snapshot()) {
                    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                        try (DocumentCursor cursor = bySeqno
                                ? snapshot.changes(vbucket, 0, content)
                                : snapshot.documents(vbucket, KeyRange.all(), content)) {
                            while (cursor.next()) {
                                seen++;
                            }
                        }
                    }
                }
                print(
                        "scanned by %s, %s: %,.0f documents/s",
                        bySeqno ? "sequence number" : "key", content, rate(seen, start));
            }
        }
    }

    private static double rate(long number, long start) {
        return number * 1e9 / (System.nanoTime() - start);
    }

    private void statistics(String when) throws StoreException {
        StoreStatistics statistics = store.statistics();
        print(
                "%s: %,d MiB on disk, %,d MiB put, %,d MiB written, write amplification %.2f, cache hits %,d of %,d",
                when,
                statistics.diskSize() >> 20,
                statistics.userBytesWritten() >> 20,
                statistics.bytesWritten() >> 20,
                statistics.writeAmplification(),
                statistics.cacheHits(),
                statistics.cacheHits() + statistics.cacheMisses());
    }
}
