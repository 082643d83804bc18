package dev.sluice.core.protocol;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.IngressLimit;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are refused while a bucket takes no more data, and with what. What frees memory, or comes from another
 * cluster, stays allowed. Protocol: {@code protocol-kv} 1.4, "client writes data", and 10.6.
 */
final class Ingress {

    private static final boolean[] WRITES_DATA = new boolean[256];

    static {
        Opcode[] writing = {
            Opcode.SET,
            Opcode.SETQ,
            Opcode.ADD,
            Opcode.ADDQ,
            Opcode.REPLACE,
            Opcode.REPLACEQ,
            Opcode.INCREMENT,
            Opcode.INCREMENTQ,
            Opcode.DECREMENT,
            Opcode.DECREMENTQ,
            Opcode.APPEND,
            Opcode.APPENDQ,
            Opcode.PREPEND,
            Opcode.PREPENDQ,
            Opcode.TOUCH,
            Opcode.GAT,
            Opcode.GATQ,
            Opcode.SET_WITH_META,
            Opcode.SETQ_WITH_META,
            Opcode.ADD_WITH_META,
            Opcode.ADDQ_WITH_META,
            Opcode.RETURN_META,
            Opcode.SUBDOC_DICT_ADD,
            Opcode.SUBDOC_DICT_UPSERT,
            Opcode.SUBDOC_REPLACE,
            Opcode.SUBDOC_ARRAY_PUSH_LAST,
            Opcode.SUBDOC_ARRAY_PUSH_FIRST,
            Opcode.SUBDOC_ARRAY_INSERT,
            Opcode.SUBDOC_ARRAY_ADD_UNIQUE,
            Opcode.SUBDOC_COUNTER,
            Opcode.SUBDOC_MULTI_MUTATION,
            Opcode.SUBDOC_REPLACE_BODY_WITH_XATTR
        };
        for (Opcode opcode : writing) {
            WRITES_DATA[opcode.code()] = true;
        }
    }

    private Ingress() {}

    /** What a request is refused with, or null; the last step of validation. */
    static @Nullable WireStatus refusal(Opcode opcode, @Nullable Bucket bucket) {
        if (!WRITES_DATA[opcode.code()] || bucket == null) {
            return null;
        }
        return switch (bucket.ingressLimit()) {
            case NONE -> null;
            case BUCKET_SIZE -> WireStatus.BUCKET_SIZE_LIMIT_EXCEEDED;
            case RESIDENT_RATIO -> WireStatus.BUCKET_RESIDENT_RATIO_TOO_LOW;
            case DATA_SIZE -> WireStatus.BUCKET_DATA_SIZE_TOO_BIG;
            case DISK_SPACE -> WireStatus.BUCKET_DISK_SPACE_TOO_LOW;
        };
    }

    /** The limit that a status on the wire stands for; 0 lifts it. Null for any other. */
    static @Nullable IngressLimit limit(int code) {
        return switch (code) {
            case 0 -> IngressLimit.NONE;
            case 0x35 -> IngressLimit.BUCKET_SIZE;
            case 0x36 -> IngressLimit.RESIDENT_RATIO;
            case 0x37 -> IngressLimit.DATA_SIZE;
            case 0x38 -> IngressLimit.DISK_SPACE;
            default -> null;
        };
    }
}
