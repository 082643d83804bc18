package dev.sluice.server;

import java.nio.file.Path;

/** Where the process starts. */
public final class Main {

    private static final String LOG_CONFIGURATION = "logback.configurationFile";
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    private Main() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            // Logback by itself would write everything to standard output.
            System.setProperty(LOG_CONFIGURATION, "dev/sluice/server/logback.xml");
        }
        if (System.getProperty(LEAK_DETECTION) == null) {
            // For tests. Here its samples would be the only thing that answering a GET allocates.
            System.setProperty(LEAK_DETECTION, "disabled");
        }
        Path home = Path.of(System.getProperty("sluice.home", ""));
        Launcher launcher = new Launcher(System.out, System.err, home, Signals::obey);
        int exitCode = launcher.run(arguments);
        if (launcher.server() == null) {
            System.exit(exitCode);
        }
    }
}
