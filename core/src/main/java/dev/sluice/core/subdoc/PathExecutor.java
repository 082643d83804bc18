package dev.sluice.core.subdoc;

import java.util.Arrays;

/**
 * Executes one operation at one path of one JSON document, and then tells its result. Protocol: {@code protocol-subdoc} 5
 * and 6.
 *
 * <p><b>Thread.</b> One at a time; reusable without end. A lookup allocates nothing.
 *
 * <p><b>Blocking.</b> No; the time grows with the bytes of the document up to the place that the path names, and with those of
 * the value. See {@code docs/performance.md}, "Paths in documents".
 *
 * <p><b>Ownership.</b> The arrays are borrowed until the result has been read, at the latest until the next execution, and
 * not written to.
 *
 * <p>The order of checks: the path; whether it is one for the operation; the value; the document. The document is read until
 * the answer is certain. So whatever is wrong with it further behind is neither found nor mended: a document that was JSON
 * as a whole is JSON after an edit as well, and one that was not is not.
 */
public final class PathExecutor {

    /** How many levels a document may have; the root is the first one, and scalars are one too. */
    public static final int DOCUMENT_LEVELS_MAX = 32;

    /** Likewise for extended attributes, whose keys are a level of their own. */
    public static final int ATTRIBUTES_LEVELS_MAX = 33;

    private static final byte[] NOTHING = {};

    private final int levelsMax;
    private final ParsedPath path;
    private final Located located;
    private final Splice splice = new Splice();

    private PathOperation operation = PathOperation.GET;
    private boolean createParents;
    private byte[] document = NOTHING;
    private int offset;
    private int length;
    private int end;
    private byte[] value = NOTHING;
    private int valueOffset;
    private int valueLength;

    private boolean edited;
    private int matchOffset;
    private int matchLength;
    private long number;

    /** For documents. */
    public PathExecutor() {
        this(DOCUMENT_LEVELS_MAX);
    }

    /**
     * @param levelsMax {@link #DOCUMENT_LEVELS_MAX} or {@link #ATTRIBUTES_LEVELS_MAX}; a path may have one component less
     */
    public PathExecutor(int levelsMax) {
        if (levelsMax < 2 || levelsMax > JsonText.LEVELS_MAX) {
            throw new IllegalArgumentException(
                    "levelsMax: " + levelsMax + " (expected: 2.." + JsonText.LEVELS_MAX + ")");
        }
        this.levelsMax = levelsMax;
        this.path = new ParsedPath(levelsMax - 1);
        this.located = new Located(levelsMax);
    }

    /**
     * Executes an operation. Whatever the bytes are, the answer is a status and no exception.
     *
     * @param createParents whether objects that are missing on the way are made (MKDIR_P), and by the operations that push
     *     into an array that array; ignored where the operation never makes any
     * @param value of a mutation other than REMOVE: JSON text, which gets into the document as it is; for pushes and inserts a
     *     list of such, separated by commas; for COUNTER what to count by. Lengths must add up to less than 2 GiB
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
        this.operation = operation;
        this.createParents = createParents;
        this.document = document;
        this.offset = offset;
        this.length = length;
        this.end = offset + length;
        this.value = value;
        this.valueOffset = valueOffset;
        this.valueLength = valueLength;
        edited = false;
        PathStatus status = this.path.parse(path, pathOffset, pathLength);
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        if (!isPathFor(operation)) {
            return PathStatus.PATH_EINVAL;
        }
        return switch (operation) {
            case GET, EXISTS -> get();
            case GET_COUNT -> count();
            case DICT_ADD, DICT_UPSERT, REPLACE -> put();
            case REMOVE -> remove();
            case ARRAY_PUSH_LAST, ARRAY_PUSH_FIRST, ARRAY_ADD_UNIQUE -> push();
            case ARRAY_INSERT -> insert();
            case COUNTER -> addToNumber();
        };
    }

    private boolean isPathFor(PathOperation operation) {
        if (path.count() == 0) {
            return operation.mayNameRoot();
        }
        int last = path.count() - 1;
        return switch (operation) {
            case DICT_ADD, DICT_UPSERT -> !path.isIndex(last);
            case ARRAY_INSERT -> path.isIndex(last) && path.index(last) != ParsedPath.LAST;
            default -> true;
        };
    }

    private PathStatus locate() {
        return located.locate(document, offset, length, path);
    }

    /** The position behind the value at the path, or a negative number. */
    private int skipMatch() {
        return JsonText.skipValue(document, located.value(), end, levelsMax - path.count());
    }

    private PathStatus get() {
        PathStatus status = locate();
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int behind = skipMatch();
        if (behind < 0) {
            return Located.documentStatus(behind);
        }
        matchOffset = located.value();
        matchLength = behind - matchOffset;
        return PathStatus.SUCCESS;
    }

