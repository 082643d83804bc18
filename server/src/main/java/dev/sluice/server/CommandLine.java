package dev.sluice.server;

import dev.sluice.core.auth.UserText;
import dev.sluice.core.engine.NearestName;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asked of the program.
 *
 * @param action what to do
 * @param config the configuration file, or null for the built-in configuration
 * @param user whose entry is to be printed; empty where that was not asked for
 * @param backup what is to be backed up; null where that was not asked for
 */
record CommandLine(
        Action action,
        @Nullable Path config,
        String user,
        @Nullable BackupArguments backup) {

    private CommandLine(Action action, @Nullable Path config, String user) {
        this(action, config, user, null);
    }

    enum Action {
        SERVE,
        CHECK,
        VERSION,
        USER,
        ARCHIVE,
        BACKUP,
        HELP
    }

    static final String USAGE = """
            Usage: sluice [OPTION]...
                   sluice user NAME
                   sluice archive
                   sluice backup [--server HOST:PORT] [--user NAME] [--ca FILE] BUCKET BACKUP
                   sluice backup --config FILE BUCKET BACKUP

            Serves buckets to clients of the memcached and Couchbase binary protocol. Without a configuration file: a
            bucket "default" in memory, on 127.0.0.1:11210.

              --config FILE   serves what the JSON file says
              --check-config  checks the configuration and stops
              --version       prints the version and stops
              --help          prints this text and stops

            sluice user NAME asks for a password, twice and without showing it, and prints an entry for "users" in the
            configuration. Without a terminal the password is one line of standard input.

            sluice archive makes the archive of classes that shortens starts, and stops. A server that finds none makes it
            by itself where it can.

            sluice backup has the server at HOST:PORT, 127.0.0.1:11210 where nothing is said, make a backup of a bucket while
            it serves, and prints the directory that it is in, one below the server's "backups". NAME is an administrator, whose
            password is asked for; without a terminal it is one line of standard input. With --ca the connection has TLS, and
            FILE has the certificates to trust. With --config no server runs, and the bucket is one of that configuration.

            Exit codes: 0 after a stop that was asked for, 1 when the server cannot start or there is no backup, 2 for a
            mistake in the configuration or on the command line.
            """;

    private static final List<String> OPTIONS = List.of("--config", "--check-config", "--version", "--help");

    /** A command line that makes no sense. */
    static final class UsageException extends Exception {

        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static CommandLine parse(String... arguments) throws UsageException {
        Action action = Action.SERVE;
        Path config = null;
        if (arguments.length > 0 && arguments[0].equals("user")) {
            return user(arguments);
        }
        if (arguments.length > 0 && arguments[0].equals("archive")) {
            return archive(arguments);
        }
        if (arguments.length > 0 && arguments[0].equals("backup")) {
            List<String> rest = List.of(arguments).subList(1, arguments.length);
            return new CommandLine(Action.BACKUP, null, "", BackupArguments.parse(rest));
        }
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            switch (argument) {
                case "--help", "-h" -> action = Action.HELP;
                case "--version" -> action = action == Action.HELP ? action : Action.VERSION;
                case "--check-config" -> action = action == Action.SERVE ? Action.CHECK : action;
                case "--config" -> {
                    if (config != null) {
                        throw new UsageException("--config a second time (expected: once)");
                    }
                    if (++i == arguments.length) {
                        throw new UsageException("--config without a file");
                    }
                    config = path("--config", arguments[i]);
                }
                default -> {
                    if (!argument.startsWith("--config=")) {
                        throw new UsageException(unknown(argument));
                    }
                    config = path("--config", argument.substring("--config=".length()));
                }
            }
        }
        return new CommandLine(action, config, "");
    }

    private static CommandLine archive(String... arguments) throws UsageException {
        if (arguments.length != 1) {
            throw new UsageException("archive with \"" + arguments[1] + "\" (expected: nothing behind it)");
        }
        return new CommandLine(Action.ARCHIVE, null, "");
    }

    private static CommandLine user(String... arguments) throws UsageException {
        if (arguments.length != 2) {
            throw new UsageException("user with " + (arguments.length - 1) + " names (expected: one)");
        }
        String expected = UserText.mistake(arguments[1]);
        if (expected != null) {
            throw new UsageException("user \"" + arguments[1] + "\" (expected: " + expected + ")");
        }
        return new CommandLine(Action.USER, null, arguments[1]);
    }

    private static String unknown(String argument) {
        String nearest = NearestName.of(argument, OPTIONS);
        return "unknown option: " + argument + (nearest == null ? "" : " (did you mean " + nearest + "?)");
    }

    static Path path(String option, String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(option + " with no valid path: " + text);
        }
    }
}
