package dev.sluice.core.subdoc;

/**
 * Where a path leads in a text: a walk over it that goes down into what the path names and over all else, and ends where the
 * answer is certain. What is behind that place is not looked at, and may be anything.
 *
 * <p>Of two equal keys of one object the first one counts, on the way as well: with {@code a.b} and {@code
 * {"a":1,"a":{"b":2}}} the path goes on through a scalar. Parsers that build trees mostly keep the last one, but would have
 * to read on to the end of the object for it.
 *
 * <p>A component {@code [-1]} with others behind it makes its element be walked twice, once to see that it is the last one.
 * All other parts of a text are walked once, so the limit on components bounds the time.
 */
final class Located {

    private final int levelsMax;

    private byte[] text = {};
    private int end;
    private int value;
    private int member;
    private int container;
    private int separator;
    private int insertion;
    private int size;
    private int missing;

    Located(int levelsMax) {
        this.levelsMax = levelsMax;
    }

    /**
     * Walks.
     *
     * @return SUCCESS where the value at the path begins, which does not say that it ends; PATH_ENOENT, PATH_MISMATCH,
     *     DOC_NOTJSON or DOC_E2DEEP
     */
    PathStatus locate(byte[] document, int offset, int length, ParsedPath path) {
        text = document;
        end = offset + length;
        value = JsonText.skipSpace(text, offset, end);
        if (value >= end || !JsonText.isOpening(text[value])) {
            return PathStatus.DOC_NOTJSON;
        }
        for (int i = 0; i < path.count(); i++) {
            boolean index = path.isIndex(i);
            PathStatus status = expect(index ? '[' : '{');
            if (status == PathStatus.SUCCESS) {
                container = value;
                separator = -1;
                insertion = value + 1;
                size = 0;
                missing = i;
                int levels = levelsMax - 1 - i;
                status = index ? locateElement(path.index(i), levels) : locateMember(path, i, levels);
            }
            if (status != PathStatus.SUCCESS) {
                return status;
            }
        }
        return PathStatus.SUCCESS;
    }

    /** Whether the value at {@link #value()} is a container of the kind that begins so: SUCCESS, or why not. */
    PathStatus expect(char opening) {
        if (value < end && text[value] == opening) {
            return PathStatus.SUCCESS;
        }
        if (value < end && JsonText.isOpening(text[value])) {
            return PathStatus.PATH_MISMATCH;
        }
        return JsonText.skipScalar(text, value, end) < 0 ? PathStatus.DOC_NOTJSON : PathStatus.PATH_MISMATCH;
    }

    private PathStatus locateMember(ParsedPath path, int component, int levels) {
        int i = JsonText.skipSpace(text, value + 1, end);
        if (i < end && text[i] == '}') {
            return PathStatus.PATH_ENOENT;
        }
        while (true) {
            if (i >= end || text[i] != '"') {
                return PathStatus.DOC_NOTJSON;
            }
            int keyEnd = JsonText.skipString(text, i, end);
            int begin = keyEnd < 0 ? keyEnd : JsonText.skipColon(text, keyEnd, end);
            if (begin < 0) {
                return PathStatus.DOC_NOTJSON;
            }
            if (path.matches(component, text, i + 1, keyEnd - 1)) {
                member = i;
                value = begin;
                return PathStatus.SUCCESS;
            }
            i = JsonText.skipValue(text, begin, end, levels);
            if (i < 0) {
                return documentStatus(i);
            }
            insertion = i;
            size++;
            i = JsonText.skipSpace(text, i, end);
            if (i < end && text[i] == '}') {
                return PathStatus.PATH_ENOENT;
            } else if (i >= end || text[i] != ',') {
                return PathStatus.DOC_NOTJSON;
            }
            separator = i;
            i = JsonText.skipSpace(text, i + 1, end);
        }
    }

    private PathStatus locateElement(int index, int levels) {
        int i = JsonText.skipSpace(text, value + 1, end);
        if (i < end && text[i] == ']') {
            return PathStatus.PATH_ENOENT;
        }
        while (true) {
            if (i >= end || text[i] == ']') {
                return PathStatus.DOC_NOTJSON; // At the end, or behind a comma.
            }
            member = i;
            if (size == index) {
                value = i;
                return PathStatus.SUCCESS;
            }
            i = JsonText.skipValue(text, i, end, levels);
            if (i < 0) {
                return documentStatus(i);
            }
            insertion = i;
            size++;
            i = JsonText.skipSpace(text, i, end);
            if (i < end && text[i] == ']') {
                if (index != ParsedPath.LAST) {
                    return PathStatus.PATH_ENOENT;
                }
                value = member;
                return PathStatus.SUCCESS;
            } else if (i >= end || text[i] != ',') {
                return PathStatus.DOC_NOTJSON;
            }
            separator = i;
            i = JsonText.skipSpace(text, i + 1, end);
        }
    }

    static PathStatus documentStatus(int position) {
        assert position == JsonText.MALFORMED || position == JsonText.TOO_DEEP;
        return position == JsonText.TOO_DEEP ? PathStatus.DOC_E2DEEP : PathStatus.DOC_NOTJSON;
    }

    /** After SUCCESS: where the value begins. It may be that nothing is there. */
    int value() {
        return value;
    }

    /** After SUCCESS of a path that is not empty: where the element or the key of the pair begins. */
    int member() {
        return member;
    }

    /** After SUCCESS of a path that is not empty: where the array or object begins that has the member. */
    int container() {
        return container;
    }

    /** After SUCCESS of a path that is not empty: where the comma before the member is; -1 before the first one. */
    int separator() {
        return separator;
    }

    /** After PATH_ENOENT: which component it is that the container before it does not have. */
    int missing() {
        return missing;
    }

    /** After PATH_ENOENT: the position behind the last member of that container, or behind its opening. */
    int insertion() {
        return insertion;
    }

    /** After PATH_ENOENT: how many members that container has. */
    int size() {
        return size;
    }
}
