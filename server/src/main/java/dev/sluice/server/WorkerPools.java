package dev.sluice.server;

import dev.sluice.core.bucket.Pools;
import dev.sluice.server.config.ThreadCounts;
import java.util.List;

/** The four kinds of background threads of the process. */
final class WorkerPools {

    private static final long STOP_TIMEOUT_MS = 1_000;

    private final Timer timer = new Timer();
    private final WorkerPool reader;
    private final WorkerPool writer;
    private final WorkerPool auxIo;
    private final WorkerPool nonIo;

    WorkerPools(ThreadCounts counts) {
        reader = new WorkerPool("reader", counts.reader(), timer);
        writer = new WorkerPool("writer", counts.writer(), timer);
        auxIo = new WorkerPool("aux-io", counts.auxIo(), timer);
        nonIo = new WorkerPool("non-io", counts.nonIo(), timer);
    }

    Pools pools() {
        return new Pools(reader, writer, auxIo, nonIo);
    }

    void stop() {
        timer.stop();
        List.of(reader, writer, auxIo, nonIo).forEach(pool -> pool.stop(STOP_TIMEOUT_MS));
    }
}
