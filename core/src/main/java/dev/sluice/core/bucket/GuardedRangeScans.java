package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.util.EnumSet;
import java.util.Set;

/** See {@link CallGuard}. A cursor that throws has failed, and is closed like any other. */
final class GuardedRangeScans implements RangeScans {

    private final RangeScans scans;
    private final CallGuard guard;

    GuardedRangeScans(RangeScans scans, CallGuard guard) {
        this.scans = scans;
        this.guard = guard;
    }

    @Override
    public Status open(Cookie cookie, int vbucket, Request request, Holder out) {
        Status answered = guard.answered(cookie, Statuses.OPEN_SCAN);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = guard.settle(cookie, scans.open(cookie, vbucket, request, out), Statuses.OPEN_SCAN);
            if (status == Status.SUCCESS && out.scan() == null) {
                guard.background(new IllegalStateException("open answered SUCCESS without a scan"));
                return Status.FAILED;
            }
            return status;
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.OPEN_SCAN);
        } finally {
            // Whatever the call has answered: what it has put there is closed by the server, and that must not throw.
            Scan scan = out.scan();
            if (scan != null && !(scan instanceof GuardedScan)) {
                out.set(new GuardedScan(scan, guard));
            }
            guard.leave(before);
        }
    }

    /** A cursor that cannot throw, and answers only what its contract names. */
    private static final class GuardedScan implements Scan {

        private static final Set<Status> NEXT = EnumSet.of(
                Status.SUCCESS,
                Status.NO_SUCH_KEY,
                Status.NOT_MY_VBUCKET,
                Status.UNKNOWN_COLLECTION,
                Status.UNKNOWN_SCOPE,
                Status.CANCELLED,
                Status.TEMPORARY_FAILURE,
                Status.FAILED);

        private final Scan scan;
        private final CallGuard guard;

        GuardedScan(Scan scan, CallGuard guard) {
            this.scan = scan;
            this.guard = guard;
        }

        @Override
        public Status next(DocumentView out) {
            ClassLoader before = guard.enter();
            try {
                Status status = scan.next(out);
                if (status == null || !NEXT.contains(status)) {
                    throw new IllegalStateException("a cursor answered " + status + " (expected: one of " + NEXT + ")");
                }
                return status;
            } catch (Throwable e) {
                guard.background(e);
                return Status.FAILED;
            } finally {
                guard.leave(before);
            }
        }

        /** Below 0 where the engine has thrown. */
        @Override
        public long collectionCount() {
            ClassLoader before = guard.enter();
            try {
                return scan.collectionCount();
            } catch (Throwable e) {
                guard.background(e);
                return -1;
            } finally {
                guard.leave(before);
            }
        }

        @Override
        public void close() {
            ClassLoader before = guard.enter();
            try {
                scan.close();
            } catch (Throwable e) {
                guard.background(e);
            } finally {
                guard.leave(before);
            }
        }
    }
}
