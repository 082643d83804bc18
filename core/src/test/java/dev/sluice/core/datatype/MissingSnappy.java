package dev.sluice.core.datatype;

import java.util.concurrent.atomic.AtomicInteger;

/** A system on which Snappy's library does not load, until this is closed. For tests, which run one after the other. */
public final class MissingSnappy implements AutoCloseable {

    private final AtomicInteger attempts = new AtomicInteger();
    private final NativeLibrary before;

    public MissingSnappy() {
        before = SnappyCodec.replaceLibrary(new NativeLibrary("a library that the test has taken away", () -> {
            attempts.incrementAndGet();
            throw new UnsatisfiedLinkError("the test says so");
        }));
    }

    /** How often somebody has tried to load it. */
    public int attempts() {
        return attempts.get();
    }

    @Override
    public void close() {
        SnappyCodec.replaceLibrary(before);
    }
}
