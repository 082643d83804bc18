package dev.sluice.server;

import dev.sluice.server.archive.ArchiveKeeper;
import dev.sluice.server.logging.DefaultLogging;
import java.io.PrintStream;
import java.nio.file.Path;

/** Where the process starts. */
public final class Main {

    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    private Main() {}

    public static void main(String[] arguments) {
        prepare();
        Path home = Path.of(System.getProperty("sluice.home", ""));
        Launcher launcher = new Launcher(System.out, errors(), home, Signals::obey);
        int exitCode = launcher.run(arguments);
        if (launcher.server() == null) {
            System.exit(exitCode);
        }
        ArchiveKeeper.begin();
    }

    /** Where mistakes are told. */
    static PrintStream errors() {
        return System.err;
    }

    /** Properties that libraries read when they are first used, where the command line has none. */
    static void prepare() {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            DefaultLogging.use();
        }
        // For tests. Here its samples would be the only thing that answering a GET allocates.
        setUnlessSet("io.netty.leakDetection.level", "disabled");
        // Netty would look for the address of a network card to name its channels after, and nobody here reads their
        // names.
        setUnlessSet("io.netty.machineId", "00:00:00:00:00:00:00:01");
        // The allocator's events for Flight Recorder: setting them up is a tenth of a start, on a loop, with the first
        // connection.
        setUnlessSet("io.netty.jfr.enabled", "false");
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
