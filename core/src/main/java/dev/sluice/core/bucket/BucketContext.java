package dev.sluice.core.bucket;

import dev.sluice.core.cluster.BucketTopology;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.MetricRegistry;
import dev.sluice.engine.TaskPool;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** What one bucket's engine is given. */
final class BucketContext implements EngineContext {

    private final EngineClock clock;
    private final BucketPool reader;
    private final BucketPool writer;
    private final BucketPool auxIo;
    private final BucketPool nonIo;
    private final Account account;
    private final BucketMetrics metrics = new BucketMetrics();
    private final Path dataDirectory;
    private final BucketTopology topology;
    private final IntConsumer vbucketStateChanged;

    BucketContext(
            EngineClock clock,
            Pools pools,
            Account account,
            EngineFaults faults,
            Path dataDirectory,
            ClusterMaps cluster,
            int vbuckets,
            IntConsumer vbucketStateChanged) {
        this.clock = clock;
        this.reader = new BucketPool(pools.reader(), faults);
        this.writer = new BucketPool(pools.writer(), faults);
        this.auxIo = new BucketPool(pools.auxIo(), faults);
        this.nonIo = new BucketPool(pools.nonIo(), faults);
        this.account = account;
        this.dataDirectory = dataDirectory;
        this.topology = new BucketTopology(cluster, vbuckets, nonIo);
        this.vbucketStateChanged = vbucketStateChanged;
    }

    @Override
    public EngineClock clock() {
        return clock;
    }

    @Override
    public TaskPool readerPool() {
        return reader;
    }

    @Override
    public TaskPool writerPool() {
        return writer;
    }

    @Override
    public TaskPool auxIoPool() {
        return auxIo;
    }

    @Override
    public TaskPool nonIoPool() {
        return nonIo;
    }

    @Override
    public MemoryAccount memory() {
        return account;
    }

    @Override
    public MetricRegistry metrics() {
        return metrics;
    }

    BucketMetrics registeredMetrics() {
        return metrics;
    }

    @Override
    public BucketTopology topology() {
        return topology;
    }

    @Override
    public Path dataDirectory() {
        return dataDirectory;
    }

    @Override
    public void vbucketStateChanged(int vbucket) {
        vbucketStateChanged.accept(vbucket);
    }

    /** Drops what has not begun, and begins nothing more. */
    void closePools() {
        reader.close();
        writer.close();
        auxIo.close();
        nonIo.close();
    }
}
