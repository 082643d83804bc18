package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Versions without their values, and a log that is emptied from its beginning. */
class EvictedDocumentsTest {

    private static final long SEED = Long.getLong("sluice.test.seed", 20_261_121L);

    @Test
    void aVersionWithoutItsValue_isTheSameInAllElse() {
        Random random = new Random(SEED);
        for (int i = 0; i < 500; i++) {
            long seqno = 1 + random.nextLong(Documents.SEQNO_MAX);
            byte[] whole = DocumentsTest.document(
                    HeapDocumentKey.of("key " + i), "v".repeat(random.nextInt(400)), seqno, random.nextInt(2) * 4711L);
            byte[] evicted = Documents.evicted(whole);
            assertThat(Documents.resident(whole)).isTrue();
            assertThat(Documents.resident(evicted)).isFalse();
            assertThat(Documents.seqno(evicted)).isEqualTo(seqno);
            assertThat(Documents.valueLength(evicted)).isEqualTo(Documents.valueLength(whole));
            assertThat(Documents.wholeLength(evicted)).isEqualTo(whole.length);
            assertThat(Documents.evictableBytes(whole))
                    .isEqualTo(Documents.heapBytes(whole) - Documents.heapBytes(evicted));
            DocumentView before = new DocumentView();
            DocumentView after = new DocumentView();
            Documents.show(whole, before);
            Documents.show(evicted, after);
            assertThat(after.copyOfKey()).isEqualTo(before.copyOfKey());
            assertThat(after.cas()).isEqualTo(before.cas());
            assertThat(after.expirySeconds()).isEqualTo(before.expirySeconds());
            assertThat(after.revSeqno()).isEqualTo(before.revSeqno());
            assertThat(after.valueLength()).isZero();
            assertThat(Documents.of(before)).isEqualTo(whole);
        }
    }

    @Test
    void removeThrough_leavesWhatIsAbove_andTheAccountAgrees() {
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            SeqnoLog log = new SeqnoLog();
            long empty = log.heapBytes();
            int count = 1 + random.nextInt(5_000);
            byte[][] documents = new byte[count + 1][];
            int live = 0;
            for (int seqno = 1; seqno <= count; seqno++) {
                documents[seqno] = DocumentsTest.document("key " + seqno, "", seqno);
                log.append(documents[seqno]);
                live++;
                int superseded = 1 + random.nextInt(seqno);
                if (random.nextInt(3) == 0 && documents[superseded] != null) {
                    log.remove(documents[superseded]);
                    documents[superseded] = null;
                    live--;
                }
            }
            assertThat(log.size()).isEqualTo(live);
            for (int through = 0; through <= count; through += 1 + random.nextInt(count)) {
                log.removeThrough(through);
                int left = 0;
                for (int seqno = 1; seqno <= count; seqno++) {
                    boolean expected = seqno > through && documents[seqno] != null;
                    left += expected ? 1 : 0;
                    if (seqno % 97 == 0) {
                        assertThat(log.find(seqno) != null).as("seqno " + seqno).isEqualTo(expected);
                    }
                }
                assertThat(log.size()).isEqualTo(left);
            }
            log.removeThrough(count);
            assertThat(log.size()).isZero();
            assertThat(log.heapBytes()).isLessThanOrEqualTo(empty + 256);
            byte[] next = DocumentsTest.document("next", "", count + 1);
            log.append(next);
            assertThat(log.find(count + 1)).isSameAs(next);
        }
    }
}
