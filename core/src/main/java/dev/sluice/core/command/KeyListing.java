package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.spool.Abandonable;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * GET_KEYS: the keys of a collection from a given one on, in order, as far as they are on disk; for engines that have both a
 * disk and range scans. The cursor is read on an aux-I/O thread. Protocol: {@code protocol-kv} 8.9.
 *
 * <p><b>Ownership.</b> The cursor is closed by the thread that reads it, or by the loop where no thread has begun to.
 */
final class KeyListing implements Abandonable {

    private static final int COUNT_DEFAULT = 1_000;
    private static final int COUNT_MAX = 100_000;

    /** Where an answer ends that would become too long; its client goes on behind the last key, as it does anyway. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final RangeScans.Request range;
    private final RangeScans.Holder holder = new RangeScans.Holder();
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile boolean abandoned;
    private boolean opened;
    private Status outcome = Status.SUCCESS;
    private byte[] answer = new byte[0];

    private KeyListing(RangeScans.Request range) {
        this.range = range;
    }

    static Status execute(CommandCookie cookie) {
        RangeScans scans = cookie.bucket().engine().capability(RangeScans.class);
        Persistence persistence = cookie.bucket().engine().capability(Persistence.class);
        if (scans == null || persistence == null) {
            return Status.NOT_SUPPORTED;
        }
        KeyListing listing = (KeyListing) cookie.progress();
        if (listing == null) {
            Request request = cookie.request();
            listing = new KeyListing(new RangeScans.Request(
                    request.key().collection(), request.key().toByteArray(), null, true, 0, 0, false, 0));
            cookie.progress(listing);
        }
        return listing.proceed(cookie, scans, persistence);
    }

    private Status proceed(CommandCookie cookie, RangeScans scans, Persistence persistence) {
        if (!opened) {
            Status status = scans.open(cookie, cookie.request().vbucket(), range, holder);
            if (status == Status.SUCCESS) {
                opened = true;
                return collectInBackground(cookie, persistence);
            }
            if (status != Status.NO_SUCH_KEY) {
                return status;
            }
        }
        if (outcome == Status.SUCCESS) {
            cookie.reply().bytes(cookie, answer);
        }
        return outcome;
    }

    private Status collectInBackground(CommandCookie cookie, Persistence persistence) {
        Request request = cookie.request();
        long asked = request.delta();
        int count = asked == 0 ? COUNT_DEFAULT : (int) Math.min(asked, COUNT_MAX);
        long persisted = persistence.persistedSeqno(request.vbucket());
        byte[] prefix = cookie.reply().keyPrefix(range.collection());
        Bucket bucket = cookie.bucket();
        BlockedCookie blocked = cookie.block();
        try {
            bucket.auxIoPool().execute(() -> {
                try {
                    collect(bucket, prefix, count, persisted);
                } catch (Throwable e) {
                    outcome = Status.FAILED;
                    throw e; // The pool counts it.
                } finally {
                    blocked.notifyIoComplete(Status.SUCCESS);
                }
            });
        } catch (RejectedExecutionException bucketIsGone) {
            outcome = Status.CANCELLED;
            blocked.notifyIoComplete(Status.SUCCESS);
        }
        return Status.WOULD_BLOCK;
    }

    private void collect(Bucket bucket, byte[] prefix, int count, long persisted) {
        // Announced before the cursor is claimed, so that the engine stays open until it is given back.
        boolean usable = bucket.beginBackgroundCall();
        try {
            if (claimed.compareAndSet(false, true)) {
                try {
                    outcome = usable ? take(prefix, count, persisted) : Status.CANCELLED;
                } finally {
                    close();
                }
            }
        } finally {
            bucket.endBackgroundCall();
        }
    }

    private Status take(byte[] prefix, int count, long persisted) {
        RangeScans.Scan scan = Objects.requireNonNull(holder.scan(), "scan");
        DocumentView document = new DocumentView();
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        Status status = Status.SUCCESS;
        for (int taken = 0; taken < count && keys.size() < ANSWER_BYTES_MAX && !abandoned; ) {
            status = scan.next(document);
            if (status != Status.SUCCESS) {
                break;
            }
            if (document.seqno() <= persisted) {
                append(keys, prefix, document);
                taken++;
            }
        }
        answer = keys.toByteArray();
        return status == Status.NO_SUCH_KEY ? Status.SUCCESS : status;
    }

    private static void append(ByteArrayOutputStream keys, byte[] prefix, DocumentView document) {
        int length = prefix.length + document.keyLength();
        keys.write(length >>> 8);
        keys.write(length);
        keys.writeBytes(prefix);
        keys.write(document.keyArray(), document.keyOffset(), document.keyLength());
    }

    private void close() {
        RangeScans.@Nullable Scan scan = holder.scan();
        holder.set(null);
        if (scan != null) {
            scan.close();
        }
    }

    @Override
    public void abandon() {
        abandoned = true;
        if (claimed.compareAndSet(false, true)) {
            close();
        }
    }
}
