package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.OutgoingValue;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * Gives a new body the xattrs of the document that it replaces. Protocol: {@code protocol-kv} 7.1.5 and 7.5.
 *
 * <p>Who stores or removes without knowing of xattrs says so, and the engine answers {@code HAS_XATTRS} where that would
 * lose some. Only then is the document looked at, and what it has is merged and stored with the CAS that it had: a
 * read-modify-write like any other, begun anew where somebody was faster.
 */
final class XattrMerge extends ValueWork {

    private final byte[] existing;
    private final int existingOffset;
    private final int existingLength;
    private final int existingDatatype;
    private final long cas;
    private final Xattrs which;
    private final byte[] body;
    private final int bodyOffset;
    private final int bodyLength;

    /** The kept xattrs, if there are any, and then the body; null where the stored bytes make no sense. */
    private byte @Nullable [] merged;

    private XattrMerge(DocumentView document, Xattrs which, byte[] body, int bodyOffset, int bodyLength) {
        this.existing = document.valueArray();
        this.existingOffset = document.valueOffset();
        this.existingLength = document.valueLength();
        this.existingDatatype = document.datatype();
        this.cas = document.cas();
        this.which = which;
        this.body = body;
        this.bodyOffset = bodyOffset;
        this.bodyLength = bodyLength;
    }

    @Override
    void work() {
        DocumentView view = new DocumentView()
                .value(existing, existingOffset, existingLength)
                .datatype((byte) existingDatatype);
        if (OutgoingValue.present(view, Datatype.XATTR, Xattrs.ALL) && XattrSection.fits(view)) {
            merged = XattrSection.rebuild(view.valueArray(), view.valueOffset(), which, body, bodyOffset, bodyLength);
        }
    }

    /**
     * Looks at the document that has xattrs and puts them, in front of the request's body or of none, into the request's
     * store, with the CAS to store it with.
     *
     * @param which the xattrs to keep
     * @param withBody whether the request's value is to stand behind them; otherwise there is no body
     * @return {@code SUCCESS}; {@code WOULD_BLOCK} when this is to be called again; {@code NO_SUCH_KEY} where there is no
     *     document with xattrs any more; or what to answer
     */
    static Status merge(CommandCookie cookie, Xattrs which, boolean withBody) {
        XattrMerge merge = finished(cookie, XattrMerge.class);
        if (merge == null) {
            Request request = cookie.request();
            DocumentView document = request.document();
            Status status = cookie.bucket()
                    .engine()
                    .get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, document);
            if (status != Status.SUCCESS) {
                return status;
            }
            if ((document.datatype() & Datatype.XATTR) == 0) {
                return Status.NO_SUCH_KEY;
            }
            boolean snappy = (document.datatype() & Datatype.SNAPPY) != 0;
            long inflated = snappy
                    ? Math.max(
                            0,
                            SnappyCodec.inflatedLength(
                                    document.valueArray(), document.valueOffset(), document.valueLength()))
                    : document.valueLength();
            if (snappy && !reserveForDocument(cookie, inflated)) {
                return Status.TEMPORARY_FAILURE;
            }
            boolean here = fitsLoop(cookie, inflated + (withBody ? bodyLength(request) : 0), snappy);
            if (!here) {
                request.own();
            }
            byte[] plain = request.inflated();
            if (!withBody) {
                merge = new XattrMerge(document, which, new byte[0], 0, 0);
            } else if (plain != null) {
                merge = new XattrMerge(document, which, plain, 0, plain.length);
            } else {
                merge = new XattrMerge(document, which, request.array(), request.valueOffset(), request.valueLength());
            }
            document.clear();
            if (!merge.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        return merge.settle(cookie);
    }

    private static int bodyLength(Request request) {
        byte[] plain = request.inflated();
        return plain != null ? plain.length : request.valueLength();
    }

    private Status settle(CommandCookie cookie) {
        cookie.request().holdForDocument(null);
        byte[] value = merged;
        if (value == null) {
            cookie.errorContext("The stored document is not what its datatype says");
            return Status.FAILED;
        }
        Request request = cookie.request();
        int section = value.length - bodyLength;
        int json = request.store().datatype() & Datatype.JSON;
        request.store()
                .value(value, 0, value.length)
                .datatype((byte) (section == 0 ? json : json | Datatype.XATTR))
                .cas(request.cas() != 0 ? request.cas() : cas);
        return Stores.checkSize(cookie, value.length - (section == 0 ? 0 : XattrSection.systemBytes(value, 0)));
    }
}
