package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.Status;

/** Look-ups that show more, or elsewhere, than GET. Protocol: {@code protocol-kv} 7.2, 8.3 and 8.9. */
final class MetadataReads {

    /** The engine has answered, and what it has shown is to be sent. */
    private static final int SHOW = 1;

    private MetadataReads() {}

    /** Tombstones answer as documents do, and say that they are. */
    static Status getMeta(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = PlacedReads.metadata(cookie, request.vbucket(), request.key(), request.document());
        if (status == Status.SUCCESS) {
            cookie.reply().metadata(cookie, request.document());
        }
        return status;
    }

    static Status getReplica(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() != SHOW) {
            Status status = PlacedReads.replica(cookie, request.vbucket(), request.key(), request.document());
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(SHOW);
        }
        Status status = Presentation.present(cookie, cookie.reply().datatypes(), Xattrs.NONE);
        if (status == Status.SUCCESS) {
            cookie.reply().document(cookie, request.document());
        }
        return status;
    }

    static Status getEx(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() == SHOW) {
            return asStored(cookie);
        }
        Status status = cookie.bucket()
                .engine()
                .get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, request.document());
        return status == Status.SUCCESS ? asStored(cookie) : status;
    }

    static Status getExReplica(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() == SHOW) {
            return asStored(cookie);
        }
        Status status = PlacedReads.replica(cookie, request.vbucket(), request.key(), request.document());
        return status == Status.SUCCESS ? asStored(cookie) : status;
    }

    private static Status asStored(CommandCookie cookie) {
        cookie.step(SHOW);
        Status status = Presentation.present(cookie, cookie.reply().datatypes(), Presentation.allowed(cookie));
        if (status == Status.SUCCESS) {
            cookie.reply().storedDocument(cookie, cookie.request().document());
        }
        return status;
    }

    static Status getRandomKey(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() != SHOW) {
            RandomDocuments documents = cookie.bucket().engine().capability(RandomDocuments.class);
            if (documents == null) {
                return Status.NOT_SUPPORTED;
            }
            Status allowed = Permission.require(
                    cookie, "GET_RANDOM_KEY", Privilege.READ, Privilege.SYSTEM_COLLECTION_LOOKUP, request.collection());
            if (allowed != Status.SUCCESS) {
                return allowed;
            }
            Status status = documents.random(cookie, request.collection(), request.document());
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(SHOW);
        }
        Xattrs wanted = request.delta() == 0 ? Xattrs.NONE : Presentation.allowed(cookie);
        Status status = Presentation.present(cookie, cookie.reply().datatypes(), wanted);
        if (status == Status.SUCCESS) {
            cookie.reply().documentWithKey(cookie, request.document());
        }
        return status;
    }
}
