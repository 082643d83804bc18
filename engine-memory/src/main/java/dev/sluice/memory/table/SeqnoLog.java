package dev.sluice.memory.table;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The newest versions of a vbucket's documents in the order of their sequence numbers: what range scans take their snapshot
 * from, and change streams their backfill.
 *
 * <h2>What it must do</h2>
 *
 * <p>A change appends the new version and drops the old one from wherever it stands, in about constant time and without
 * touching other documents, for each touch is a cache miss. Four bytes for each document are the least that an order can
 * cost; eight are allowed for the worst mixture of changes. A walk over the log must not hold up writers.
 *
 * <h2>How</h2>
 *
 * <p>Segments of up to {@value #SEGMENT_LENGTH} references, in chapters of up to {@value #CHAPTER_LENGTH} segments, so that
 * taking a segment out never moves more than two short arrays. A fresh segment is <em>dense</em>: sequence number minus the
 * first one is the index. Dropping a version stores null. A segment of which half is nulls is packed into an array that just
 * fits, together with a neighbour if both are small; its sequence numbers then have gaps, and a version is found by a
 * guess (they are spread about evenly) and a look to both sides for the reference itself, which reads this array and no
 * document. Packing touches at most {@value #SEGMENT_LENGTH} references and happens once for every halving, so it is
 * paid for by the changes that made it necessary.
 *
 * <p>A document that is changed a thousand times for each one that is added leaves the added ones a thousand numbers apart.
 * That is why neighbours are merged: otherwise each of them would keep a segment of its own.
 *
 * <h2>Notes</h2>
 *
 * <p>A log may keep a number for each version, for as long as the version stands in it. That is how an engine with a disk
 * knows of a version that is not written yet something that nobody needs of the millions that are: eight bytes in an array
 * beside the references, and nothing in the document.
 *
 * <h2>Rejected</h2>
 *
 * <p>A linked list, as the original has: two references in each document and a cache miss for each step. Lazy removal, where
 * a walk finds out what is superseded: the log would keep dead values alive. Keeping superseded entries for running
 * snapshots here: snapshots are given the versions that they would miss instead ({@link Snapshots}), and the log need not
 * know of them.
 *
 * <p><b>Thread.</b> Only under the vbucket's lock. A walk takes the lock once for each segment ({@link #copy}).
 */
public final class SeqnoLog {

    public static final int SEGMENT_LENGTH = 1024;
    private static final int SEGMENT_LENGTH_MIN = 16;
    private static final int CHAPTER_LENGTH = 64;

    /** Neighbours that have no more than this together become one. */
    private static final int MERGED_LENGTH_MAX = SEGMENT_LENGTH / 2;

    private static final long FIXED_BYTES = HeapLayout.object(2 * Long.BYTES + 2 * Integer.BYTES + 1, 1);
    private static final long SEGMENT_BYTES = HeapLayout.object(Long.BYTES + 2 * Integer.BYTES + 1, 2);
    private static final long[] NO_NOTES = new long[0];
    private static final long CHAPTER_BYTES =
            HeapLayout.object(Integer.BYTES, 1) + HeapLayout.referenceArray(CHAPTER_LENGTH);

    /** A run of sequence numbers, from its first to before the next segment's first. */
    private static final class Segment {
        final long firstSeqno;
        final byte[] @Nullable [] documents;
        final long[] notes;
        int size;
        int live;
        boolean dense = true;

        Segment(long firstSeqno, int capacity, boolean annotated) {
            this.firstSeqno = firstSeqno;
            this.documents = new byte[capacity][];
            this.notes = annotated ? new long[capacity] : NO_NOTES;
        }

        boolean full() {
            return size == documents.length;
        }

        void add(byte[] document, long seqno, long note) {
            dense &= seqno == firstSeqno + size;
            add(document, note);
        }

        private void add(byte[] document, long note) {
            if (notes.length > 0) {
                notes[size] = note;
            }
            documents[size++] = document;
            live++;
        }

        long noteAt(int index) {
            return notes.length == 0 ? 0 : notes[index];
        }

        /** Where a version stands, or -1. {@code endSeqno} is the first number that is not of this segment. */
        int indexOf(byte[] document, long seqno, long endSeqno) {
            if (dense) {
                int index = (int) (seqno - firstSeqno);
                return index < size && documents[index] == document ? index : -1;
            }
            int up = (int) ((double) (seqno - firstSeqno) / (endSeqno - firstSeqno) * size);
            int down = up - 1;
            while (up < size || down >= 0) {
                if (up < size && documents[up] == document) {
                    return up;
                }
                if (down >= 0 && documents[down] == document) {
                    return down;
                }
                up++;
                down--;
            }
            return -1;
        }

        void addLiveOf(Segment other) {
            dense = false;
            for (int i = 0; i < other.size; i++) {
                byte[] document = other.documents[i];
                if (document != null) {
                    add(document, other.noteAt(i));
                }
            }
        }

        long heapBytes() {
            long noteBytes = notes.length == 0 ? 0 : HeapLayout.longArray(notes.length);
            return SEGMENT_BYTES + HeapLayout.referenceArray(documents.length) + noteBytes;
        }
    }

    private static final class Chapter {
        final Segment[] segments = new Segment[CHAPTER_LENGTH];
        int count;

        long firstSeqno() {
            return segments[0].firstSeqno;
        }

        void remove(int index) {
            count--;
            System.arraycopy(segments, index + 1, segments, index, count - index);
            Arrays.fill(segments, count, count + 1, null);
        }
    }

    /** What one step of a walk has copied. Belongs to the walker, who looks at it without the lock. */
    public static final class Batch {
        /**
         * References as they stood, nulls left out. Some may be from before the step: a walker skips what it has seen, by
         * sequence number.
         */
        public final byte[] @Nullable [] documents = new byte[SEGMENT_LENGTH][];

        /** Their notes; of no meaning where the log keeps none. */
        public final long[] notes = new long[SEGMENT_LENGTH];

        public int count;

        /** All versions up to this number have been copied in this step or before. */
        public long throughSeqno;
    }

    private final boolean annotated;
    private Chapter[] chapters = new Chapter[1];
    private int chapterCount;
    private int live;
    private long lastSeqno;
    private long heapBytes = FIXED_BYTES + HeapLayout.referenceArray(1);

    /** An empty one without notes. */
    public SeqnoLog() {
        this(false);
    }

    private SeqnoLog(boolean annotated) {
        this.annotated = annotated;
    }

    /** An empty one that keeps a note for each version. */
    public static SeqnoLog withNotes() {
        return new SeqnoLog(true);
    }

    /** How many versions there are. */
    public int size() {
        return live;
    }

    /** What the log takes on the heap, without the documents. */
    public long heapBytes() {
        return heapBytes;
    }

    /** Adds a version that is newer than all that were added before. */
    public void append(byte[] document) {
        append(document, 0);
    }

    /**
     * As {@link #append(byte[])}, with a note.
     *
     * @param note kept where this is a log with notes
     */
    public void append(byte[] document, long note) {
        long seqno = Documents.seqno(document);
        assert seqno > lastSeqno : seqno;
        Segment tail = tail();
        if (tail == null || tail.full()) {
            tail = openSegment(seqno);
        }
        tail.add(document, seqno, note);
        live++;
        lastSeqno = seqno;
    }

    /**
     * Drops a version that was superseded or purged.
     *
     * @return its note, 0 where there are none
     */
    @CanIgnoreReturnValue
    public long remove(byte[] document) {
        long seqno = Documents.seqno(document);
        int chapterIndex = chapterOf(seqno);
        Chapter chapter = chapters[chapterIndex];
        int segmentIndex = segmentOf(chapter, seqno);
        Segment segment = chapter.segments[segmentIndex];
        int index = segment.indexOf(document, seqno, endSeqno(chapterIndex, segmentIndex));
        assert index >= 0 : "each newest version is in the log";
        long note = segment.noteAt(index);
        segment.documents[index] = null;
        segment.live--;
        live--;
        if (!isTail(chapterIndex, segmentIndex)) {
            settle(chapterIndex, segmentIndex);
        }
        return note;
    }

    /** Drops all versions up to a sequence number. */
    public void removeThrough(long seqno) {
        while (chapterCount > 0) {
            Chapter first = chapters[0];
            Segment segment = first.segments[0];
            if (segment.firstSeqno > seqno) {
                return;
            }
            boolean tail = isTail(0, 0);
            if (tail || endSeqno(0, 0) - 1 > seqno) {
                for (int i = 0; i < segment.size; i++) {
                    byte[] document = segment.documents[i];
                    if (document != null && Documents.seqno(document) <= seqno) {
                        segment.documents[i] = null;
                        segment.live--;
                        live--;
                    }
                }
                if (!tail) {
                    settle(0, 0);
                } else if (segment.live == 0) {
                    heapBytes -= segment.heapBytes() + CHAPTER_BYTES;
                    Arrays.fill(chapters, 0, 1, null);
                    chapterCount = 0;
                }
                return;
            }
            live -= segment.live;
            heapBytes -= segment.heapBytes();
            first.remove(0);
            if (first.count == 0) {
                chapterCount--;
                System.arraycopy(chapters, 1, chapters, 0, chapterCount);
                Arrays.fill(chapters, chapterCount, chapterCount + 1, null);
                heapBytes -= CHAPTER_BYTES;
            }
        }
    }

    /** The version that has just this sequence number, or null. Reads the documents of one segment. */
    public byte @Nullable [] find(long seqno) {
        if (chapterCount == 0) {
            return null;
        }
        Chapter chapter = chapters[chapterOf(seqno)];
        Segment segment = chapter.segments[segmentOf(chapter, seqno)];
        for (int i = 0; i < segment.size; i++) {
            byte[] document = segment.documents[i];
            if (document != null && Documents.seqno(document) == seqno) {
                return document;
            }
        }
        return null;
    }

    /**
     * One step of a walk: copies the references of the segment in which the versions after a sequence number begin. Touches
     * no document. The walk is over when {@link Batch#throughSeqno} has reached where it was to end.
     */
    public void copy(long afterSeqno, Batch target) {
        target.count = 0;
        if (chapterCount == 0 || afterSeqno >= lastSeqno) {
            target.throughSeqno = Math.max(afterSeqno, lastSeqno);
            return;
        }
        int chapterIndex = chapterOf(afterSeqno + 1);
        int segmentIndex = segmentOf(chapters[chapterIndex], afterSeqno + 1);
        Segment segment = chapters[chapterIndex].segments[segmentIndex];
        for (int i = 0; i < segment.size; i++) {
            byte[] document = segment.documents[i];
            if (document != null) {
                target.notes[target.count] = segment.noteAt(i);
                target.documents[target.count++] = document;
            }
        }
        target.throughSeqno = endSeqno(chapterIndex, segmentIndex) - 1;
    }

    private @Nullable Segment tail() {
        if (chapterCount == 0) {
            return null;
        }
        Chapter last = chapters[chapterCount - 1];
        return last.segments[last.count - 1];
    }

    private boolean isTail(int chapterIndex, int segmentIndex) {
        return chapterIndex == chapterCount - 1 && segmentIndex == chapters[chapterIndex].count - 1;
    }

    /** Begins a segment, and settles the one that was the last until now. */
    private Segment openSegment(long firstSeqno) {
        // An eighth of what is there: small vbuckets are not charged for empty space.
        int capacity = Math.min(SEGMENT_LENGTH, Math.max(SEGMENT_LENGTH_MIN, live / 8));
        Segment segment = new Segment(firstSeqno, capacity, annotated);
        heapBytes += segment.heapBytes();
        int previousChapter = chapterCount - 1;
        int previousSegment = previousChapter < 0 ? -1 : chapters[previousChapter].count - 1;
        if (previousChapter < 0 || chapters[previousChapter].count == CHAPTER_LENGTH) {
            addChapter();
        }
        Chapter chapter = chapters[chapterCount - 1];
        chapter.segments[chapter.count++] = segment;
        if (previousChapter >= 0) {
            settle(previousChapter, previousSegment);
        }
        return segment;
    }

    private void addChapter() {
        if (chapterCount == chapters.length) {
            heapBytes -= HeapLayout.referenceArray(chapters.length);
            chapters = Arrays.copyOf(chapters, chapterCount + Math.max(1, chapterCount / 4));
            heapBytes += HeapLayout.referenceArray(chapters.length);
        }
        chapters[chapterCount++] = new Chapter();
        heapBytes += CHAPTER_BYTES;
    }

    /** Drops a segment that is empty, and packs one that is half empty. Not for the tail, which still grows. */
    private void settle(int chapterIndex, int segmentIndex) {
        Chapter chapter = chapters[chapterIndex];
        Segment segment = chapter.segments[segmentIndex];
        if (segment.live > segment.documents.length / 2) {
            return;
        }
        if (segment.live == 0) {
            heapBytes -= segment.heapBytes();
            chapter.remove(segmentIndex);
            settleChapter(chapterIndex);
        } else if (segmentIndex > 0 && mergeable(chapter.segments[segmentIndex - 1], segment)) {
            merge(chapter, segmentIndex - 1);
            settleChapter(chapterIndex);
        } else if (segmentIndex + 1 < chapter.count
                && !isTail(chapterIndex, segmentIndex + 1)
                && mergeable(segment, chapter.segments[segmentIndex + 1])) {
            merge(chapter, segmentIndex);
            settleChapter(chapterIndex);
        } else {
            Segment packed = new Segment(segment.firstSeqno, segment.live, annotated);
            packed.addLiveOf(segment);
            chapter.segments[segmentIndex] = packed;
            heapBytes += packed.heapBytes() - segment.heapBytes();
        }
    }

    private static boolean mergeable(Segment first, Segment second) {
        return first.live + second.live <= MERGED_LENGTH_MAX;
    }

    private void merge(Chapter chapter, int index) {
        Segment first = chapter.segments[index];
        Segment second = chapter.segments[index + 1];
        Segment merged = new Segment(first.firstSeqno, first.live + second.live, annotated);
        merged.addLiveOf(first);
        merged.addLiveOf(second);
        chapter.segments[index] = merged;
        chapter.remove(index + 1);
        heapBytes += merged.heapBytes() - first.heapBytes() - second.heapBytes();
    }

    /** Drops a chapter that is empty, and joins it to the one before it when both are small. */
    private void settleChapter(int chapterIndex) {
        Chapter chapter = chapters[chapterIndex];
        if (chapter.count > CHAPTER_LENGTH / 4) {
            return;
        }
        if (chapter.count > 0) {
            if (chapterIndex == 0 || chapters[chapterIndex - 1].count > CHAPTER_LENGTH / 4) {
                return;
            }
            Chapter previous = chapters[chapterIndex - 1];
            System.arraycopy(chapter.segments, 0, previous.segments, previous.count, chapter.count);
            previous.count += chapter.count;
        }
        chapterCount--;
        System.arraycopy(chapters, chapterIndex + 1, chapters, chapterIndex, chapterCount - chapterIndex);
        Arrays.fill(chapters, chapterCount, chapterCount + 1, null);
        heapBytes -= CHAPTER_BYTES;
    }

    /** The last chapter that does not begin behind the sequence number; the first one for numbers before all. */
    private int chapterOf(long seqno) {
        int low = 0;
        int high = chapterCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chapters[middle].firstSeqno() <= seqno) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static int segmentOf(Chapter chapter, long seqno) {
        int low = 0;
        int high = chapter.count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chapter.segments[middle].firstSeqno <= seqno) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long endSeqno(int chapterIndex, int segmentIndex) {
        Chapter chapter = chapters[chapterIndex];
        if (segmentIndex + 1 < chapter.count) {
            return chapter.segments[segmentIndex + 1].firstSeqno;
        }
        return chapterIndex + 1 < chapterCount ? chapters[chapterIndex + 1].firstSeqno() : lastSeqno + 1;
    }
}
