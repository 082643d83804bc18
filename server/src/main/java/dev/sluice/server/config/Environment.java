package dev.sluice.server.config;

import java.nio.file.Path;

/**
 * What a configuration is read against, apart from its text.
 *
 * @param home where the server is installed; relative paths of the file begin there
 * @param heapBytes the most that the heap can grow to
 * @param cores how many processors there are
 * @param classes where engines are found beside plugins
 */
public record Environment(Path home, long heapBytes, int cores, ClassLoader classes) {

    /** This process, installed at {@code home}. */
    public static Environment current(Path home) {
        Runtime runtime = Runtime.getRuntime();
        return new Environment(
                home.toAbsolutePath().normalize(),
                runtime.maxMemory(),
                runtime.availableProcessors(),
                Environment.class.getClassLoader());
    }
}
