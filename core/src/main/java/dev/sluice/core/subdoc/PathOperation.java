package dev.sluice.core.subdoc;

/** What can be done at a path. Protocol: {@code protocol-subdoc} 6. */
public enum PathOperation {
    GET,
    EXISTS,
    /** How many elements or pairs the array or object has. The only lookup that takes the empty path. */
    GET_COUNT,
    DICT_ADD,
    DICT_UPSERT,
    REMOVE,
    REPLACE,
    ARRAY_PUSH_LAST,
    ARRAY_PUSH_FIRST,
    ARRAY_INSERT,
    ARRAY_ADD_UNIQUE,
    /** Adds the value, a decimal 64-bit integer other than 0, to the integer at the path. */
    COUNTER;

    /** Whether the operation changes the document; otherwise it takes no value. */
    public boolean mutates() {
        return compareTo(GET_COUNT) > 0;
    }

    /** Whether the operation may work on the root itself, named by the empty path; others answer PATH_EINVAL there. */
    public boolean mayNameRoot() {
        return switch (this) {
            case GET_COUNT, ARRAY_PUSH_LAST, ARRAY_PUSH_FIRST, ARRAY_ADD_UNIQUE -> true;
            case GET, EXISTS, DICT_ADD, DICT_UPSERT, REMOVE, REPLACE, ARRAY_INSERT, COUNTER -> false;
        };
    }
}
