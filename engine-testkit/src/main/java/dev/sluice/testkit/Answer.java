package dev.sluice.testkit;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a command came to: its status, and with {@link Status#SUCCESS} what the engine filled in. Asking a command that
 * failed for a document is an error of the test.
 */
public final class Answer {
    private final Status status;
    private final @Nullable Snapshot document;
    private final long cas;
    private final long seqno;
    private final long vbucketUuid;
    private final long revSeqno;

    private Answer(Status status, @Nullable Snapshot document, long cas, long seqno, long vbucketUuid, long revSeqno) {
        this.status = status;
        this.document = document;
        this.cas = cas;
        this.seqno = seqno;
        this.vbucketUuid = vbucketUuid;
        this.revSeqno = revSeqno;
    }

    static Answer of(Status status) {
        return new Answer(status, null, 0, 0, 0, 0);
    }

    static Answer of(Status status, DocumentView view) {
        return new Answer(status, new Snapshot(view), view.cas(), view.seqno(), 0, view.revSeqno());
    }

    static Answer of(Status status, MutationResult result) {
        return new Answer(status, null, result.cas(), result.seqno(), result.vbucketUuid(), result.revSeqno());
    }

    public Status status() {
        return status;
    }

    public boolean succeeded() {
        return status == Status.SUCCESS;
    }

    public long cas() {
        return cas;
    }

    public long seqno() {
        return seqno;
    }

    public long vbucketUuid() {
        return vbucketUuid;
    }

    /** The document's value as it was when the engine showed it. */
    public byte[] value() {
        return shown().value.clone();
    }

    /** The value, read as UTF-8. */
    public String text() {
        return new String(shown().value, StandardCharsets.UTF_8);
    }

    public byte[] key() {
        return shown().key.clone();
    }

    /** The key, read as UTF-8. */
    public String keyText() {
        return new String(shown().key, StandardCharsets.UTF_8);
    }

    public int collection() {
        return shown().collection;
    }

    public int flags() {
        return shown().flags;
    }

    public long expirySeconds() {
        return shown().expirySeconds;
    }

    public byte datatype() {
        return shown().datatype;
    }

    public long revSeqno() {
        return revSeqno;
    }

    public boolean deleted() {
        return shown().deleted;
    }

    public boolean locked() {
        return shown().locked;
    }

    /** What the engine has changed since in the arrays that it showed, or null: those must never change again. */
    @Nullable
    String changedSince() {
        return document == null ? null : document.changedSince();
    }

    private Snapshot shown() {
        if (document == null) {
            throw new AssertionError("no document in this answer: " + status);
        }
        return document;
    }

    @Override
    public String toString() {
        return status
                + (status == Status.SUCCESS ? "[cas=" + Long.toUnsignedString(cas) + ", seqno=" + seqno + "]" : "");
    }

    /** A copy of a view, and the engine's arrays beside it. */
    private static final class Snapshot {
        final byte[] key;
        final byte[] value;
        final int collection;
        final int flags;
        final long expirySeconds;
        final byte datatype;
        final boolean deleted;
        final boolean locked;
        private final byte[] keyArray;
        private final int keyOffset;
        private final byte[] valueArray;
        private final int valueOffset;

        Snapshot(DocumentView view) {
            key = view.copyOfKey();
            value = view.copyOfValue();
            collection = view.collection();
            flags = view.flags();
            expirySeconds = view.expirySeconds();
            datatype = view.datatype();
            deleted = view.deleted();
            locked = view.locked();
            keyArray = view.keyArray();
            keyOffset = view.keyOffset();
            valueArray = view.valueArray();
            valueOffset = view.valueOffset();
        }

        @Nullable
        String changedSince() {
            if (!Arrays.equals(key, 0, key.length, keyArray, keyOffset, keyOffset + key.length)) {
                return "the key";
            }
            if (!Arrays.equals(value, 0, value.length, valueArray, valueOffset, valueOffset + value.length)) {
                return "the value";
            }
            return null;
        }
    }
}
