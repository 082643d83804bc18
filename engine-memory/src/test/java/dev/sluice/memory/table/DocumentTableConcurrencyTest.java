package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.HeapDocumentKey;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Readers on threads of their own against a writer that makes the table grow and shrink as fast as it can. */
class DocumentTableConcurrencyTest {

    private static final int READERS = 3;
    private static final int STABLE_KEYS = 500;
    private static final int PASSING_KEYS = 20_000;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(4);

    private final DocumentTable table = new DocumentTable();
    private final AtomicBoolean done = new AtomicBoolean();

    /** Keys that are there all the time are found all the time, and their versions never go back for one reader. */
    @Test
    void readers_neverMissWhatIsThere() throws Exception {
        long seed = System.nanoTime();
        for (int i = 0; i < STABLE_KEYS; i++) {
            table.insert(HeapDocumentKey.of("stable" + i).hash(), DocumentsTest.document("stable" + i, "", 1));
        }
        ExecutorService threads = Executors.newFixedThreadPool(READERS + 1);
        try {
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                results.add(threads.submit(() -> read(random)));
            }
            Future<Long> writes = threads.submit((Callable<Long>) () -> write(new SplittableRandom(seed + READERS)));
            assertThat(writes.get()).as("seed %d", seed).isPositive();
            for (Future<Long> result : results) {
                assertThat(result.get()).as("seed %d", seed).isPositive();
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    private long read(SplittableRandom random) {
        long[] seen = new long[STABLE_KEYS];
        long count = 0;
        for (; !done.get(); count++) {
            int number = random.nextInt(STABLE_KEYS);
            byte[] document = table.find(HeapDocumentKey.of("stable" + number), true);
            if (document == null) {
                throw new AssertionError("missed a key that is there, after " + count + " look-ups");
            }
            long seqno = Documents.seqno(document);
            if (seqno < seen[number]) {
                throw new AssertionError("version " + seqno + " after " + seen[number]);
            }
            seen[number] = seqno;
        }
        return count;
    }

    private long write(SplittableRandom random) {
        try {
            long end = System.nanoTime() + NANOS;
            long seqno = 1;
            while (System.nanoTime() - end < 0) {
                for (int i = 0; i < PASSING_KEYS; i++) {
                    seqno++;
                    String key = "passing" + i;
                    table.insert(HeapDocumentKey.of(key).hash(), DocumentsTest.document(key, "", seqno));
                    changeOneThatStays(random, ++seqno);
                }
                for (int i = 0; i < PASSING_KEYS; i++) {
                    if (table.locate(HeapDocumentKey.of("passing" + i)) == null) {
                        throw new AssertionError("the writer lost a key");
                    }
                    table.remove();
                    table.shrink();
                    changeOneThatStays(random, ++seqno);
                }
            }
            return seqno;
        } finally {
            done.set(true);
        }
    }

    private void changeOneThatStays(SplittableRandom random, long seqno) {
        String key = "stable" + random.nextInt(STABLE_KEYS);
        if (table.locate(HeapDocumentKey.of(key)) == null) {
            throw new AssertionError("the writer lost a key that stays");
        }
        table.replace(DocumentsTest.document(key, "", seqno));
    }
}
