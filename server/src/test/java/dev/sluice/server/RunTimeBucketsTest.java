package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.server.BinaryClient.Response;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.Environment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets that clients create, change and delete, over restarts and edits of the file. */
@ExtendWith(ServerChecks.class)
class RunTimeBucketsTest {

    private static final int CREATE = 0x85;
    private static final int DELETE = 0x86;
    private static final int LIST = 0x87;
    private static final int SELECT = 0x89;
    private static final int SET_PARAM = 0x82;
    private static final int VALIDATE = 0x25;
    private static final int RELOAD = 0x26;
    private static final String MEMORY = "{\"engine\":\"memory\",\"quota\":\"8MiB\"}";

    @TempDir
    Path home;

    private String buckets = "{\"default\": {\"engine\": \"memory\", \"quota\": \"16MiB\"}}";

    private void write(String further) throws Exception {
        Files.writeString(
                home.resolve("sluice.json"),
                "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"buckets\": " + buckets + further + "}");
    }

    private SluiceServer start() throws Exception {
        write("");
        Environment environment = new Environment(home, 1L << 30, 2, RunTimeBucketsTest.class.getClassLoader());
        return SluiceServer.start(ConfigurationReader.read(home.resolve("sluice.json"), environment));
    }

    private static byte[] frame(int opcode, byte[] extras, String key, String value) {
        return BinaryClient.frame(opcode, 1, extras, key, value.getBytes(StandardCharsets.UTF_8));
    }

    private static Response call(SluiceServer server, int opcode, String key, String value) throws Exception {
        try (BinaryClient client = new BinaryClient(server.ports().get(0))) {
            return client.call(frame(opcode, new byte[0], key, value));
        }
    }

    private static void succeed(SluiceServer server, int opcode, String key, String value) throws Exception {
        Response response = call(server, opcode, key, value);
        assertThat(response.status()).as(response.value()).isZero();
    }

    private static void setMaxSize(SluiceServer server, String bucket, String size) throws Exception {
        try (BinaryClient client = new BinaryClient(server.ports().get(0))) {
            assertThat(client.call(frame(SELECT, new byte[0], bucket, "")).status())
                    .isZero();
            assertThat(client.call(frame(SET_PARAM, new byte[] {0, 0, 0, 6}, "max_size", size))
                            .status())
                    .isZero();
        }
    }

    private static List<String> names(SluiceServer server) {
        return server.node().buckets().ready().stream().map(Bucket::name).toList();
    }

    private static long quota(SluiceServer server, String name) {
        return server.node().buckets().all().stream()
                .filter(bucket -> bucket.name().equals(name))
                .findFirst()
                .orElseThrow()
                .account()
                .quotaBytes();
    }

    @Test
    void created_deleted_andChanged_holdOverRestarts() throws Exception {
        buckets = "{\"kept\": {\"engine\": \"memory\", \"quota\": \"16MiB\"},"
                + " \"gone\": {\"engine\": \"memory\", \"quota\": \"16MiB\"}}";
        try (SluiceServer server = start()) {
            succeed(server, CREATE, "New", MEMORY);
            succeed(server, CREATE, "old-style", "ep\0bucket_type=ephemeral;max_size=4m");
            succeed(server, CREATE, "short-lived", MEMORY);
            succeed(server, DELETE, "short-lived", "");
            succeed(server, DELETE, "gone", "");
            setMaxSize(server, "kept", "20m");
            assertThat(call(server, LIST, "", "").value()).isEqualTo("New kept old-style");
        }
        for (int i = 0; i < 2; i++) {
            try (SluiceServer server = start()) {
                assertThat(names(server)).containsExactly("New", "kept", "old-style");
                assertThat(quota(server, "kept")).isEqualTo(20 << 20);
                assertThat(quota(server, "old-style")).isEqualTo(4 << 20);
                assertThat(server.readyLine()).contains("New (memory, 8MiB, 128 vbuckets)");
            }
        }
    }

    @Test
    void whoEditsTheFile_hasTheLastWord() throws Exception {
        buckets = "{\"a\": {\"engine\": \"memory\", \"quota\": \"16MiB\"},"
                + " \"b\": {\"engine\": \"memory\", \"quota\": \"16MiB\"}}";
        try (SluiceServer server = start()) {
            succeed(server, DELETE, "a", "");
            setMaxSize(server, "b", "20m");
            succeed(server, CREATE, "c", MEMORY);
        }
        buckets = "{\"a\": {\"engine\": \"memory\", \"quota\": \"17MiB\"},"
                + " \"b\": {\"engine\": \"memory\", \"quota\": \"18MiB\"},"
                + " \"c\": {\"engine\": \"memory\", \"quota\": \"19MiB\"}}";
        try (SluiceServer server = start()) {
            assertThat(names(server)).containsExactly("a", "b", "c");
            assertThat(quota(server, "a")).isEqualTo(17 << 20);
            assertThat(quota(server, "b")).isEqualTo(18 << 20);
            assertThat(quota(server, "c")).isEqualTo(19 << 20);
        }
    }

