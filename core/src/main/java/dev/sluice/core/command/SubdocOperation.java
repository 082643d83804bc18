package dev.sluice.core.command;

import dev.sluice.core.subdoc.PathOperation;
import org.jspecify.annotations.Nullable;

/** What one step of a sub-document command does. Protocol: {@code protocol-subdoc} 1 and 6. */
public enum SubdocOperation {
    GET(false, PathOperation.GET),
    EXISTS(false, PathOperation.EXISTS),
    GET_COUNT(false, PathOperation.GET_COUNT),
    DICT_ADD(true, PathOperation.DICT_ADD),
    DICT_UPSERT(true, PathOperation.DICT_UPSERT),
    DELETE(true, PathOperation.REMOVE),
    REPLACE(true, PathOperation.REPLACE),
    ARRAY_PUSH_LAST(true, PathOperation.ARRAY_PUSH_LAST),
    ARRAY_PUSH_FIRST(true, PathOperation.ARRAY_PUSH_FIRST),
    ARRAY_INSERT(true, PathOperation.ARRAY_INSERT),
    ARRAY_ADD_UNIQUE(true, PathOperation.ARRAY_ADD_UNIQUE),
    COUNTER(true, PathOperation.COUNTER),
    /** What an extended attribute holds becomes the body. */
    REPLACE_BODY_WITH_XATTR(true, PathOperation.GET),
    /** The whole body. */
    WHOLE_GET(false, null),
    /** Another body, of any bytes. */
    WHOLE_SET(true, null),
    /** Deletes the document, but for the system's extended attributes. */
    WHOLE_DELETE(true, null);

    private final boolean mutates;
    private final @Nullable PathOperation path;

    SubdocOperation(boolean mutates, @Nullable PathOperation path) {
        this.mutates = mutates;
        this.path = path;
    }

    public boolean mutates() {
        return mutates;
    }

    /** Whether it works on the document as a whole, and takes no path. */
    public boolean whole() {
        return path == null;
    }

    /** What is done at the path; only where it is not {@link #whole()}. */
    PathOperation path() {
        if (path == null) {
            throw new IllegalStateException(this + " has no path");
        }
        return path;
    }

    /** Whether a document that this begins, by a path that names its root, is an array. */
    boolean makesArray() {
        return switch (this) {
            case ARRAY_PUSH_LAST, ARRAY_PUSH_FIRST, ARRAY_ADD_UNIQUE -> true;
            default -> false;
        };
    }
}
