package dev.sluice.server;

import dev.sluice.server.logging.DefaultLogging;
import java.nio.file.Path;

/** Where the process starts. */
public final class Main {

    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    private Main() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            DefaultLogging.use();
        }
        // For tests. Here its samples would be the only thing that answering a GET allocates.
        setUnlessSet("io.netty.leakDetection.level", "disabled");
        // Netty would look for the address of a network card to name its channels after, and nobody here reads their
        // names.
        setUnlessSet("io.netty.machineId", "00:00:00:00:00:00:00:01");
        Path home = Path.of(System.getProperty("sluice.home", ""));
        Launcher launcher = new Launcher(System.out, System.err, home, Signals::obey);
        int exitCode = launcher.run(arguments);
        if (launcher.server() == null) {
            System.exit(exitCode);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