    @Test
    void deletion_takesTheFilesWithIt() throws Exception {
        try (SluiceServer server = start()) {
            succeed(server, CREATE, "Old", MEMORY);
            Path directory = Files.createDirectories(home.resolve("data/+old/deep"));
            Files.writeString(directory.resolve("file"), "data");
            Path leftover = Files.createDirectories(home.resolve("data/@deleted-x"));
            succeed(server, DELETE, "Old", "");
            assertThat(home.resolve("data/+old")).doesNotExist();
            assertThat(leftover).exists();
        }
        try (SluiceServer server = start()) {
            assertThat(home.resolve("data/@deleted-x")).doesNotExist();
            assertThat(names(server)).containsExactly("default");
        }
    }

    /** Each would write down what it knows, and lose what the other was answered with. */
    @Test
    void aSecondServer_inTheSameDirectory_doesNotStart() throws Exception {
        try (SluiceServer server = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("another server has it")
                    .hasMessageContaining(home.resolve("data").toString());
            succeed(server, CREATE, "one", MEMORY);
        }
        try (SluiceServer server = start()) {
            assertThat(names(server)).containsExactly("default", "one");
        }
    }

    /** What a crash, or a stop, leaves of a deletion that was written down and not finished. */
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"z\": {\"engine\": \"memory\", \"quota\": \"8MiB\"}}"})
    void filesOfADeletedBucket_goBeforeTheNextOneOfThatNameBegins(String inFile) throws Exception {
        buckets = inFile;
        Path directory = Files.createDirectories(home.resolve("data/z"));
        Files.writeString(
                directory.resolve("manifest.json"),
                "{\"version\":1,\"source\":\"client\",\"dropped\":[],\"manifest\":{\"uid\":\"5\",\"scopes\":[{\"name\":"
                        + "\"_default\",\"uid\":\"0\",\"collections\":[{\"name\":\"old\",\"uid\":\"9\"}]}]}}");
        Path state = home.resolve("data/@buckets.json");
        Files.writeString(state, "{\"version\":1,\"buckets\":{\"z\":{\"bucket\":null,\"filesLeft\":true}}}");
        try (SluiceServer server = start()) {
            assertThat(Files.readString(state)).doesNotContain("filesLeft");
            if (inFile.equals("{}")) {
                assertThat(directory).doesNotExist();
                succeed(server, CREATE, "z", MEMORY);
            }
            Bucket bucket = server.node().buckets().ready("z");
            assertThat(bucket).isNotNull();
            assertThat(bucket.collections().uid()).isZero();
        }
    }

    @Test
    void reload_createsAndChangesWhatTheFileSays_andLeavesTheRest() throws Exception {
        try (SluiceServer server = start()) {
            succeed(server, CREATE, "mine", MEMORY);
            buckets = "{\"default\": {\"engine\": \"memory\", \"quota\": \"24MiB\", \"vbuckets\": 64,"
                    + " \"lowWatermark\": 0.5, \"maxTtl\": \"1h\"}, \"fresh\": {\"engine\": \"memory\", \"quota\": \"8MiB\"}}";
            write("");
            succeed(server, RELOAD, "", "");
            assertThat(names(server)).containsExactly("default", "fresh", "mine");
            assertThat(quota(server, "default")).isEqualTo(24 << 20);
            long expiry = server.node().buckets().ready("default").limitedExpiry(0, 0, 1_000);
            assertThat(expiry)
                    .as("of a document without one, stored from now on")
                    .isEqualTo(4_600);
            assertThat(server.node().settingsJson()).contains("\"fresh\":{", "24MiB");
            assertThat(server.node()
                            .buckets()
                            .ready("default")
                            .spec()
                            .configuration()
                            .vbucketCount())
                    .isEqualTo(128);
            assertThat(server.node()
                            .buckets()
                            .ready("default")
                            .spec()
                            .configuration()
                            .ratio("lowWatermark"))
                    .isEqualTo(0.5);
            buckets = "{\"fresh\": {\"engine\": \"memory\", \"quota\": \"8MiB\"}}";
            write("");
            succeed(server, RELOAD, "", "");
            assertThat(names(server)).containsExactly("default", "fresh", "mine");
        }
    }

    @Test
    void reload_ofABrokenFile_changesNothing_andSaysWhy() throws Exception {
        try (SluiceServer server = start()) {
            buckets = "{\"default\": {\"engine\": \"memory\", \"quota\": \"24MiB\"}, \"x\": {\"engine\": \"memry\"}}";
            write("");
            Response response = call(server, RELOAD, "", "");
            assertThat(response.status()).isEqualTo(4);
            assertThat(response.value()).contains("$.buckets.x.engine").contains("did you mean \\\"memory\\\"");
            assertThat(names(server)).containsExactly("default");
            assertThat(quota(server, "default")).isEqualTo(16 << 20);
        }
    }

    @Test
    void validate_onlyLooks() throws Exception {
        try (SluiceServer server = start()) {
            succeed(server, VALIDATE, "", "{\"buckets\": {\"x\": {\"engine\": \"memory\"}}}");
            Response response = call(server, VALIDATE, "", "{\"limts\": {}}");
            assertThat(response.status()).isEqualTo(4);
            assertThat(response.value()).contains("did you mean \\\"limits\\\"");
            assertThat(names(server)).containsExactly("default");
        }
    }
}
