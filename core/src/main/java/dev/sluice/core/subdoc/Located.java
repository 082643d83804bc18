package dev.sluice.core.subdoc;

/**
 * Where a path leads in a text: a walk over it that goes down into what the path names and over all else, and ends where the
 * answer is certain. What is behind that place is not looked at, and may be anything.
 *
 * <p>Of two equal keys of one object the first one counts, on the way as well: with {@code a.b} and {@code
 * {"a":1,"a":{"b":2}}} the path goes on through a scalar. Parsers that build trees mostly keep the last one, but would have
 * to read on to the end of the object for it.
 *
 * <p>Nothing is walked more than twice, however many {@code [-1]} there are: which element is the last one is known only behind
 * it, so the rest of the path is followed into every element, and what came of the last one counts. To walk again what turned
 * out to be the last one would be simpler, and costs the length of the text for each {@code [-1]} in the path.
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
    private PathStatus followed = PathStatus.SUCCESS;

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
            if (status == PathStatus.SUCCESS && index && path.index(i) == ParsedPath.LAST && i < path.count() - 1) {
                int behind = follow(value, path, i);
                return behind < 0 ? documentStatus(behind) : followed;
            }
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

    /**
     * Walks over a value, and notes where the path leads in it from a component on: {@link #followed} and what belongs to it.
     * Calls itself for the next component, so not more often than a path may have components.
     *
     * @return the position behind the value, or a negative number
     */
    private int follow(int begin, ParsedPath path, int component) {
        boolean index = component < path.count() && path.isIndex(component);
        int levels = levelsMax - component;
        if (component == path.count()) {
            value = begin;
            followed = PathStatus.SUCCESS;
            return JsonText.skipValue(text, begin, end, levels);
        }
        if (begin >= end || text[begin] != (index ? '[' : '{')) {
            followed = PathStatus.PATH_MISMATCH;
            return JsonText.skipValue(text, begin, end, levels);
        }
        char closing = index ? ']' : '}';
        int separatorHere = -1;
        int insertionHere = begin + 1;
        int sizeHere = 0;
        boolean found = false;
        int i = JsonText.skipSpace(text, begin + 1, end);
        while (i >= end || text[i] != closing || sizeHere > 0) {
            int memberHere = i;
            boolean leads = index && (path.index(component) == sizeHere || path.index(component) == ParsedPath.LAST);
            if (!index) {
                i = JsonText.skipKey(text, i, end);
                leads = i >= 0 && !found && leadsTo(memberHere, path, component);
            }
            if (i >= 0 && leads) {
                found = true;
                i = follow(i, path, component + 1);
                if (component == path.count() - 1) {
                    member = memberHere;
                    container = begin;
                    separator = separatorHere;
                }
            } else if (i >= 0) {
                i = JsonText.skipValue(text, i, end, levels - 1);
            }
            if (i < 0) {
                return i;
            }
            sizeHere++;
            insertionHere = i;
            i = JsonText.skipSpace(text, i, end);
            if (i < end && text[i] == closing) {
                break;
            } else if (i >= end || text[i] != ',') {
                return JsonText.MALFORMED;
            }
            separatorHere = i;
            i = JsonText.skipSpace(text, i + 1, end);
        }
        if (!found) {
            followed = PathStatus.PATH_ENOENT;
            missing = component;
            insertion = insertionHere;
            size = sizeHere;
        }
        return i + 1;
    }

    /** Whether a name is the key that begins at a position, and is well-formed. */
    private boolean leadsTo(int key, ParsedPath path, int component) {
        return path.matches(component, text, key + 1, JsonText.skipString(text, key, end) - 1);
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
