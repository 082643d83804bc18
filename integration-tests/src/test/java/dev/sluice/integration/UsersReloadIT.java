package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users that change while the server runs, as those see it who are connected. */
class UsersReloadIT {

    private static final int HELLO = 0x1f;
    private static final int CONFIG_RELOAD = 0x26;
    private static final int EINVAL = 0x04;
    private static final int AUTH_ERROR = 0x20;
    private static final int EACCESS = 0x24;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] XERROR = {0, 7};

    @TempDir
    Path directory;

    private String app;
    private String admin;
    private ServerProcess server;
    private RawClient connected;

    @BeforeEach
    void start() throws Exception {
        app = ServerProcess.userEntry("app", "s3cret");
        admin = app.replace("\"app\":", "\"admin\":").replace("data:*", "admin");
        server = ServerProcess.serve(configuration(app.replace("data:*", "data-read:*") + ", " + admin));
        connected = login("app");
        assertThat(connected.call(set()).status()).isEqualTo(EACCESS);
    }

    @AfterEach
    void stop() throws Exception {
        connected.close();
        server.stop();
        server.close();
    }

    private Path configuration(String users) throws IOException {
        return ServerProcess.configuration(
                directory,
                "\"mgmt\": false, \"buckets\": {\"default\": {\"engine\": \"memory\"}}, \"users\": {" + users + "}");
    }

    private RawClient login(String user) throws IOException {
        RawClient client = new RawClient(server.port());
        client.call(RawClient.frame(HELLO, NOTHING, "test", XERROR));
        assertThat(client.call(RawClient.plain(user, "s3cret")).status()).isZero();
        return client;
    }

    private static byte[] set() {
        return RawClient.set("key", "value".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rightsGrantedInTheFile_areThereAfterSighup() throws Exception {
        assumeFalse(ServerProcess.hangUpIsIgnored(), "run under nohup");
        configuration(app + ", " + admin);
        server.hangUp();
        await().untilAsserted(() -> assertThat(connected.call(set()).status()).isZero());

        Files.writeString(directory.resolve("sluice.json"), "{\"users\": {\"app\": 1}}");
        server.hangUp();
        await().until(() -> server.errors().stream().anyMatch(line -> line.contains("$.users.app")));
        assertThat(connected.call(set()).status())
                .as("the old ones stay in force")
                .isZero();
    }

    @Test
    void userWhoIsGoneFromTheFile_mayNothingAfterConfigReload() throws Exception {
        byte[] reload = RawClient.frame(CONFIG_RELOAD, NOTHING, "", NOTHING);
        try (RawClient supervisor = login("admin");
                RawClient other = new RawClient(server.port())) {
            configuration(app.replace("data:*", "what") + ", " + admin);
            assertThat(supervisor.call(reload).status()).isEqualTo(EINVAL);
            assertThat(connected.call(RawClient.get("key")).status()).isEqualTo(1);

            configuration(admin);
            assertThat(supervisor.call(reload).status()).isZero();

            assertThat(connected.call(RawClient.get("key")).status()).isEqualTo(EACCESS);
            assertThat(other.call(RawClient.plain("app", "s3cret")).status()).isEqualTo(AUTH_ERROR);
            assertThat(supervisor.call(set()).status()).isZero();
        }
    }
}
