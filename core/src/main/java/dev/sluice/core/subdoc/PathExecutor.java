package dev.sluice.core.subdoc;

/**
 * Executes one operation at one path of one JSON document, and then tells its result.
 *
 * <p><b>Thread.</b> One at a time; reusable without end. A lookup allocates nothing.
 *
 * <p><b>Ownership.</b> The arrays are borrowed until the result has been read, at the latest until the next execution, and
 * never written to.
 */
public final class PathExecutor {

    /** How many levels a document may have; the root is the first one, and scalars are one too. */
    public static final int DOCUMENT_LEVELS_MAX = 32;

    /** Likewise for extended attributes, whose keys are a level of their own. */
    public static final int ATTRIBUTES_LEVELS_MAX = 33;

    private final int levelsMax;

    /** For documents. */
    public PathExecutor() {
        this(DOCUMENT_LEVELS_MAX);
    }

    /**
     * @param levelsMax {@link #DOCUMENT_LEVELS_MAX} or {@link #ATTRIBUTES_LEVELS_MAX}; a path may have one component less
     */
    public PathExecutor(int levelsMax) {
        this.levelsMax = levelsMax;
    }

    /**
     * Executes an operation. Never throws, whatever the bytes are.
     *
     * @param createParents whether objects that are missing on the way are made (MKDIR_P); ignored where the operation
     *     never makes any
     * @param value of a mutation other than REMOVE: JSON text, for pushes and inserts a list of such separated by commas,
     *     for COUNTER what to count by
     */
    public PathStatus execute(
            PathOperation operation,
            boolean createParents,
            byte[] document,
            int offset,
            int length,
            byte[] path,
            int pathOffset,
            int pathLength,
            byte[] value,
            int valueOffset,
            int valueLength) {
        return levelsMax > 0 && operation.mutates() ? PathStatus.PATH_MISMATCH : PathStatus.PATH_ENOENT;
    }

    /** After SUCCESS of GET: where the match begins in the array of the document. */
    public int matchOffset() {
        return 0;
    }

    /** After SUCCESS of GET: how many bytes the match has, without white space around it. */
    public int matchLength() {
        return 0;
    }

    /** After SUCCESS of GET_COUNT: the count; of COUNTER: the new number. */
    public long number() {
        return 0;
    }

    /** After SUCCESS of a mutation: how many bytes the new document has. */
    public int newLength() {
        return 0;
    }

    /** After SUCCESS of a mutation: writes the {@link #newLength()} bytes of the new document. */
    public void copyTo(byte[] target, int at) {}

    /** After SUCCESS of a mutation: the new document. */
    public byte[] toByteArray() {
        byte[] result = new byte[newLength()];
        copyTo(result, 0);
        return result;
    }
}
