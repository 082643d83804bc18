package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.OutgoingValue;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;

/**
 * Turns the document that an engine has shown into what is to be seen of it: see {@link OutgoingValue}. A plain one stays
 * as it is, for the price of one look; a long one that must be inflated leaves the loop.
 */
final class Presentation extends ValueWork {

    /** The value alone, for the thread that does the work. */
    private final DocumentView value;

    private final int taken;
    private final Xattrs wanted;
    private boolean sound;

    private Presentation(DocumentView document, int taken, Xattrs wanted) {
        this.value = new DocumentView()
                .value(document.valueArray(), document.valueOffset(), document.valueLength())
                .datatype(document.datatype());
        this.taken = taken;
        this.wanted = wanted;
    }

    @Override
    void work() {
        sound = OutgoingValue.present(value, taken, wanted);
    }

    /**
     * Points the request's document at what is wanted of it.
     *
     * @param taken the datatype bits that are understood where the value goes
     * @return {@code SUCCESS}; {@code WOULD_BLOCK} when this is to be called again; or what to answer
     */
    static Status present(CommandCookie cookie, int taken, Xattrs wanted) {
        Request request = cookie.request();
        DocumentView document = request.document();
        Presentation presentation = finished(cookie, Presentation.class);
        if (presentation == null) {
            if (OutgoingValue.isPlain(document)) {
                return Status.SUCCESS;
            }
            long bytes = OutgoingValue.copyBytes(document, taken, wanted);
            if (bytes == 0) {
                return OutgoingValue.present(document, taken, wanted) ? Status.SUCCESS : corrupt(cookie);
            }
            if (bytes > 2L * cookie.session().node().limits().frameBytesMax()) {
                return corrupt(cookie); // Nothing that long was ever let in.
            }
            if (!reserveForDocument(cookie, bytes)) {
                return Status.TEMPORARY_FAILURE;
            }
            boolean here = fitsLoop(cookie, bytes, (document.datatype() & Datatype.SNAPPY) != 0);
            presentation = new Presentation(document, taken, wanted);
            if (!presentation.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        if (!presentation.sound) {
            return corrupt(cookie);
        }
        DocumentView value = presentation.value;
        document.value(value.valueArray(), value.valueOffset(), value.valueLength())
                .datatype(value.datatype());
        return Status.SUCCESS;
    }

    /** The xattrs that a client may see who asks for them: those of the system only with a privilege of their own, in the document's collection. */
    static Xattrs allowed(CommandCookie cookie) {
        int collection = cookie.request().key().collection();
        return Permission.has(cookie, Privilege.SYSTEM_XATTR_READ, collection) ? Xattrs.ALL : Xattrs.USER;
    }

    private static Status corrupt(CommandCookie cookie) {
        cookie.errorContext(
                SnappyCodec.loaded() || !SnappyCodec.known()
                        ? "The stored document is not what its datatype says"
                        : "The stored document is compressed, and the library that inflates it is missing");
        return Status.FAILED;
    }
}