    private PathStatus count() {
        PathStatus status = locate();
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        boolean object = located.value() < end && document[located.value()] == '{';
        status = located.expect(object ? '{' : '[');
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int levels = levelsMax - path.count() - 1;
        char closing = object ? '}' : ']';
        number = 0;
        int i = JsonText.skipSpace(document, located.value() + 1, end);
        if (i < end && document[i] == closing) {
            return PathStatus.SUCCESS;
        }
        while (true) {
            i = object ? JsonText.skipKey(document, i, end) : i;
            i = i < 0 ? i : JsonText.skipValue(document, i, end, levels);
            if (i < 0) {
                return Located.documentStatus(i);
            }
            number++;
            i = JsonText.skipSpace(document, i, end);
            if (i < end && document[i] == closing) {
                return PathStatus.SUCCESS;
            } else if (i >= end || document[i] != ',') {
                return PathStatus.DOC_NOTJSON;
            }
            i = JsonText.skipSpace(document, i + 1, end);
        }
    }

    private PathStatus put() {
        PathStatus status = checkValue(levelsMax - path.count(), false);
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        status = locate();
        if (status == PathStatus.PATH_ENOENT && operation != PathOperation.REPLACE) {
            return create(false);
        }
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int behind = skipMatch();
        if (behind < 0) {
            return Located.documentStatus(behind);
        }
        if (operation == PathOperation.DICT_ADD) {
            return PathStatus.PATH_EEXISTS;
        }
        begin(located.value(), behind);
        splice.value(value, valueOffset, valueLength);
        return PathStatus.SUCCESS;
    }

    private PathStatus checkValue(int levels, boolean list) {
        return valueStatus(JsonText.check(value, valueOffset, valueOffset + valueLength, levels, list));
    }

    private static PathStatus valueStatus(int position) {
        if (position >= 0) {
            return PathStatus.SUCCESS;
        }
        return position == JsonText.TOO_DEEP ? PathStatus.VALUE_ETOODEEP : PathStatus.VALUE_CANTINSERT;
    }

    /** Puts the value where the path leads out of what is there, with the objects in between and an array around it. */
    private PathStatus create(boolean inArray) {
        int missing = located.missing();
        int last = path.count() - 1;
        boolean makesParents = missing < last || inArray;
        if ((makesParents && !createParents) || !path.areNamesFrom(missing)) {
            return PathStatus.PATH_ENOENT;
        }
        begin(located.insertion(), located.insertion());
        if (located.size() > 0) {
            splice.head(',');
        }
        for (int i = missing; i <= last; i++) {
            if (i > missing) {
                splice.head('{');
            }
            splice.headKey(path.names(), path.nameBegin(i), path.nameEnd(i));
        }
        if (inArray) {
            splice.head('[');
        }
        splice.value(value, valueOffset, valueLength);
        splice.tail(inArray, last - missing);
        return PathStatus.SUCCESS;
    }

    private void begin(int from, int to) {
        splice.begin(document, offset, length, from, to);
        edited = true;
    }

    /**
     * Takes out the member, one comma, and the white space between that comma and the member or the next one; of an only member
     * the white space before it.
     */
    private PathStatus remove() {
        PathStatus status = locate();
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int behind = skipMatch();
        if (behind < 0) {
            return Located.documentStatus(behind);
        }
        boolean object = document[located.container()] == '{';
        int i = JsonText.skipSpace(document, behind, end);
        if (i < end && document[i] == ',') {
            i = JsonText.skipSpace(document, i + 1, end);
            if (i >= end || (object ? document[i] != '"' : document[i] == ']')) {
                return PathStatus.DOC_NOTJSON; // A comma with nothing behind it must not be mended.
            }
            begin(located.member(), i);
        } else if (i < end && document[i] == (object ? '}' : ']')) {
            begin(located.separator() < 0 ? located.container() + 1 : located.separator(), behind);
        } else {
            return PathStatus.DOC_NOTJSON;
        }
        return PathStatus.SUCCESS;
    }

    private PathStatus push() {
        boolean unique = operation == PathOperation.ARRAY_ADD_UNIQUE;
        int levels = levelsMax - path.count() - 1;
        PathStatus status = unique ? checkScalar(levels) : checkValue(levels, true);
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        status = locate();
        if (status == PathStatus.PATH_ENOENT) {
            return create(true);
        }
        if (status == PathStatus.SUCCESS) {
            status = located.expect('[');
        }
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int first = JsonText.skipSpace(document, located.value() + 1, end);
        if (first >= end) {
            return PathStatus.DOC_NOTJSON;
        }
        if (document[first] == ']') {
            begin(located.value() + 1, located.value() + 1);
            splice.value(value, valueOffset, valueLength);
            return PathStatus.SUCCESS;
        }
        if (operation == PathOperation.ARRAY_PUSH_FIRST) {
            begin(first, first);
            splice.value(value, valueOffset, valueLength);
            splice.tailSeparator();
            return PathStatus.SUCCESS;
        }
        return pushLast(first, unique, levels);
    }

