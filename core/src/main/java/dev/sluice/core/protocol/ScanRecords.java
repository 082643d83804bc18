package dev.sluice.core.protocol;

import dev.sluice.core.datatype.OutgoingValue;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.spool.ScanEncoder;
import dev.sluice.core.spool.SpoolBuffer;
import dev.sluice.engine.DocumentView;

/**
 * The records in the values of RANGE_SCAN_CONTINUE's answers. Protocol: {@code protocol-kv} 13.2.
 *
 * <pre>
 *   keys:       LEB128 key length, key
 *   documents:  u32 flags, u32 expiry, u64 seqno, u64 CAS, u8 datatype,
 *               LEB128 key length, key, LEB128 value length, value
 * </pre>
 */
final class ScanRecords {

    static final ScanEncoder KEYS = (out, document) -> {
        key(out, document);
        return true;
    };

    private ScanRecords() {}

    /**
     * Whole documents, as a connection sees them. What has to be inflated is inflated one document at a time, in the array
     * that goes with it.
     *
     * @param datatypes the bits that the connection takes
     */
    static ScanEncoder documents(int datatypes, Xattrs xattrs) {
        return (out, document) -> document(out, document, datatypes, xattrs);
    }

    private static boolean document(SpoolBuffer out, DocumentView document, int datatypes, Xattrs xattrs) {
        if (!OutgoingValue.isPlain(document) && !OutgoingValue.present(document, datatypes, xattrs)) {
            return false;
        }
        out.putInt(document.flags())
                .putInt((int) document.expirySeconds())
                .putLong(document.seqno())
                .putLong(document.locked() ? -1L : document.cas())
                .putByte(document.datatype() & datatypes);
        key(out, document);
        leb128(out, document.valueLength());
        out.putBytes(document.valueArray(), document.valueOffset(), document.valueLength());
        return true;
    }

    private static void key(SpoolBuffer out, DocumentView document) {
        leb128(out, document.keyLength());
        out.putBytes(document.keyArray(), document.keyOffset(), document.keyLength());
    }

    private static void leb128(SpoolBuffer out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.putByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.putByte(rest);
    }
}
