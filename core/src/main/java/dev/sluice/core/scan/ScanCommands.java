package dev.sluice.core.scan;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Reply.ScanPart;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.spool.Abandonable;
import dev.sluice.core.spool.Spool;
import dev.sluice.core.spool.SpoolBuffer;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.util.Objects;

/** RANGE_SCAN_CREATE, CONTINUE and CANCEL. Protocol: {@code protocol-kv} 13. */
public final class ScanCommands {

    public static final Command CREATE = ScanCommands::create;
    public static final Command CONTINUE = ScanCommands::continueScan;
    public static final Command CANCEL = ScanCommands::cancel;

    private ScanCommands() {}

    private static ScanRegistry registry(CommandCookie cookie) {
        NodeServices node = cookie.session().node();
        return ScanRegistry.of(cookie.bucket(), node.clock(), node.limits());
    }

    /** Who may scan a collection; asked each time, since a scan lives on when its client's rights, or its client, change. */
    private static Status allowed(CommandCookie cookie, String command, int collection) {
        return Permission.require(
                cookie, command, Privilege.RANGE_SCAN, Privilege.SYSTEM_COLLECTION_LOOKUP, collection);
    }

    // ---- CREATE -----------------------------------------------------------------------------------------------------

    /** A creation under way: a place taken, and the engine asked for a cursor. */
    private record Creation(ScanRegistry registry, RangeScans.Request request, RangeScans.Holder holder)
            implements Abandonable {

        /** The command ends without a scan. What the engine still opens it closes itself, being told of the cancellation. */
        @Override
        public void abandon() {
            RangeScans.Scan opened = holder.scan();
            if (opened != null) {
                holder.set(null);
                opened.close();
            }
            registry.giveSlotBack();
        }
    }

    private static Status create(CommandCookie cookie) {
        Request request = cookie.request();
        ScanSpec spec = (ScanSpec) Objects.requireNonNull(request.detail(), "detail");
        RangeScans scans = cookie.bucket().engine().capability(RangeScans.class);
        if (scans == null) {
            return Status.NOT_SUPPORTED;
        }
        if (cookie.progress() == null) {
            Bucket bucket = cookie.bucket();
            if (!bucket.hasVBucket(request.vbucket())) {
                return Status.NOT_MY_VBUCKET;
            }
            if (bucket.collections().collection(spec.collection()) == null) {
                return Status.UNKNOWN_COLLECTION;
            }
            Status allowed = allowed(cookie, "RANGE_SCAN_CREATE", spec.collection());
            if (allowed != Status.SUCCESS) {
                return allowed;
            }
            ScanSpec.Snapshot snapshot = spec.snapshot();
            if (snapshot != null && snapshot.vbucketUuid() == 0) {
                return Status.VBUCKET_UUID_MISMATCH; // No history has this number, and to an engine it means "any".
            }
            ScanRegistry registry = registry(cookie);
            if (!registry.takeSlot()) {
                return Status.TOO_BUSY;
            }
            cookie.progress(new Creation(registry, engineRequest(cookie, spec), new RangeScans.Holder()));
        }
        Creation creation = (Creation) Objects.requireNonNull(cookie.progress());
        Status status = scans.open(cookie, request.vbucket(), creation.request(), creation.holder());
        if (status == Status.SUCCESS) {
            RangeScans.Scan scan = Objects.requireNonNull(creation.holder().scan(), "scan");
            cookie.progress(null);
            cookie.reply().bytes(cookie, creation.registry().add(request.vbucket(), spec, scan));
        }
        return status;
    }

    private static RangeScans.Request engineRequest(CommandCookie cookie, ScanSpec spec) {
        ScanSpec.Snapshot snapshot = spec.snapshot();
        long deadlineNanos = 0;
        if (snapshot != null && snapshot.timeoutMs() > 0) {
            deadlineNanos = cookie.session().node().clock().nanoTime() + snapshot.timeoutMs() * 1_000_000L;
        }
        return new RangeScans.Request(
                spec.collection(),
                spec.start(),
                spec.end(),
                spec.keysOnly(),
                snapshot == null ? 0 : snapshot.vbucketUuid(),
                snapshot == null ? 0 : snapshot.seqno(),
                snapshot != null && snapshot.seqnoMustExist(),
                deadlineNanos);
    }

    // ---- CONTINUE ---------------------------------------------------------------------------------------------------

    /** A CONTINUE under way. */
    private record Continuation(ScanSession session, Spool spool) implements Abandonable {

        @Override
        public void abandon() {
            spool.abandon();
            session.end();
        }

        @Override
        public void bytesLeft() {
            session.moved();
        }
    }

