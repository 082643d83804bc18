package dev.sluice.core.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.fixture.AdministeredBuckets;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.RestlessEngineProvider;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IOCTL_SET with the key {@code backup}: an extension, as {@code docs/protocol.md} describes it. */
class BackupWireTest {

    private static final int SUCCESS = 0x00;
    private static final int KEY_ENOENT = 0x01;
    private static final int KEY_EEXISTS = 0x02;
    private static final int EINVAL = 0x04;
    private static final int EACCESS = 0x24;
    private static final int PAUSED = 0x50;
    private static final int NOT_SUPPORTED = 0x83;
    private static final int ETMPFAIL = 0x86;

    private static final String RESTLESS = "{\"engine\":\"restless\",\"quota\":1048576}";

    @TempDir
    Path directory;

    private TestServer server = new TestServer();
    private RestlessEngineProvider engine = new RestlessEngineProvider();
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = new TestServer();
        engine = new RestlessEngineProvider();
        AdministeredBuckets.of(server, engine).directories(directory.resolve("data"), backups());
        engine.backups = BackupWireTest::write;
        client = admin();
        assertThat(client.status(Frame.of(0x85).key("a").value(RESTLESS))).isZero();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient admin() {
        WireClient connected = server.connect();
        assertThat(connected.status(Frame.hello(0x07, 0x0b))).isZero();
        return connected;
    }

