package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SeqnoLogTest {

    private final SeqnoLog log = new SeqnoLog();

    @Test
    void emptyLog_hasNothing() {
        assertThat(log.size()).isZero();
        assertThat(log.find(1)).isNull();
        assertThat(walk(0, 100)).isEmpty();
    }

    @Test
    void walk_showsVersionsInOrder_withoutSuperseded() {
        List<byte[]> documents = append(1, 5_000);
        for (int i = 0; i < documents.size(); i += 3) {
            log.remove(documents.get(i));
        }
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            if (i % 3 != 0) {
                expected.add(i + 1L);
            }
        }
        assertThat(walk(0, 5_000)).isEqualTo(expected);
        assertThat(walk(4_000, 5_000))
                .isEqualTo(expected.stream().filter(s -> s > 4_000).toList());
        assertThat(walk(0, 100))
                .isEqualTo(expected.stream().filter(s -> s <= 100).toList());
    }

    @Test
    void find_knowsWhichNumbersAreThere() {
        List<byte[]> documents = append(1, 3_000);
        log.remove(documents.get(1_499));
        assertThat(log.find(1_500)).isNull();
        assertThat(log.find(1_501)).isSameAs(documents.get(1_500));
        assertThat(log.find(3_001)).isNull();
    }

    @Test
    void notes_stayWithTheirVersions_howeverTheyArePacked() {
        SeqnoLog annotated = SeqnoLog.withNotes();
        SplittableRandom random = new SplittableRandom(20_261_121L);
        TreeMap<Long, byte[]> present = new TreeMap<>();
        long seqno = 0;
        for (int step = 0; step < 20_000; step++) {
            seqno += 1 + random.nextInt(3);
            byte[] document = DocumentsTest.document("k" + seqno, "", seqno);
            annotated.append(document, -seqno);
            present.put(seqno, document);
            if (random.nextInt(4) != 0) {
                Long gone = present.floorKey(random.nextLong(seqno) + 1);
                if (gone != null) {
                    assertThat(annotated.remove(present.remove(gone))).isEqualTo(-gone);
                }
            }
        }
        SeqnoLog.Batch batch = new SeqnoLog.Batch();
        int seen = 0;
        while (batch.throughSeqno < seqno) {
            annotated.copy(batch.throughSeqno, batch);
            for (int i = 0; i < batch.count; i++) {
                assertThat(batch.notes[i]).isEqualTo(-Documents.seqno(batch.documents[i]));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(present.size());
        assertThat(annotated.heapBytes()).isGreaterThan(12L * seen);
    }

    @Test
    void gapsInTheNumbers_areAllowed() {
        List<byte[]> documents = new ArrayList<>();
        for (long seqno = 7; seqno < 1_000_000; seqno += 997) {
            byte[] document = DocumentsTest.document("k" + seqno, "", seqno);
            log.append(document);
            documents.add(document);
        }
        for (byte[] document : documents) {
            log.remove(document);
        }
        assertThat(log.size()).isZero();
    }

    @Test
    void oneHotDocument_takesNoSpaceForItsPast() {
        byte[] previous = null;
        for (long seqno = 1; seqno <= 200_000; seqno++) {
            byte[] document = DocumentsTest.document("hot", "", seqno);
            log.append(document);
            if (previous != null) {
                log.remove(previous);
            }
            previous = document;
        }
        assertThat(log.size()).isEqualTo(1);
        assertThat(log.heapBytes()).isLessThan(2_000);
    }

    /** A document is added for every thousand changes of another: what is left must be packed together. */
    @Test
    void sparseNumbers_takeLittleMoreThanTheirReferences() {
        byte[] hot = null;
        int added = 0;
        for (long seqno = 1; seqno <= 3_000_000; seqno++) {
            boolean add = seqno % 1_000 == 0;
            byte[] document = DocumentsTest.document(add ? "k" + seqno : "hot", "", seqno);
            log.append(document);
            if (add) {
                added++;
            } else {
                if (hot != null) {
                    log.remove(hot);
                }
                hot = document;
            }
        }
        assertThat(log.size()).isEqualTo(added + 1);
        assertThat((double) log.heapBytes() / log.size()).isLessThan(8);
    }

    @Test
    void randomChanges_agreeWithATreeMap_andStayWithinEightBytes() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int keys = 20_000;
        byte[][] newest = new byte[keys][];
        TreeMap<Long, byte[]> model = new TreeMap<>();
        long seqno = 0;
        for (int step = 0; step < 300_000; step++) {
            int key = random.nextInt(keys);
            if (newest[key] != null) {
                log.remove(newest[key]);
                model.remove(Documents.seqno(newest[key]));
                newest[key] = null;
            }
            if (random.nextInt(20) != 0) {
                seqno += random.nextInt(50) == 0 ? 1 + random.nextInt(3_000) : 1;
                newest[key] = DocumentsTest.document("key" + key, "", seqno);
                log.append(newest[key]);
                model.put(seqno, newest[key]);
            }
            if (step % 30_000 == 29_999) {
                assertThat(log.size()).as("seed %d", seed).isEqualTo(model.size());
                assertThat(walk(0, seqno)).as("seed %d", seed).isEqualTo(List.copyOf(model.keySet()));
                assertThat((double) log.heapBytes() / log.size())
                        .as("seed %d", seed)
                        .isLessThan(9);
            }
        }
        for (byte[] document : newest) {
            if (document != null) {
                log.remove(document);
            }
        }
        assertThat(log.size()).isZero();
        assertThat(walk(0, seqno)).isEmpty();
    }

    private List<byte[]> append(long from, int count) {
        List<byte[]> documents = new ArrayList<>();
        for (long seqno = from; seqno < from + count; seqno++) {
            byte[] document = DocumentsTest.document("key" + seqno, "", seqno);
            log.append(document);
            documents.add(document);
        }
        return documents;
    }

    private List<Long> walk(long after, long through) {
        List<Long> seqnos = new ArrayList<>();
        SeqnoLog.Batch batch = new SeqnoLog.Batch();
        long position = after;
        while (position < through) {
            log.copy(position, batch);
            for (int i = 0; i < batch.count; i++) {
                long seqno = Documents.seqno(batch.documents[i]);
                if (seqno > position && seqno <= through) {
                    seqnos.add(seqno);
                }
            }
            if (batch.throughSeqno == position) {
                break;
            }
            position = batch.throughSeqno;
        }
        return seqnos;
    }
}
