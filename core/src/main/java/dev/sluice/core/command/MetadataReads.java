package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.Status;

/** Look-ups that show more, or elsewhere, than GET. Protocol: {@code protocol-kv} 7.2, 8.3 and 8.9. */
final class MetadataReads {

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
        Status status = PlacedReads.replica(cookie, request.vbucket(), request.key(), request.document());
        if (status == Status.SUCCESS) {
            cookie.reply().document(cookie, request.document());
        }
        return status;
    }

    static Status getEx(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = cookie.bucket()
                .engine()
                .get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, request.document());
        return asStored(cookie, status);
    }

    static Status getExReplica(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = PlacedReads.replica(cookie, request.vbucket(), request.key(), request.document());
        return asStored(cookie, status);
    }

    private static Status asStored(CommandCookie cookie, Status status) {
        if (status == Status.SUCCESS) {
            cookie.reply().storedDocument(cookie, cookie.request().document());
        }
        return status;
    }

    static Status getRandomKey(CommandCookie cookie) {
        Request request = cookie.request();
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
        if (status == Status.SUCCESS) {
            cookie.reply().documentWithKey(cookie, request.document());
        }
        return status;
    }
}