    private PathStatus pushLast(int first, boolean unique, int levels) {
        int valueBegin = JsonText.skipSpace(value, valueOffset, valueOffset + valueLength);
        int valueEnd = unique ? JsonText.skipScalar(value, valueBegin, valueOffset + valueLength) : valueBegin;
        int i = first;
        while (true) {
            int begin = i;
            if (unique && i < end && JsonText.isOpening(document[i])) {
                return PathStatus.PATH_MISMATCH;
            }
            int behind = JsonText.skipValue(document, begin, end, levels);
            if (behind < 0) {
                return Located.documentStatus(behind);
            }
            if (unique && Arrays.equals(document, begin, behind, value, valueBegin, valueEnd)) {
                return PathStatus.PATH_EEXISTS;
            }
            i = JsonText.skipSpace(document, behind, end);
            if (i < end && document[i] == ']') {
                begin(behind, behind);
                splice.head(',');
                splice.value(value, valueOffset, valueLength);
                return PathStatus.SUCCESS;
            } else if (i >= end || document[i] != ',') {
                return PathStatus.DOC_NOTJSON;
            }
            i = JsonText.skipSpace(document, i + 1, end);
        }
    }

    private PathStatus checkScalar(int levels) {
        int i = JsonText.skipSpace(value, valueOffset, valueOffset + valueLength);
        boolean scalar = i < valueOffset + valueLength && !JsonText.isOpening(value[i]);
        return scalar ? checkValue(levels, false) : PathStatus.VALUE_CANTINSERT;
    }

    private PathStatus insert() {
        PathStatus status = checkValue(levelsMax - path.count(), true);
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        status = locate();
        if (status == PathStatus.SUCCESS) {
            begin(located.member(), located.member());
            splice.value(value, valueOffset, valueLength);
            splice.tailSeparator();
            return PathStatus.SUCCESS;
        }
        int last = path.count() - 1;
        if (status != PathStatus.PATH_ENOENT || located.missing() != last || located.size() != path.index(last)) {
            return status;
        }
        begin(located.insertion(), located.insertion());
        if (located.size() > 0) {
            splice.head(',');
        }
        splice.value(value, valueOffset, valueLength);
        return PathStatus.SUCCESS;
    }

    private PathStatus addToNumber() {
        int delta = valueOffset + valueLength;
        if (!DecimalInteger.isDelta(value, valueOffset, delta)) {
            return PathStatus.DELTA_EINVAL;
        }
        long by = DecimalInteger.parse(value, valueOffset, delta);
        PathStatus status = locate();
        if (status == PathStatus.PATH_ENOENT) {
            number = by;
            return create(false);
        }
        if (status != PathStatus.SUCCESS) {
            return status;
        }
        int begin = located.value();
        if (begin < end && JsonText.isOpening(document[begin])) {
            return PathStatus.PATH_MISMATCH;
        }
        int behind = JsonText.skipScalar(document, begin, end);
        if (behind < 0) {
            return PathStatus.DOC_NOTJSON;
        }
        if (!DecimalInteger.isInteger(document, begin, behind)) {
            return PathStatus.PATH_MISMATCH;
        }
        if (!DecimalInteger.fits(document, begin, behind)) {
            return PathStatus.NUM_ERANGE;
        }
        long before = DecimalInteger.parse(document, begin, behind);
        number = before + by;
        if (((before ^ number) & (by ^ number)) < 0) {
            return PathStatus.VALUE_CANTINSERT;
        }
        begin(begin, behind);
        splice.value(number);
        return PathStatus.SUCCESS;
    }

    /** After SUCCESS of GET or EXISTS: where the match begins in the array of the document. */
    public int matchOffset() {
        return matchOffset;
    }

    /** After SUCCESS of GET or EXISTS: how many bytes the match has, without white space around it. */
    public int matchLength() {
        return matchLength;
    }

    /** After SUCCESS of GET_COUNT: the count; of COUNTER: the new number. */
    public long number() {
        return number;
    }

    /** After SUCCESS of a mutation: how many bytes the new document has. */
    public int newLength() {
        return splice().newLength();
    }

    /** After SUCCESS of a mutation: writes the {@link #newLength()} bytes of the new document to another array. */
    public void copyTo(byte[] target, int at) {
        splice().copyTo(target, at);
    }

    /** After SUCCESS of a mutation: the new document. */
    public byte[] toByteArray() {
        byte[] result = new byte[newLength()];
        copyTo(result, 0);
        return result;
    }

    /** The edit, after SUCCESS of a mutation. */
    Splice splice() {
        if (!edited) {
            throw new IllegalStateException("no mutation has succeeded");
        }
        return splice;
    }
}
