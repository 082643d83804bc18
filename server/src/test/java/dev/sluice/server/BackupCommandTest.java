package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.Environment;
import dev.sluice.server.config.ServerConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sluice backup} against a server in this process, and against files that nobody has open. */
@ExtendWith(ServerChecks.class)
class BackupCommandTest {

    private static final int SELECT_BUCKET = 0x89;
    private static final int GET_MANIFEST = 0xba;
    private static final byte[] NOTHING = {};

    @TempDir
    static Path home;

    private static SluiceServer server = null;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** One listener without a login, one with, and one with TLS. */
    @BeforeAll
    static void start() throws Exception {
        String admin =
                UserEntry.of("root", "s3cret".getBytes(UTF_8), new Random(1)).replace("data:*", "admin");
        String app = UserEntry.of("app", "app-pw".getBytes(UTF_8), new Random(2));
        Certificates certificates = Certificates.common();
        String tls = certificates.write(home, certificates.server());
        server = SluiceServer.start(read("""
                {"listeners": [{"address": "127.0.0.1:0", "authentication": "none"}, {"address": "127.0.0.1:0"},
                               {"address": "127.0.0.1:0", "tls": {TLS}}],
                 "mgmt": false, "users": {USERS}, "threads": {"eventLoops": 1}, "data": "DATA",
                 "buckets": {"default": {"engine": "memory", "quota": "8MiB"},
                             "Travel": {"engine": "persistent", "quota": "16MiB", "vbuckets": 4, "path": "ELSEWHERE",
                                        "collections": {"inventory": ["hotel"]}}}}
                """.replace("TLS", tls)
                .replace("USERS", admin + ", " + app)
                .replace("DATA", home.resolve("data").toString())
                .replace("ELSEWHERE", home.resolve("elsewhere").toString())));
        try (BinaryClient client = client(0, "Travel")) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.call(BinaryClient.set(0, "key" + i, ("value" + i).getBytes(UTF_8)))
                                .status())
                        .isZero();
            }
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ServerConfiguration read(String json) throws Exception {
        Environment environment = new Environment(home, 1L << 30, 2, BackupCommandTest.class.getClassLoader());
        return ConfigurationReader.read("test", json, environment);
    }

    private static BinaryClient client(int listener, String bucket) throws IOException {
        return client(server, listener, bucket);
    }

    private static BinaryClient client(SluiceServer of, int listener, String bucket) throws IOException {
        BinaryClient client = new BinaryClient(of.ports().get(listener));
        assertThat(client.call(BinaryClient.frame(SELECT_BUCKET, 0, NOTHING, bucket, NOTHING))
                        .status())
                .isZero();
        return client;
    }

    private int run(String input, String... arguments) {
        Launcher launcher = new Launcher(
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                PasswordPrompt.of(new ByteArrayInputStream(input.getBytes(UTF_8))),
                home,
                started -> {});
        return launcher.run(arguments);
    }

    private static String at(int listener) {
        return "127.0.0.1:" + server.ports().get(listener);
    }

    private static Path backups() {
        return home.resolve("data").resolve("@backups");
    }

    private void fails(int exitCode, String input, String message, String... arguments) {
        assertThat(run(input, arguments)).as(err.toString(UTF_8)).isEqualTo(exitCode);
        assertThat(err.toString(UTF_8)).contains(message);
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    /** Also where the configuration does not know the bucket, and its files were elsewhere. */
    private static void assertStartsOn(Path backup) throws Exception {
        String json =
                "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"mgmt\": false, \"threads\": {\"eventLoops\": 1},"
                        + " \"buckets\": {}, \"data\": \"" + backup + "\"}";
        try (SluiceServer restored = SluiceServer.start(read(json));
                BinaryClient client = client(restored, 0, "Travel")) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.call(BinaryClient.get(0, "key" + i)).value()).isEqualTo("value" + i);
            }
            assertThat(client.call(BinaryClient.frame(GET_MANIFEST, 0, NOTHING, "", NOTHING))
                            .value())
                    .contains("\"hotel\"");
        }
    }

    @Test
    void backupOfARunningServer_isADataDirectory() throws Exception {
        assertThat(run("s3cret\n", "backup", "--server", at(1), "--user", "root", "Travel", "monday"))
                .as(err.toString(UTF_8))
                .isZero();
        Path backup = backups().resolve("monday");
        assertThat(out.toString(UTF_8)).isEqualTo(backup + System.lineSeparator());
        assertThat(err.size()).isZero();
        assertStartsOn(backup);
        out.reset();
        fails(
                1,
                "s3cret",
                "sluice: no backup: backup monday exists already: " + backup,
                "backup",
                "--server=" + at(1),
                "--user=root",
                "Travel",
                "monday");
    }

    @Test
    void overTls_withTheAuthority() {
        String ca = home.resolve("ca.pem").toString();
        assertThat(run("s3cret", "backup", "--server", at(2), "--user", "root", "--ca", ca, "Travel", "tls"))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(backups().resolve("tls")).isDirectory();
    }

    @Test
    void overTls_withAnotherAuthority_isRefused() throws IOException {
        Path other = Files.writeString(home.resolve("other.pem"), new Certificates("others").authorityPem());
        fails(
                1,
                "",
                "no server at " + at(2) + ": ",
                "backup",
                "--server",
                at(2),
                "--ca",
                other.toString(),
                "Travel",
                "x");
        err.reset();
        Path none = home.resolve("running.json.pem");
        fails(1, "", none.toString(), "backup", "--server", at(2), "--ca", none.toString(), "Travel", "x");
        err.reset();
        Path key = home.resolve("server.key");
        fails(1, "", "certificates in " + key, "backup", "--server", at(2), "--ca", key.toString(), "Travel", "x");
    }

    @Test
    void onAListenerWithoutALogin_nobodyIsAsked() {
        assertThat(run("", "backup", "--server", at(0), "Travel", "open")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "root, wrong, login of root is refused (expected: a user of the server's configuration",
        "nobody, s3cret, login of nobody is refused (expected: a user of the server's configuration",
        "app, app-pw, user app may not do that (expected: --user with the name of an administrator)",
    })
    void whoMayNot_isTold(String user, String password, String message) {
        fails(1, password, "sluice: no backup: " + message, "backup", "--server", at(1), "--user", user, "Travel", "x");
        assertThat(backups().resolve("x")).doesNotExist();
    }

    @Test
    void withoutAUser_aLoginIsAskedFor() {
        fails(1, "", "the server wants to know who asks (expected: --user", "backup", "--server", at(1), "Travel", "x");
    }

    @ParameterizedTest
    @CsvSource({
        "travel, x, bucket travel does not exist",
        "default, x, bucket default: engine memory cannot be backed up (expected: one that keeps documents on disk)",
        "Travel, ../x, backup name: ../x (expected: 1 to 100 characters of",
    })
    void whatCannotBe_isSaid(String bucket, String name, String message) {
        fails(1, "", "sluice: no backup: " + message, "backup", "--server", at(0), bucket, name);
    }

    @Test
    void serverThatIsNotThere_isSaid() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        fails(1, "", "no server at 127.0.0.1:" + port + ": ", "backup", "--server", "127.0.0.1:" + port, "Travel", "x");
    }

    @Test
    void whileAServerRuns_itsFilesAreNotTaken() throws IOException {
        Path file = Files.writeString(
                home.resolve("running.json"), "{\"data\": \"" + home.resolve("data") + "\", \"mgmt\": false}");
        fails(1, "", "another server has it", "backup", "--config", file.toString(), "default", "x");
        assertThat(err.toString(UTF_8)).contains("(expected: --server instead of --config while it runs)");
    }

    @Test
    void backupOfFiles_isADataDirectory() throws Exception {
        run("", "backup", "--server", at(0), "Travel", "source");
        out.reset();
        Path source = backups().resolve("source");
        Path target = home.resolve("target");
        Path file = Files.writeString(
                home.resolve("stopped.json"),
                "{\"data\": \"" + source + "\", \"backups\": \"" + target + "\", \"buckets\": {}, \"mgmt\": false}");
        assertThat(run("", "backup", "--config", file.toString(), "Travel", "tuesday"))
                .as(err.toString(UTF_8))
                .isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(target.resolve("tuesday") + System.lineSeparator());
        assertStartsOn(target.resolve("tuesday"));
        assertStartsOn(source);
        out.reset();
        fails(
                1,
                "",
                "bucket default does not exist (expected: one of Travel)",
                "backup",
                "--config",
                file.toString(),
                "default",
                "x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "|backup with 0 names (expected: two",
                "a|backup with 1 names (expected: two",
                "a b c|backup with 3 names (expected: two",
                "--sever x a b|unknown option of backup: --sever (expected: one of --config, --server, --user, --ca)",
                "a b --server|--server without a value",
                "--server localhost a b|--server \"localhost\" (expected: host:port or [IPv6 address]:port",
                "--server localhost:0 a b|--server \"localhost:0\" (expected: host:port",
                "--server localhost:65536 a b|--server \"localhost:65536\" (expected: host:port",
                "--server ::1:11210 a b|--server \"::1:11210\" (expected: host:port",
                "--user a,b a b|--user \"a,b\" (expected: a name of 1 to 128 bytes",
                "--config x --user root a b|--config beside --user (expected: --config where no server runs"
            })
    void commandLineWithoutSense_isExitCode2(String mistake) {
        String[] parts = mistake.split("\\|", -1);
        List<String> given = parts[0].isEmpty() ? List.of() : List.of(parts[0].split(" ", -1));
        String[] arguments = new String[given.size() + 1];
        arguments[0] = "backup";
        for (int i = 0; i < given.size(); i++) {
            arguments[i + 1] = given.get(i);
        }
        fails(Launcher.EXIT_MISTAKE, "", "sluice: " + parts[1], arguments);
    }

    @Test
    void emptyPassword_isExitCode2() {
        fails(
                Launcher.EXIT_MISTAKE,
                "",
                "empty password",
                "backup",
                "--server",
                at(1),
                "--user",
                "root",
                "Travel",
                "x");
    }
}