    private static Status continueScan(CommandCookie cookie) {
        if (cookie.progress() == null) {
            return begin(cookie);
        }
        Continuation continuation = (Continuation) cookie.progress();
        if (!cookie.session().outbound().open()) {
            return cookie.session().awaitOutbound(cookie);
        }
        if (continuation.spool().filled()) {
            return send(cookie, continuation);
        }
        return continuation.spool().request(cookie);
    }

    private static Status begin(CommandCookie cookie) {
        Request request = cookie.request();
        ScanSession session = registry(cookie).find(request.scanIdHigh(), request.scanIdLow());
        if (session == null || session.vbucket() != request.vbucket()) {
            return Status.NO_SUCH_KEY;
        }
        if (!registry(cookie).exists(session)) {
            forget(cookie);
            return Status.UNKNOWN_COLLECTION;
        }
        Status allowed = allowed(cookie, "RANGE_SCAN_CONTINUE", session.collection());
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        ScanLimits limits = (ScanLimits) Objects.requireNonNull(request.detail(), "detail");
        boolean system = Permission.has(cookie, Privilege.SYSTEM_XATTR_READ, session.collection());
        Xattrs xattrs = !session.xattrs() ? Xattrs.NONE : system ? Xattrs.ALL : Xattrs.USER;
        Status status = session.begin(limits, cookie.reply().scanEncoder(session.keysOnly(), xattrs));
        if (status == Status.CANCELLED) {
            return cookie.refuse(Refusal.SCAN_CANCELLED);
        }
        if (status != Status.SUCCESS) {
            return status;
        }
        Bucket bucket = cookie.bucket();
        int spoolBytes = cookie.session().node().limits().spoolBytes();
        Spool spool = new Spool(bucket.auxIoPool(), session, spoolBytes);
        cookie.progress(new Continuation(session, spool));
        return spool.request(cookie);
    }

    private static Status send(CommandCookie cookie, Continuation continuation) {
        ScanSession session = continuation.session();
        SpoolBuffer buffer = continuation.spool().buffer();
        Status status = continuation.spool().status();
        if (!registry(cookie).exists(session)) {
            status = Status.UNKNOWN_COLLECTION; // What is in the spool was there when it was read, and is not any more.
        } else if (session.ended() && status != Status.NO_SUCH_KEY) {
            status = Status.CANCELLED;
        }
        switch (status) {
            case WOULD_BLOCK -> {
                piece(cookie, session, ScanPart.PARTIAL, buffer);
                if (!cookie.session().outbound().open()) {
                    return sent(cookie, continuation);
                }
                return continuation.spool().request(cookie);
            }
            case SUCCESS -> {
                if (session.rest()) {
                    cookie.progress(null);
                    piece(cookie, session, ScanPart.MORE, buffer);
                } else {
                    return cookie.refuse(Refusal.SCAN_CANCELLED);
                }
            }
            case NO_SUCH_KEY -> {
                forget(cookie);
                piece(cookie, session, ScanPart.COMPLETE, buffer);
            }
            case CANCELLED -> {
                forget(cookie);
                return cookie.refuse(Refusal.SCAN_CANCELLED);
            }
            default -> {
                forget(cookie);
                return status;
            }
        }
        return Status.SUCCESS;
    }

    /** The spool was sent and the connection takes no more: wait, and ask the producer only then. */
    private static Status sent(CommandCookie cookie, Continuation continuation) {
        continuation.spool().emptied();
        return cookie.session().awaitOutbound(cookie);
    }

    private static void piece(CommandCookie cookie, ScanSession session, ScanPart part, SpoolBuffer buffer) {
        cookie.bucket().counters().count(cookie.session().loop().index(), BucketCounter.SCAN_PIECES);
        cookie.reply().scanned(cookie, part, !session.keysOnly(), buffer.array(), 0, buffer.size());
        session.moved();
    }

    private static void forget(CommandCookie cookie) {
        registry(cookie).remove(cookie.request().scanIdHigh(), cookie.request().scanIdLow());
    }

    // ---- CANCEL -----------------------------------------------------------------------------------------------------

    private static Status cancel(CommandCookie cookie) {
        Request request = cookie.request();
        ScanSession session = registry(cookie).find(request.scanIdHigh(), request.scanIdLow());
        if (session == null || session.vbucket() != request.vbucket()) {
            return Status.NO_SUCH_KEY;
        }
        Status allowed = allowed(cookie, "RANGE_SCAN_CANCEL", session.collection());
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        registry(cookie).remove(request.scanIdHigh(), request.scanIdLow());
        cookie.reply().done(cookie);
        return Status.SUCCESS;
    }
}