    /** An engine's copy. */
    private static void write(Path target, BooleanSupplier cancelled) {
        try {
            Files.writeString(Files.createDirectory(target).resolve("documents"), "all of them");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Frame backup(String bucket, String name) {
        return order("{\"bucket\":\"" + bucket + "\",\"name\":\"" + name + "\"}");
    }

    private static Frame order(String value) {
        return Frame.of(0x24).key("backup").value(value);
    }

    private void refused(Frame request, int status, String... words) {
        Response response = client.call(request);
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        assertThat(List.of(words))
                .allSatisfy(word -> assertThat(response.text()).contains(word));
    }

    private Path backups() {
        return directory.resolve("below");
    }

    /** Everything below the directory of backups. */
    private List<String> files() throws IOException {
        try (var all = Files.walk(backups())) {
            return all.filter(Files::isRegularFile)
                    .map(file -> backups().relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void backup_hasItsName_andWhatABucketNeeds() throws IOException {
        client.call(Frame.of(0x89).key("a"));
        client.call(Frame.of(0xb9)
                .value("{\"uid\":\"1\",\"scopes\":[{\"name\":\"_default\",\"uid\":\"0\",\"collections\":"
                        + "[{\"name\":\"_default\",\"uid\":\"0\"},{\"name\":\"tea\",\"uid\":\"8\"}]}]}"));
        Response response = client.call(backup("a", "monday"));
        assertThat(response.status()).isZero();
        assertThat(response.datatype()).isEqualTo(1);
        assertThat(response.text()).isEqualTo("{\"path\":\"" + backups().resolve("monday") + "\"}");
        assertThat(files()).containsExactly("monday/a/engine/documents", "monday/a/manifest.json", "monday/bucket");
        assertThat(backups().resolve("monday/bucket")).hasContent("a restless");
        assertThat(backups().resolve("monday/a/manifest.json")).content().contains("tea");
    }

    @Test
    void clients_areServedMeanwhile_andStay() {
        WireClient user = admin();
        user.call(Frame.of(0x89).key("a"));
        List<Integer> statuses = new ArrayList<>();
        engine.backups = (target, cancelled) -> {
            statuses.add(user.status(Frame.set("k", "v")));
            statuses.add(user.status(Frame.get("k")));
            write(target, cancelled);
        };
        assertThat(client.status(backup("a", "monday"))).isZero();
        assertThat(statuses).containsExactly(SUCCESS, SUCCESS);
        assertThat(user.closed()).isFalse();
    }

    @Test
    void nameThatIsTaken_isKeyEexists_andNothingChanges() throws IOException {
        client.call(backup("a", "monday"));
        engine.backups = (target, cancelled) -> {
            throw new AssertionError("asked although there is nowhere to copy to");
        };
        refused(backup("a", "monday"), KEY_EEXISTS, "backup monday exists already", backups() + "/monday");
        assertThat(files()).containsExactly("monday/a/engine/documents", "monday/bucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", ".hidden", "a/b", "../a", "/etc", "a\\\\b", "@unfinished", "\\u0000", "a\\u0000", "ä"})
    void namesThatLeadElsewhere_areEinval(String name) {
        refused(backup("a", name), EINVAL, " (expected: 1 to 100 characters of");
        assertThat(backups()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "monday",
                "[]",
                "{}",
                "{\"bucket\":\"a\"}",
                "{\"bucket\":\"a\",\"name\":1}",
                "{\"bucket\":\"a\",\"name\":\"monday\",\"path\":\"/tmp\"}",
                "{\"bucket\":\"a\",\"name\":\"monday\",\"name\":\"tuesday\"}",
                "{\"bucket\":\"a\",\"name\":\"monday\"} x"
            })
    void valueThatIsNoOrder_isEinval(String value) {
        refused(order(value), EINVAL, "(expected: {\\\"bucket\\\": ");
    }

    @Test
    void valueThatIsTooLong_isEinval() {
        refused(order(" ".repeat(1025)), EINVAL, "1025 bytes (expected: at most 1024)");
    }

    @Test
    void controlThatIsNotKnown_isEinval() {
        refused(Frame.of(0x24).key("jemalloc.prof.dump"), EINVAL, "no such control", "(expected: backup)");
    }

    @Test
    void bucketThatDoesNotExist_isKeyEnoent() {
        refused(backup("b", "monday"), KEY_ENOENT, "bucket b does not exist");
    }

    @Test
    void engineThatHasNothingOnDisk_isNotSupported() {
        client.call(Frame.of(0x85).key("b").value("{\"engine\":\"memory\",\"quota\":1048576}"));
        refused(backup("b", "monday"), NOT_SUPPORTED, "engine memory cannot be backed up", "(expected: ");
        assertThat(backups()).doesNotExist();
    }

    @Test
    void engineThatFails_saysWhy_andNothingIsLeft() {
        engine.backups = (target, cancelled) -> {
            write(target, cancelled);
            throw new EngineException("disk full");
        };
        refused(backup("a", "monday"), ETMPFAIL, "no backup of bucket a: disk full");
        assertThat(backups()).isEmptyDirectory();
        engine.backups = BackupWireTest::write;
        assertThat(client.status(backup("a", "monday"))).isZero();
    }

    @Test
    void whatACrashHasLeft_goesWithTheNextOne() throws IOException {
        Files.writeString(
                Files.createDirectories(backups().resolve("@unfinished/a")).resolve("half"), "");
        assertThat(client.status(backup("a", "monday"))).isZero();
        assertThat(files()).containsExactly("monday/a/engine/documents", "monday/bucket");
    }

    @Test
    void directoryThatCannotBeMade_isEtmpfail() throws IOException {
        Files.writeString(backups(), "a file");
        refused(backup("a", "monday"), ETMPFAIL, "no backup in " + backups());
    }

    @Test
    void oneAtATime() {
        List<Integer> statuses = new ArrayList<>();
        WireClient other = admin();
        engine.backups = (target, cancelled) -> {
            Response response = other.call(backup("a", "tuesday"));
            statuses.add(response.status());
            assertThat(response.text()).contains("backup monday is being made (expected: one at a time)");
            write(target, cancelled);
        };
        assertThat(client.status(backup("a", "monday"))).isZero();
        assertThat(statuses).containsExactly(ETMPFAIL);
    }

    @Test
    void pausedBucket_isBucketPaused() {
        client.call(Frame.of(0x8a).key("a"));
        refused(backup("a", "monday"), PAUSED, "bucket a is PAUSED (expected: READY)");
    }

    @Test
    void bucketThatGoesMeanwhile_callsItOff() {
        WireClient other = admin();
        engine.backups = (target, cancelled) -> {
            write(target, cancelled);
            assertThat(cancelled.getAsBoolean()).isFalse();
            other.send(Frame.of(0x86).key("a"));
            server.pump();
            assertThat(cancelled.getAsBoolean()).isTrue();
        };
        refused(backup("a", "monday"), ETMPFAIL, "bucket a is DESTROYING");
        assertThat(backups()).isEmptyDirectory();
        server.settle();
        assertThat(Response.parse(other.take())).extracting(Response::status).containsExactly(SUCCESS);
    }

    @Test
    void aClientThatGoesMeanwhile_stopsNothing() throws IOException {
        engine.backups = (target, cancelled) -> {
            client.disconnect();
            server.pump();
            write(target, cancelled);
        };
        client.send(backup("a", "monday"));
        server.settle();
        assertThat(files()).contains("monday/a/engine/documents");
    }

    @Test
    void onlyAdministrators_mayBackUp() {
        new TestUsers()
                .user("root", "admin")
                .user("keeper", "bucket-admin:a")
                .user("overseer", "supervisor")
                .user("app", "data:*")
                .of(server);
        for (String user : List.of("keeper", "app")) {
            client = server.connect(0, false);
            client.call(Frame.hello(0x07, 0x0b));
            assertThat(client.status(TestUsers.login(user))).isZero();
            assertThat(client.status(Frame.of(0x89).key("a"))).isZero();
            refused(backup("a", "monday"), EACCESS);
        }
        client = server.connect(0, false);
        client.call(Frame.hello(0x07, 0x0b));
        refused(backup("a", "monday"), EACCESS);
        assertThat(backups()).doesNotExist();
        assertThat(client.status(TestUsers.login("root"))).isZero();
        assertThat(client.status(backup("a", "monday"))).isZero();
    }

    @Test
    void nodeThatIsNotAdministered_isNotSupported() {
        server.close();
        server = new TestServer();
        client = admin();
        Bucket unused = server.createBucket("a", engine, false);
        refused(backup("a", "monday"), NOT_SUPPORTED);
    }
}
