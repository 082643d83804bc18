package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;
import java.nio.file.Path;

/**
 * What the server offers to one bucket's engine, so that the engine never reaches for a static. Every method may be called
 * from any thread, from {@link EngineProvider#create} on; what it answers is the same object each time.
 */
@Stable
@AnyThread
public interface EngineContext {

    /** The only time that an engine may know. */
    EngineClock clock();

    /** Threads for reads that a client waits for. */
    TaskPool readerPool();

    /** Threads that make changes durable. */
    TaskPool writerPool();

    /** Threads for other work that waits for disks: scans, compaction, deletion of files. */
    TaskPool auxIoPool();

    /** Threads for work that never waits: expiry, eviction, sorting. */
    TaskPool nonIoPool();

    /** The bucket's memory: its quota, and the account of what is used of it. */
    MemoryAccount memory();

    /** Where the engine registers what operators can watch. */
    MetricRegistry metrics();

    /** Which nodes serve the bucket. */
    Topology topology();

    /** Where the bucket may keep files. The directory need not exist yet. */
    Path dataDirectory();

    /** Has the server look again at the commands that it parked because the vbucket was pending. */
    void vbucketStateChanged(int vbucket);
}
