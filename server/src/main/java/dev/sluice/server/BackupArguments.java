package dev.sluice.server;

import dev.sluice.core.auth.UserText;
import dev.sluice.server.CommandLine.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be backed up, and by whom: by a server that runs, or by this process where none does.
 *
 * @param config the configuration of a server that does not run; null for one that does
 * @param host where the server runs
 * @param user who logs in there; null for nobody
 * @param authority certificates to trust; null for a connection without TLS
 * @param bucket which bucket
 * @param name what to call the backup
 */
record BackupArguments(
        @Nullable Path config,
        String host,
        int port,
        @Nullable String user,
        @Nullable Path authority,
        String bucket,
        String name) {

    private static final String HOST = "127.0.0.1";
    private static final int PORT = 11_210;
    private static final int PORT_MAX = 65_535;
    private static final int NAMES = 2;

    private static final String CONFIG = "--config";
    private static final String SERVER = "--server";
    private static final String USER = "--user";
    private static final String CA = "--ca";

    /** Reads what follows the word {@code backup}. */
    static BackupArguments parse(List<String> arguments) throws UsageException {
        Path config = null;
        String server = null;
        String user = null;
        Path authority = null;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                names.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String option = equals < 0 ? argument : argument.substring(0, equals);
            if (!List.of(CONFIG, SERVER, USER, CA).contains(option)) {
                throw new UsageException("unknown option of backup: " + option + " (expected: one of "
                        + String.join(", ", CONFIG, SERVER, USER, CA) + ")");
            }
            if (equals < 0 && ++i == arguments.size()) {
                throw new UsageException(option + " without a value");
            }
            String value = equals < 0 ? arguments.get(i) : argument.substring(equals + 1);
            switch (option) {
                case CONFIG -> config = CommandLine.path(option, value);
                case SERVER -> server = value;
                case USER -> user = checkedUser(value);
                default -> authority = CommandLine.path(option, value);
            }
        }
        if (names.size() != NAMES) {
            throw new UsageException(
                    "backup with " + names.size() + " names (expected: two, the bucket's and the backup's)");
        }
        if (config != null && (server != null || user != null || authority != null)) {
            throw new UsageException(CONFIG + " beside " + (server != null ? SERVER : user != null ? USER : CA)
                    + " (expected: " + CONFIG + " where no server runs, the others where one does)");
        }
        String host = server == null ? HOST : host(server);
        int port = server == null ? PORT : port(server);
        return new BackupArguments(config, host, port, user, authority, names.get(0), names.get(1));
    }

    private static String checkedUser(String name) throws UsageException {
        String expected = UserText.mistake(name);
        if (expected != null) {
            throw new UsageException(USER + " \"" + name + "\" (expected: " + expected + ")");
        }
        return name;
    }

    private static String host(String server) throws UsageException {
        int colon = server.lastIndexOf(':');
        boolean brackets = server.startsWith("[") && colon > 0 && server.charAt(colon - 1) == ']';
        String host = colon < 0 ? "" : brackets ? server.substring(1, colon - 1) : server.substring(0, colon);
        if (host.isEmpty() || (host.contains(":") && !brackets)) {
            throw wrongServer(server);
        }
        return host;
    }

    private static int port(String server) throws UsageException {
        String text = server.substring(server.lastIndexOf(':') + 1);
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > PORT_MAX) {
            throw wrongServer(server);
        }
        return Integer.parseInt(text);
    }

    private static UsageException wrongServer(String server) {
        return new UsageException(
                SERVER + " \"" + server + "\" (expected: host:port or [IPv6 address]:port, ports 1.." + PORT_MAX + ")");
    }
}
