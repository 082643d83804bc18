package dev.sluice.server;

import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.Environment;
import dev.sluice.server.config.ServerConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Servers for tests: small, on free ports. */
final class TestServers {

    private static final Path HOMES = Path.of("target", "test-homes").toAbsolutePath();
    private static final long HEAP_BYTES = 1L << 30;

    private TestServers() {}

    static ServerConfiguration configuration(String json) throws ConfigurationException {
        Environment environment = new Environment(home(), HEAP_BYTES, 2, TestServers.class.getClassLoader());
        return ConfigurationReader.read("test", json, environment);
    }

    /** Each has its own: of the servers of a test, none may have the data of another. */
    private static Path home() {
        try {
            return Files.createTempDirectory(Files.createDirectories(HOMES), "home");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server of that configuration; {@code settings} are further members of its object. */
    static SluiceServer start(String settings) throws ConfigurationException, StartException {
        String listeners = "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}]";
        return SluiceServer.start(configuration(listeners + (settings.isEmpty() ? "" : ", ") + settings + "}"));
    }
}
