package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Commands about the disk behind an engine; NOT_SUPPORTED where there is none. Protocol: {@code protocol-kv} 8.9 and 9. */
final class PersistenceCommands {

    /** Protocol: {@code seqno_persistence_timeout}. */
    private static final long SEQNO_PERSISTENCE_NANOS_MAX = 30_000_000_000L;

    private static final byte[] EVICTED = "Ejected.".getBytes(StandardCharsets.US_ASCII);

    private PersistenceCommands() {}

    private interface Call {
        Status on(Persistence persistence);
    }

    private static Status call(CommandCookie cookie, Call call) {
        Persistence persistence = persistence(cookie);
        if (persistence == null) {
            return Status.NOT_SUPPORTED;
        }
        Status status = call.on(persistence);
        if (status == Status.SUCCESS) {
            cookie.reply().done(cookie);
        }
        return status;
    }

    static Status awaitSeqno(CommandCookie cookie) {
        Request request = cookie.request();
        if (request.deadlineNanos() == 0) { // Once: a repetition gets no more time.
            request.deadlineNanos(cookie.session().node().clock().nanoTime() + SEQNO_PERSISTENCE_NANOS_MAX);
        }
        return call(
                cookie,
                persistence -> persistence.awaitPersistence(
                        cookie, request.vbucket(), request.delta(), request.deadlineNanos()));
    }

    static Status stop(CommandCookie cookie) {
        return call(cookie, persistence -> persistence.stopPersistence(cookie));
    }

    static Status start(CommandCookie cookie) {
        return call(cookie, persistence -> persistence.startPersistence(cookie));
    }

    static Status compact(CommandCookie cookie) {
        Request request = cookie.request();
        Persistence.Compaction compaction = (Persistence.Compaction) Objects.requireNonNull(request.detail(), "detail");
        return call(cookie, persistence -> persistence.compact(cookie, request.vbucket(), compaction));
    }

    static Status evict(CommandCookie cookie) {
        Request request = cookie.request();
        Persistence persistence = persistence(cookie);
        if (persistence == null) {
            return Status.NOT_SUPPORTED;
        }
        Status status = persistence.evict(cookie, request.vbucket(), request.key());
        if (status == Status.SUCCESS) {
            cookie.reply().bytes(cookie, EVICTED);
        }
        return status;
    }

    private static @Nullable Persistence persistence(CommandCookie cookie) {
        return cookie.bucket().engine().capability(Persistence.class);
    }
}
