package dev.sluice.testkit;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;

/** Range scans whose opening and whose every step a {@link FaultInjectingEngine} disturbs. */
final class FaultInjectingScans implements RangeScans {
    private final FaultInjectingEngine engine;
    private final RangeScans inner;

    FaultInjectingScans(FaultInjectingEngine engine, RangeScans inner) {
        this.engine = engine;
        this.inner = inner;
    }

    @Override
    public Status open(Cookie cookie, int vbucket, Request request, Holder out) {
        Holder opened = new Holder();
        Status status = engine.call(Operation.OPEN_SCAN, cookie, c -> inner.open(c, vbucket, request, opened));
        Scan scan = opened.scan();
        if (scan != null) {
            out.set(new InjectedScan(scan));
        }
        return status;
    }

    private final class InjectedScan implements Scan {
        private final Scan scan;

        InjectedScan(Scan scan) {
            this.scan = scan;
        }

        @Override
        public Status next(DocumentView out) {
            Status instead = engine.disturbScan();
            return instead == null ? scan.next(out) : instead;
        }

        @Override
        public long collectionCount() {
            return scan.collectionCount();
        }

        @Override
        public void close() {
            scan.close();
        }
    }
}
