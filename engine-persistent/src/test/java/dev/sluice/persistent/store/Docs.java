package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Documents for tests, and what is compared of them. */
public final class Docs {

    private Docs() {}

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A document of the default collection. */
    public static DocumentView doc(String key, long seqno, String value) {
        return doc(0, key, seqno, value);
    }

    public static DocumentView doc(int collection, String key, long seqno, String value) {
        byte[] keyBytes = bytes(key);
        byte[] valueBytes = bytes(value);
        return new DocumentView()
                .key(collection, keyBytes, 0, keyBytes.length)
                .value(valueBytes, 0, valueBytes.length)
                .cas(seqno << 16)
                .seqno(seqno)
                .revSeqno(1);
    }

    public static DocumentView tombstone(String key, long seqno) {
        return doc(key, seqno, "").deleted(true).expirySeconds(1_700_000_000L + seqno);
    }

    public static DocumentView tombstone(int collection, String key, long seqno) {
        return doc(collection, key, seqno, "").deleted(true).expirySeconds(1_700_000_000L + seqno);
    }

    public static HeapDocumentKey key(String key) {
        return HeapDocumentKey.of(key);
    }

    public static HeapDocumentKey key(int collection, String key) {
        return HeapDocumentKey.of(collection, bytes(key));
    }

    /** An active vbucket with a history. */
    public static VBucketRecord active(long highSeqno) {
        return new VBucketRecord(
                VBucketState.ACTIVE, highSeqno, highSeqno << 16, 0, List.of(new FailoverEntry(0xabcL, 0)));
    }

    /** All of a document in words. */
    public static String text(DocumentView document) {
        return metadata(document) + "=" + new String(document.copyOfValue(), StandardCharsets.UTF_8);
    }

    /** All but the value. */
    public static String metadata(DocumentView document) {
        return Integer.toUnsignedString(document.collection())
                + "/"
                + new String(document.copyOfKey(), StandardCharsets.UTF_8)
                + "#"
                + document.seqno()
                + (document.deleted() ? " deleted" : "")
                + " cas "
                + Long.toUnsignedString(document.cas())
                + " rev "
                + document.revSeqno()
                + " flags "
                + document.flags()
                + " expiry "
                + document.expirySeconds()
                + " datatype "
                + document.datatype();
    }

    /** Everything that a cursor has left, in words; closes it. */
    public static List<String> texts(DocumentCursor cursor) throws StoreException {
        List<String> texts = new ArrayList<>();
        try (cursor) {
            while (cursor.next()) {
                texts.add(text(cursor.document()));
            }
        }
        return texts;
    }

    /** Collection, key and sequence number of everything that a cursor has left; closes it. */
    public static List<String> names(DocumentCursor cursor) throws StoreException {
        List<String> names = new ArrayList<>();
        try (cursor) {
            while (cursor.next()) {
                DocumentView document = cursor.document();
                names.add((document.collection() == 0 ? "" : Integer.toUnsignedString(document.collection()) + "/")
                        + new String(document.copyOfKey(), StandardCharsets.UTF_8)
                        + (document.deleted() ? "-" : "")
                        + document.seqno());
            }
        }
        return names;
    }
}
