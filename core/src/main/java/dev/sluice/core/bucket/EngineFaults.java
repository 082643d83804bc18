package dev.sluice.core.bucket;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what an engine does against its contract. Each kind is logged once for each bucket, with the engine's type: a
 * faulty engine must not fill a disk. Any thread.
 */
public final class EngineFaults implements NotificationFaults {

    private static final Logger LOG = LoggerFactory.getLogger(EngineFaults.class);

    private final String bucket;
    private final String engineType;
    private final ClassLoader loader;
    private final AtomicLongArray counts = new AtomicLongArray(EngineFault.values().length);

    /** Of a bucket whose engine's classes come from this loader. */
    EngineFaults(String bucket, String engineType, ClassLoader loader) {
        this.bucket = bucket;
        this.engineType = engineType;
        this.loader = loader;
    }

    /** Counts one, and logs the first of its kind. */
    public void report(EngineFault fault, @Nullable Throwable cause) {
        if (counts.getAndIncrement(fault.ordinal()) == 0 && fault.isFault()) {
            LOG.warn(
                    "engine fault: kind={} engine={} bucket={}; further ones are only counted",
                    fault,
                    engineType,
                    bucket,
                    cause);
        }
    }

    public long count(EngineFault fault) {
        return counts.get(fault.ordinal());
    }

    @Override
    public void run(EngineCode code) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(loader);
            code.run();
        } catch (Throwable e) {
            report(EngineFault.BACKGROUND_EXCEPTION, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void notifiedTwice() {
        report(EngineFault.NOTIFIED_TWICE, null);
    }

    @Override
    public void notifiedVoid() {
        report(EngineFault.NOTIFIED_VOID, null);
    }

    @Override
    public void notifiedWouldBlock() {
        report(EngineFault.NOTIFIED_WOULD_BLOCK, null);
    }

    @Override
    public void notifiedLate() {
        report(EngineFault.NOTIFIED_LATE, null);
    }
}
