package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.auth.Users;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.ConfigurationSource;
import dev.sluice.server.config.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice user NAME}, with the password on standard input. */
class UserCommandTest {

    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... arguments) {
        Launcher launcher = new Launcher(
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                PasswordPrompt.of(new ByteArrayInputStream(input.getBytes(UTF_8))),
                home,
                server -> {});
        return launcher.run(arguments);
    }

    @Test
    void entry_isReadByTheServer_andHasNoPasswordInIt() throws Exception {
        assertThat(run("s3cret\n", "user", "app")).isZero();
        String entry = out.toString(UTF_8);
        assertThat(entry).startsWith("\"app\":{").contains("\"roles\"").doesNotContain("s3cret");
        Path file = Files.writeString(home.resolve("sluice.json"), "{\"users\": {" + entry + "}}");
        Environment environment = new Environment(home, 1L << 30, 2, getClass().getClassLoader());

        Users users = ConfigurationReader.readUsers(new ConfigurationSource(file, environment));

        assertThat(users.size()).isEqualTo(1);
        assertThat(err.size()).isZero();
    }

    @Test
    void entries_ofOnePassword_differ() {
        assertThat(run("s3cret", "user", "app")).isZero();
        String first = out.toString(UTF_8);
        out.reset();
        assertThat(run("s3cret\r\n", "user", "app")).isZero();
        assertThat(out.toString(UTF_8)).isNotEqualTo(first);
    }

    @Test
    void mistakes_areExitCode2() {
        assertThat(run("", "user", "app")).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(UTF_8)).startsWith("sluice: empty password (expected: a password on standard input)");
        err.reset();
        assertThat(run("x", "user")).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(UTF_8)).startsWith("sluice: user with 0 names (expected: one)");
        err.reset();
        assertThat(run("x", "user", "a,b")).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(UTF_8)).startsWith("sluice: user \"a,b\" (expected: a name of 1 to 128 bytes");
        assertThat(out.size()).isZero();
    }
}
