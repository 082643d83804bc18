package dev.sluice.core.protocol;

import dev.sluice.core.command.SubdocOperation;
import org.jspecify.annotations.Nullable;

/**
 * What each sub-document operation takes, by the number that it has as a command or within one. Protocol: {@code
 * protocol-subdoc} 1 and 2.3.
 */
enum SubdocRules {
    GET(0xc5, SubdocOperation.GET, Flag.XATTR | Flag.BINARY, Flag.READS),
    EXISTS(0xc6, SubdocOperation.EXISTS, Flag.XATTR, Flag.READS),
    DICT_ADD(0xc7, SubdocOperation.DICT_ADD, Flag.ALL, Flag.CREATES),
    DICT_UPSERT(0xc8, SubdocOperation.DICT_UPSERT, Flag.ALL, Flag.CREATES),
    DELETE(0xc9, SubdocOperation.DELETE, Flag.XATTR, Flag.CHANGES),
    REPLACE(0xca, SubdocOperation.REPLACE, Flag.XATTR | Flag.EXPAND_MACROS | Flag.BINARY, Flag.CHANGES | Flag.DOC_ADD),
    ARRAY_PUSH_LAST(0xcb, SubdocOperation.ARRAY_PUSH_LAST, Flag.ALL & ~Flag.BINARY, Flag.CREATES),
    ARRAY_PUSH_FIRST(0xcc, SubdocOperation.ARRAY_PUSH_FIRST, Flag.ALL & ~Flag.BINARY, Flag.CREATES),
    ARRAY_INSERT(0xcd, SubdocOperation.ARRAY_INSERT, Flag.XATTR | Flag.EXPAND_MACROS, Flag.CREATES & ~Flag.DOC_MAKE),
    ARRAY_ADD_UNIQUE(0xce, SubdocOperation.ARRAY_ADD_UNIQUE, Flag.MAKE_PATH | Flag.XATTR, Flag.CREATES),
    COUNTER(0xcf, SubdocOperation.COUNTER, Flag.MAKE_PATH | Flag.XATTR, Flag.CREATES),
    GET_COUNT(0xd2, SubdocOperation.GET_COUNT, Flag.XATTR, Flag.READS),
    REPLACE_BODY_WITH_XATTR(0xd3, SubdocOperation.REPLACE_BODY_WITH_XATTR, Flag.XATTR | Flag.BINARY, Flag.CHANGES),
    WHOLE_GET(0x00, SubdocOperation.WHOLE_GET, 0, Flag.READS),
    WHOLE_SET(0x01, SubdocOperation.WHOLE_SET, 0, Flag.DOC_MAKE | Flag.DOC_ADD),
    WHOLE_DELETE(0x04, SubdocOperation.WHOLE_DELETE, 0, Flag.CHANGES);

    /** The bits of flags, and sets of them. */
    static final class Flag {

        // Of a path.
        static final int MAKE_PATH = 0x01;
        static final int XATTR = 0x04;
        static final int EXPAND_MACROS = 0x10;
        static final int BINARY = 0x20;
        static final int ALL = MAKE_PATH | XATTR | EXPAND_MACROS | BINARY;

        // Of the document; by their position they are the options of a request.
        static final int DOC_MAKE = 0x01;
        static final int DOC_ADD = 0x02;
        static final int DOC_ACCESS_DELETED = 0x04;
        static final int DOC_CREATE_AS_DELETED = 0x08;
        static final int DOC_REVIVE = 0x10;
        static final int DOC_REPLICA_READ = 0x20;
        static final int DOC_ALL = 0x3f;

        static final int READS = DOC_ACCESS_DELETED | DOC_REVIVE | DOC_REPLICA_READ;
        static final int CHANGES = DOC_ACCESS_DELETED | DOC_REVIVE;
        static final int CREATES = CHANGES | DOC_MAKE | DOC_ADD | DOC_CREATE_AS_DELETED;

        private Flag() {}
    }

    private static final @Nullable SubdocRules[] BY_CODE = new @Nullable SubdocRules[256];

    static {
        for (SubdocRules rules : values()) {
            BY_CODE[rules.code] = rules;
        }
    }

    private final int code;
    private final SubdocOperation operation;
    private final int pathFlags;
    private final int documentFlags;

    SubdocRules(int code, SubdocOperation operation, int pathFlags, int documentFlags) {
        this.code = code;
        this.operation = operation;
        this.pathFlags = pathFlags;
        this.documentFlags = documentFlags;
    }

    /** The rules for a number, 0 to 255, or null where it is no sub-document operation, or one that has others within it. */
    static @Nullable SubdocRules of(int code) {
        return BY_CODE[code];
    }

    SubdocOperation operation() {
        return operation;
    }

    /** The flags of a path that are legal. */
    int pathFlags() {
        return pathFlags;
    }

    /** The flags of the document that are legal. */
    int documentFlags() {
        return documentFlags;
    }

    /** Whether there is a value: always or never, but for a whole body, which may be empty. */
    boolean valueLegal(int length) {
        if (this == WHOLE_SET) {
            return true;
        }
        boolean takesValue =
                operation.mutates() && this != DELETE && this != REPLACE_BODY_WITH_XATTR && this != WHOLE_DELETE;
        return takesValue == (length > 0);
    }

    /** Whether the path may name the root. */
    boolean emptyPathLegal() {
        return switch (this) {
            case GET_COUNT, ARRAY_PUSH_LAST, ARRAY_PUSH_FIRST, ARRAY_ADD_UNIQUE, WHOLE_GET, WHOLE_SET, WHOLE_DELETE ->
                true;
            default -> false;
        };
    }
}
