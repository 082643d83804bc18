package dev.sluice.core.protocol;

import dev.sluice.core.spool.ScanEncoder;
import dev.sluice.core.spool.SpoolBuffer;
import dev.sluice.engine.Datatype;
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

    static final ScanEncoder KEYS = ScanRecords::key;
    static final ScanEncoder DOCUMENTS = (out, document) -> document(out, document, Datatype.JSON);
    /** For connections that know no datatypes. */
    static final ScanEncoder RAW_DOCUMENTS = (out, document) -> document(out, document, Datatype.RAW);

    private ScanRecords() {}

    private static void document(SpoolBuffer out, DocumentView document, byte datatypes) {
        out.putInt(document.flags())
                .putInt((int) document.expirySeconds())
                .putLong(document.seqno())
                .putLong(document.locked() ? -1L : document.cas())
                .putByte(document.datatype() & datatypes);
        key(out, document);
        leb128(out, document.valueLength());
        out.putBytes(document.valueArray(), document.valueOffset(), document.valueLength());
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
