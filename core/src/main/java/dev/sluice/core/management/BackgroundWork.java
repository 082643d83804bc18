package dev.sluice.core.management;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Work that a command begins on its loop and that ends elsewhere: the command blocks, as one that waits for an engine does,
 * and answers when it is called again. A client that goes away meanwhile stops nothing.
 */
final class BackgroundWork {

    private static final ObjectMapper JSON = new ObjectMapper();

    private BackgroundWork() {}

    /** Begins the work. On the loop. */
    interface Work {
        /** Completes with what is answered: nothing for null, a JSON text for a map. */
        CompletableFuture<?> begin(CommandCookie cookie) throws BucketException;
    }

    /** An executor's whole body. */
    static Status run(CommandCookie cookie, Work work) {
        CompletableFuture<?> result = (CompletableFuture<?>) cookie.progress();
        if (result == null) {
            try {
                result = work.begin(cookie);
            } catch (BucketException e) {
                return refuse(cookie, e);
            }
            if (!result.isDone()) {
                cookie.progress(result);
                BlockedCookie blocked = cookie.block();
                CompletableFuture<Void> unused = result.handle((value, failure) -> {
                    blocked.notifyIoComplete(Status.SUCCESS);
                    return null;
                });
                return Status.WOULD_BLOCK;
            }
        }
        cookie.progress(null);
        try {
            answer(cookie, result.join());
            return Status.SUCCESS;
        } catch (CompletionException e) {
            return refuse(cookie, e.getCause() == null ? e : e.getCause());
        }
    }

    private static void answer(CommandCookie cookie, @Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            cookie.reply().json(cookie, json(object));
        } else {
            cookie.reply().done(cookie);
        }
    }

    private static byte[] json(Map<?, ?> object) {
        try {
            return JSON.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new AssertionError("maps, lists and scalars are always JSON", e);
        }
    }

    private static Status refuse(CommandCookie cookie, Throwable failure) {
        if (!(failure instanceof BucketException refused)) {
            throw new IllegalStateException("management work failed", failure); // Ours: costs this connection.
        }
        cookie.errorContext(String.valueOf(refused.getMessage()));
        return switch (refused.reason()) {
            case EXISTS, WRONG_STATE -> Status.KEY_EXISTS;
            case UNKNOWN -> Status.NO_SUCH_KEY;
            case BUSY, FAILED -> Status.TEMPORARY_FAILURE;
            case PAUSED -> cookie.refuse(Refusal.BUCKET_PAUSED);
            case CANCELLED -> Status.CANCELLED;
            case INVALID -> Status.INVALID_ARGUMENTS;
            case TOO_MANY -> Status.TOO_BIG;
            case NOT_SUPPORTED -> cookie.refuse(Refusal.NOT_SUPPORTED);
            case ENGINE_FAILED -> Status.NOT_STORED;
            case NOT_REMEMBERED, FILES_LEFT -> Status.FAILED;
        };
    }
}
