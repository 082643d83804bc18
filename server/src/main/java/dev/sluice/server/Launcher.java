package dev.sluice.server;

import dev.sluice.server.archive.ClassArchive;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.Environment;
import dev.sluice.server.config.ServerConfiguration;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The program without the process around it: its streams and its exit code are the caller's. */
final class Launcher {

    /** The server does not start, for a reason outside its configuration. */
    static final int EXIT_FAILED = 1;

    /** A mistake in the configuration or on the command line. */
    static final int EXIT_MISTAKE = 2;

    private final PrintStream out;
    private final PrintStream err;
    private final Environment environment;
    private final PasswordPrompt passwords;
    private final Consumer<SluiceServer> beforeReady;

    private @Nullable SluiceServer server;

    /**
     * A launcher that has not done anything yet.
     *
     * @param beforeReady gets a server that has started, before anybody is told: who reads the ready line may end the process
     */
    Launcher(PrintStream out, PrintStream err, Path home, Consumer<SluiceServer> beforeReady) {
        this(out, err, PasswordPrompt.ofProcess(), home, beforeReady);
    }

    Launcher(
            PrintStream out, PrintStream err, PasswordPrompt passwords, Path home, Consumer<SluiceServer> beforeReady) {
        this.passwords = passwords;
        this.out = out;
        this.err = err;
        this.beforeReady = beforeReady;
        this.environment = Environment.current(home);
    }

    /** Does what the command line asks; answers the exit code. After 0 a {@link #server()} may be running. */
    int run(String... arguments) {
        CommandLine commandLine;
        try {
            commandLine = CommandLine.parse(arguments);
        } catch (CommandLine.UsageException e) {
            err.println("sluice: " + e.getMessage());
            err.println(CommandLine.USAGE);
            return EXIT_MISTAKE;
        }
        return switch (commandLine.action()) {
            case HELP -> say(CommandLine.USAGE.stripTrailing());
            case VERSION -> say("Sluice " + Version.text());
            case ARCHIVE -> archive();
            case USER -> userEntry(commandLine.user());
            case BACKUP -> backup(Objects.requireNonNull(commandLine.backup()));
            case CHECK, SERVE -> configured(commandLine);
        };
    }

    private int backup(BackupArguments arguments) {
        Path config = arguments.config();
        try {
            if (config != null) {
                ServerConfiguration configuration = ConfigurationReader.read(config, environment);
                return say(BackupCommand.ofFiles(configuration, arguments.bucket(), arguments.name()));
            }
            String user = arguments.user();
            byte[] password = user == null ? null : passwords.askOnce(user, err);
            if (user != null && password == null) {
                return EXIT_MISTAKE;
            }
            try {
                return say(BackupCommand.ofServer(arguments, password));
            } finally {
                if (password != null) {
                    Arrays.fill(password, (byte) 0);
                }
            }
        } catch (ConfigurationException e) {
            err.println("sluice: " + e.getMessage());
            return EXIT_MISTAKE;
        } catch (IOException e) {
            err.println("sluice: no backup: " + e.getMessage());
            return EXIT_FAILED;
        }
    }

    private int archive() {
        ClassArchive archive = ClassArchive.named();
        if (archive == null) {
            err.println(
                    "sluice: no place for an archive (expected: bin/sluice as launcher, and SLUICE_ARCHIVE not off)");
            return EXIT_FAILED;
        }
        try {
            return switch (archive.create(false, process -> {})) {
                case CREATED -> say(archive.file().toString());
                case BUSY -> {
                    err.println("sluice: no archive: another process is making it: " + archive.file());
                    yield EXIT_FAILED;
                }
            };
        } catch (IOException e) {
            err.println("sluice: no archive: " + archive.file() + ": " + e.getMessage());
            return EXIT_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return EXIT_FAILED;
        }
    }

    private int userEntry(String user) {
        byte[] password;
        try {
            password = passwords.ask(user, err);
        } catch (IOException e) {
            err.println("sluice: no password: " + e.getMessage());
            return EXIT_FAILED;
        }
        if (password == null) {
            return EXIT_MISTAKE;
        }
        try {
            return say(UserEntry.of(user, password, new SecureRandom()));
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    /** What was started, if anything was. */
    @Nullable
    SluiceServer server() {
        return server;
    }

    private int configured(CommandLine commandLine) {
        Path file = commandLine.config();
        ServerConfiguration configuration;
        try {
            configuration = file == null
                    ? ConfigurationReader.defaults(environment)
                    : ConfigurationReader.read(file, environment);
        } catch (ConfigurationException e) {
            err.println("sluice: " + e.getMessage());
            return EXIT_MISTAKE;
        }
        if (commandLine.action() == CommandLine.Action.CHECK) {
            configuration.catalog().close();
            return say((file == null ? "built-in configuration" : file) + ": no mistakes");
        }
        return serve(configuration);
    }

    private int serve(ServerConfiguration configuration) {
        try {
            SluiceServer started = SluiceServer.start(configuration);
            server = started;
            beforeReady.accept(started);
            return say(started.readyLine());
        } catch (StartException e) {
            err.println("sluice: cannot start: " + e.getMessage());
            for (Throwable further : e.getSuppressed()) {
                err.println("sluice: cannot start: " + further.getMessage());
            }
            return EXIT_FAILED;
        }
    }

    private int say(String line) {
        out.println(line);
        out.flush();
        return 0;
    }
}
