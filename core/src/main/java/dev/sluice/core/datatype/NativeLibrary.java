package dev.sluice.core.datatype;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a native library is there. It is loaded by the first who asks for it, on a thread that may wait for files, and
 * never twice; where it does not load, one line in the log says so and it counts as missing from then on.
 */
final class NativeLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private final String name;
    private final Callable<?> loader;
    private volatile @Nullable Boolean loaded;

    /**
     * A library that nobody has asked for yet.
     *
     * @param loader loads it, or throws
     */
    NativeLibrary(String name, Callable<?> loader) {
        this.name = name;
        this.loader = loader;
    }

    /** Whether {@link #load} has been through, whatever came of it. */
    boolean known() {
        return loaded != null;
    }

    /** Whether the library is loaded; does not load it. */
    boolean loaded() {
        return Boolean.TRUE.equals(loaded);
    }

    /** Loads the library if nobody has tried before. Reads and writes files. */
    synchronized boolean load() {
        if (loaded == null) {
            loaded = tryLoad();
        }
        return loaded();
    }

    private boolean tryLoad() {
        try {
            loader.call();
            return true;
        } catch (Exception | LinkageError e) {
            LOG.warn("native library does not load, what needs it is not offered: library={}", name, e);
            return false;
        } catch (Error e) {
            if (e instanceof VirtualMachineError) {
                throw e;
            }
            LOG.warn("native library does not load, what needs it is not offered: library={}", name, e); // SnappyError
            return false;
        }
    }
}
