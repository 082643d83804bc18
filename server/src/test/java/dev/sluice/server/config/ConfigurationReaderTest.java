package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.server.tls.HandshakeLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationReaderTest {

    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;

    @TempDir
    Path home;

    private Environment environment() {
        return new Environment(home, 10 * GIB, 8, ConfigurationReader.class.getClassLoader());
    }

    private ServerConfiguration read(String json) throws ConfigurationException {
        return ConfigurationReader.read("test.json", json, environment());
    }

    private List<String> mistakes(String json) {
        ConfigurationException thrown = catchThrowableOfType(ConfigurationException.class, () -> read(json));
        assertThat(thrown).as("a mistake in %s", json).isNotNull();
        return thrown.mistakes();
    }

    /** One mistake a line: where, the text, and the whole message behind file, line and column. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        empty text            |                                          | $: an empty text (expected: a JSON object)
        no object             | []                                       | $: an array (expected: an object)
        null                  | null                                     | $: null (expected: an object)
        more behind the end   | {} {}                                    | $: something behind the end of the object (expected: the end of the file)
        unknown key           | {"colour": 1}                            | $.colour: unknown key (expected: one of listeners, buckets, threads, limits, mgmt, external, users, $schema, transport, plugins, data, backups)
        misspelt key          | {"bucket": {}}                           | $.bucket: unknown key (expected: one of listeners, buckets, threads, limits, mgmt, external, users, $schema, transport, plugins, data, backups), did you mean "buckets"?
        key of another case   | {"Threads": {}}                          | $.Threads: unknown key (expected: one of listeners, buckets, threads, limits, mgmt, external, users, $schema, transport, plugins, data, backups), did you mean "threads"?
        key twice             | {"data": "a", "data": "b"}               | $.data: a second time, after line 1 (expected: each key once)
        wrong choice          | {"transport": "epol"}                    | $.transport: "epol" (expected: "auto" or "epoll" or "io_uring" or "nio"), did you mean "epoll"?
        choice of wrong type  | {"transport": 7}                         | $.transport: 7 (expected: "auto" or "epoll" or "io_uring" or "nio")
        path of wrong type    | {"data": false}                          | $.data: false (expected: a path, as a text)
        blank path            | {"data": " "}                            | $.data: " " (expected: a path, as a text)
        null value            | {"data": null}                           | $.data: null (expected: a path, as a text)
        no listeners          | {"listeners": []}                        | $.listeners: an empty array (expected: an array of objects such as {"address": "127.0.0.1:11210"})
        listeners no array    | {"listeners": {}}                        | $.listeners: an object (expected: an array of objects such as {"address": "127.0.0.1:11210"})
        listener no object    | {"listeners": ["127.0.0.1:1"]}           | $.listeners[0]: "127.0.0.1:1" (expected: an object), and $.listeners[0].address: nothing (expected: a text)
        listener without port | {"listeners": [{"address": "::1"}]}      | $.listeners[0].address: "::1" (expected: host:port or [IPv6 address]:port, with a port from 0 to 65535, such as "127.0.0.1:11210")
        port too large        | {"listeners": [{"address": "[::1]:65536"}]} | $.listeners[0].address: "[::1]:65536" (expected: host:port or [IPv6 address]:port, with a port from 0 to 65535, such as "127.0.0.1:11210")
        open to others        | {"listeners": [{"address": "0.0.0.0:1"}]} | $.listeners[0].address: "0.0.0.0:1", which others can reach (expected: a loopback address, or "users" in the file, or "authentication": "none" beside it to let everybody in)
        open to others by v6  | {"listeners": [{"address": "[::]:1"}]}   | $.listeners[0].address: "[::]:1", which others can reach (expected: a loopback address, or "users" in the file, or "authentication": "none" beside it to let everybody in)
        wrong authentication  | {"listeners": [{"address": "127.0.0.1:1", "authentication": "no"}]} | $.listeners[0].authentication: "no" (expected: "none" or "required")
        listener key misspelt | {"listeners": [{"address": "127.0.0.1:1", "adress": ""}]} | $.listeners[0].adress: unknown key (expected: one of address, authentication, tls), did you mean "address"?
        address twice         | {"listeners": [{"address": "127.0.0.1:1"}, {"address": "127.0.0.1:1"}]} | $.listeners[1].address: an address for the second time (expected: each address once)
        TLS no object         | {"listeners": [{"address": "127.0.0.1:1", "tls": true}]} | $.listeners[0].tls: true (expected: an object), and $.listeners[0].tls: no certificate (expected: certificate and key, or keystore and password)
        mgmt no object        | {"mgmt": 8091}                           | $.mgmt: 8091 (expected: an object such as {"address": "127.0.0.1:8091"}, an array, or false)
        mgmt switched on      | {"mgmt": true}                           | $.mgmt: true (expected: an object such as {"address": "127.0.0.1:8091"}, an array, or false)
        two of a kind of mgmt | {"mgmt": [{"address": "127.0.0.1:1"}, {"address": "127.0.0.1:2"}]} | $.mgmt[1]: a second management listener of its kind (expected: one with TLS, one without)
        external no object    | {"external": "db.example.com"}           | $.external: "db.example.com" (expected: an object)
        external without name | {"external": {"kv": 1}}                  | $.external.hostname: nothing (expected: a text)
        external with a port  | {"external": {"hostname": "[::1]:11210"}} | $.external.hostname: "[::1]:11210" (expected: a host name or an address, IPv6 without brackets, and the ports beside it)
        external port 0       | {"external": {"hostname": "a", "kv": 0}} | $.external.kv: 0 (expected: a whole number from 1 to 65535)
        mgmt open to others   | {"mgmt": {"address": "0.0.0.0:1"}}       | $.mgmt.address: "0.0.0.0:1", which others can reach (expected: a loopback address, or "users" in the file, or "authentication": "none" beside it to let everybody in)
        buckets no object     | {"buckets": []}                          | $.buckets: an array (expected: an object)
        bucket no object      | {"buckets": {"a": 1}}                    | $.buckets.a: 1 (expected: an object), and $.buckets.a.engine: nothing (expected: a text)
        bucket without engine | {"buckets": {"a": {}}}                   | $.buckets.a.engine: nothing (expected: a text)
        bucket's name         | {"buckets": {"a b": {"engine": "memory"}}} | $.buckets['a b']: a bucket's name (expected: a name of 1 to 100 characters of A-Z a-z 0-9 _ - . %)
        bucket without a name | {"buckets": {"": {"engine": "memory"}}}  | $.buckets['']: a bucket's name (expected: a name of 1 to 100 characters of A-Z a-z 0-9 _ - . %)
        unknown engine        | {"buckets": {"a": {"engine": "memori"}}} | $.buckets.a.engine: "memori" (expected: one of memory, persistent), did you mean "memory"?
        engine of wrong type  | {"buckets": {"a": {"engine": 1}}}        | $.buckets.a.engine: 1 (expected: a text)
        not a power of two    | {"buckets": {"a-b": {"engine": "memory", "vbuckets": 63}}} | $.buckets['a-b'].vbuckets: 63 (expected: a power of two from 1 to 1024)
        too many vbuckets     | {"buckets": {"a": {"engine": "memory", "vbuckets": 2048}}} | $.buckets.a.vbuckets: 2048 (expected: a whole number from 1 to 1024)
        fraction of a vbucket | {"buckets": {"a": {"engine": "memory", "vbuckets": 1.5}}} | $.buckets.a.vbuckets: 1.5 (expected: a whole number from 1 to 1024)
        beyond any number     | {"buckets": {"a": {"engine": "memory", "vbuckets": 18446744073709551616}}} | $.buckets.a.vbuckets: 18446744073709551616 (expected: a whole number from 1 to 1024)
        decimal unit          | {"buckets": {"a": {"engine": "memory", "quota": "1GB"}}} | $.buckets.a.quota: "1GB" (expected: a size: bytes as a number, or a text like "64MiB" (KiB, MiB, GiB, TiB) from 1MiB to 1024TiB)
        quota too small       | {"buckets": {"a": {"engine": "memory", "quota": 1000}}} | $.buckets.a.quota: 1000 (expected: a size: bytes as a number, or a text like "64MiB" (KiB, MiB, GiB, TiB) from 1MiB to 1024TiB)
        quotas too large      | {"buckets": {"a": {"engine": "memory", "quota": "4GiB"}, "b": {"engine": "memory", "quota": "4GiB"}}} | $.buckets: quotas of 8192MiB in all (expected: at most 6143MiB, 60 % of the heap of 10240MiB, which Java's option -Xmx sets)
        no quota left         | {"buckets": {"a": {"engine": "memory", "quota": "6143MiB"}, "b": {"engine": "memory"}}} | $.buckets: quotas of 6143MiB in all, and 1 without one, which take 1MiB or more (expected: at most 6143MiB, 60 % of the heap of 10240MiB, which Java's option -Xmx sets)
        ratio below its least | {"buckets": {"a": {"engine": "memory", "minCompressionRatio": 0.9}}} | $.buckets.a.minCompressionRatio: 0.9 (expected: a number from 1 to 1000)
        flag as a text        | {"buckets": {"a": {"engine": "memory", "flush": "true"}}} | $.buckets.a.flush: "true" (expected: true or false)
        conflict resolution   | {"buckets": {"a": {"engine": "memory", "conflictResolution": "custom"}}} | $.buckets.a.conflictResolution: "custom" (expected: "seqno" or "lww")
        too much durability   | {"buckets": {"a": {"engine": "memory", "durabilityMinLevel": "persistToMajority"}}} | $.buckets.a.durabilityMinLevel: "persistToMajority" (expected: at most majority with the engine memory)
        bucket key misspelt   | {"buckets": {"a": {"engine": "none", "vbukets": 1, "optinal": true}}} | $.buckets.a.engine: "none" (expected: one of memory, persistent)
        no threads            | {"threads": {"reader": 0}}               | $.threads.reader: 0 (expected: a whole number from 1 to 1024)
        threads misspelt      | {"threads": {"eventloop": 1}}            | $.threads.eventloop: unknown key (expected: one of eventLoops, reader, writer, auxIo, nonIo), did you mean "eventLoops"?
        duration as a number  | {"limits": {"stall": 360}}               | $.limits.stall: 360 (expected: a length of time: a text like "10s" (ms, s, m, h, d) from 1ms to 1d)
        duration too long     | {"limits": {"stall": "2d"}}              | $.limits.stall: "2d" (expected: a length of time: a text like "10s" (ms, s, m, h, d) from 1ms to 1d)
        frame below value     | {"limits": {"frame": "1MiB"}}            | $.limits.frame: 1MiB (expected: at least 20MiB, as value is)
        value above frame     | {"limits": {"value": "31MiB"}}           | $.limits.value: 31MiB (expected: at most 30MiB, as frame is)
        watermarks            | {"buckets": {"a": {"engine": "memory", "lowWatermark": 0.9}}} | $.buckets.a.lowWatermark: 0.9 (expected: at most highWatermark, 0.85)
        watermarks on disk    | {"buckets": {"a": {"engine": "persistent", "highWatermark": 0.95}}} | $.buckets.a.highWatermark: 0.95 (expected: at most mutationMemoryRatio, 0.93)
        pages at a listener   | {"listeners": [{"address": "127.0.0.1:7"}], "mgmt": {"address": "127.0.0.1:7"}} | $.mgmt: 127.0.0.1:7, which is a listener's (expected: an address that nothing else listens on)
        login frame above it  | {"limits": {"frameUnauthenticated": "64MiB"}} | $.limits.frameUnauthenticated: 64MiB (expected: at most 30MiB, as frame is)
        frame below two       | {"limits": {"value": "1KiB", "frame": "8KiB"}} | $.limits.frame: 8KiB (expected: at least 16KiB, as frameUnauthenticated is)
        inbound below a frame | {"limits": {"inbound": "1MiB"}}          | $.limits.inbound: 1MiB (expected: at least 30MiB, as frame is)
        low above high        | {"limits": {"outboundLow": "2MiB"}}      | $.limits.outboundLow: 2MiB (expected: at most 1MiB, as outboundHigh is)
        missing plugins       | {"plugins": "nowhere"}                   | $.plugins: no directory: HOME/nowhere (expected: a directory of plugins)
        """)
    void mistake_saysWhereWhatAndWhatWasExpected(String kind, String json, String expected) {
        List<String> messages = mistakes(json == null ? "" : json).stream()
                .map(m -> m.replaceFirst("^test.json:\\d+:\\d+: ", ""))
                .toList();

        assertThat(String.join(", and ", messages)).isEqualTo(expected.replace("HOME", home.toString()));
    }

    @Test
    void mistakes_areReportedInOneGo_withLineAndColumn() {
        String json = """
                {
                  "listeners": [{"address": "127.0.0.1"}],
                  "transport": "ring",
                  "buckets": {
                    "mine": {"engine": "memory", "vbuckets": 3, "quota": "a lot"},
                    "mine": {"engine": "memory"},
                    "other": {"engine": "memory", "flush": 1, "expires": true}
                  },
                  "limts": {}
                }
                """;

        assertThat(mistakes(json))
                .extracting(m -> m.replaceFirst("(: .*?): .*", "$1"))
                .containsExactly(
                        "test.json:2:29: $.listeners[0].address",
                        "test.json:3:16: $.transport",
                        "test.json:5:46: $.buckets.mine.vbuckets",
                        "test.json:5:58: $.buckets.mine.quota",
                        "test.json:6:13: $.buckets.mine",
                        "test.json:7:44: $.buckets.other.flush",
                        "test.json:7:58: $.buckets.other.expires",
                        "test.json:9:12: $.limts");
    }

    @Test
    void brokenJson_saysWhere() {
        assertThat(mistakes("{\n  \"data\": \"x\",\n}"))
                .singleElement()
                .asString()
                .startsWith("test.json:3:")
                .contains("no JSON");
    }

    @Test
    void deepNesting_isRefused() {
        assertThat(mistakes("{\"data\": " + "[".repeat(100_000)))
                .singleElement()
                .asString()
                .contains("no JSON");
    }

    @Test
    void missingFile_saysSo() {
        Path file = home.resolve("none.json");
        ConfigurationException thrown =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file, environment()));

        assertThat(thrown).hasMessageContaining(file.toString()).hasMessageContaining("NoSuchFileException");
    }

    @Test
    void fileInAnotherEncoding_saysSo() throws Exception {
        Path file = Files.write(home.resolve("latin1.json"), new byte[] {'{', '"', (byte) 0xE4, '"', ':', '1', '}'});
        ConfigurationException thrown =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file, environment()));

        assertThat(thrown).hasMessageContaining("not a text in UTF-8");
    }

    @Test
    void missingFile_andNothingElse_isTheDefault() throws Exception {
        ServerConfiguration configuration = ConfigurationReader.defaults(environment());

        assertThat(configuration.transport()).isEqualTo(TransportKind.AUTO);
        assertThat(configuration.listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.addressText()).isEqualTo("127.0.0.1:11210");
            assertThat(listener.open()).isTrue();
        });
        assertThat(configuration.threads()).isEqualTo(new ThreadCounts(8, 8, 4, 16, 2));
        assertThat(configuration.limits())
                .isEqualTo(Limits.defaults(8, 10 * GIB).with("loginsComputedMax", 1));
        assertThat(configuration.buckets()).singleElement().satisfies(bucket -> {
            assertThat(bucket.optional()).isFalse();
            assertThat(bucket.spec().name()).isEqualTo("default");
            assertThat(bucket.spec().configuration().engineType()).isEqualTo("memory");
            assertThat(bucket.spec().configuration().vbucketCount()).isEqualTo(128);
            assertThat(bucket.spec().configuration().valueSizeBytesMax()).isEqualTo((int) (20 * MIB));
            assertThat(bucket.spec().quotaBytes()).isEqualTo(6143 * MIB);
            assertThat(bucket.spec().flushAllowed()).isFalse();
            assertThat(bucket.spec().datatypes()).isEqualTo(DatatypeSettings.DEFAULT);
            assertThat(bucket.spec().dataDirectory()).isEqualTo(home.resolve("data/default"));
        });
    }

    @Test
    void everything_canBeSaid() throws Exception {
        ServerConfiguration configuration = read("""
                {"$schema": "sluice.schema.json", "transport": "nio", "data": "d",
                 "listeners": [{"address": "[::1]:0"}, {"address": "0.0.0.0:0", "authentication": "none"}],
                 "threads": {"eventLoops": 3, "reader": 1, "writer": 2, "auxIo": 5, "nonIo": 6},
                 "limits": {"connections": 7, "commandsPerTurn": 9, "turn": "10ms",
                   "frame": "11MiB", "frameUnauthenticated": "12KiB", "value": 13, "inbound": "14 MiB",
                   "outboundHigh": 15000, "outboundLow": 16, "copy": "17KiB", "spool": 180, "stall": "19s",
                   "stallBucketGone": "20ms", "scanLifetime": "21m", "valueOffLoad": 22, "login": "23s",
                   "stop": "1h"},
                 "buckets": {
                   "..": {"engine": "memory", "quota": 1048576, "flush": true, "optional": true, "vbuckets": 1,
                           "compressionMode": "active", "minCompressionRatio": 2, "xattrs": false},
                   "a%b": {"engine": "memory", "vbuckets": 1024, "conflictResolution": "lww",
                     "durabilityMinLevel": "majority"}}}
                """);

        assertThat(configuration.transport()).isEqualTo(TransportKind.NIO);
        assertThat(configuration.listeners())
                .extracting(ListenerConfiguration::addressText)
                .containsExactly("[0:0:0:0:0:0:0:1]:0", "0.0.0.0:0");
        assertThat(configuration.threads()).isEqualTo(new ThreadCounts(3, 1, 2, 5, 6));
        long ms = 1_000_000;
        assertThat(configuration.limits())
                .isEqualTo(new Limits(
                        3,
                        7,
                        9,
                        10 * ms,
                        (int) (11 * MIB),
                        12 << 10,
                        13,
                        14 * MIB,
                        15_000,
                        16,
                        17 << 10,
                        180,
                        19_000 * ms,
                        20 * ms,
                        21 * 60_000 * ms,
                        22,
                        5,
                        23_000 * ms,
                        3_600_000 * ms));
        assertThat(configuration.buckets())
                .satisfiesExactly(
                        bucket -> {
                            assertThat(bucket.optional()).isTrue();
                            assertThat(bucket.spec().quotaBytes()).isEqualTo(MIB);
                            assertThat(bucket.spec().flushAllowed()).isTrue();
                            assertThat(bucket.spec().datatypes())
                                    .isEqualTo(new DatatypeSettings(CompressionMode.ACTIVE, 2, false));
                            assertThat(bucket.spec().writes()).isEqualTo(WritePolicy.DEFAULT);
                            assertThat(bucket.spec().dataDirectory()).isEqualTo(home.resolve("d/+_+_"));
                        },
                        bucket -> {
                            assertThat(bucket.spec().configuration().vbucketCount())
                                    .isEqualTo(1024);
                            assertThat(bucket.spec().writes())
                                    .isEqualTo(new WritePolicy(ConflictResolution.LWW, DurabilityLevel.MAJORITY));
                            assertThat(bucket.spec().dataDirectory()).isEqualTo(home.resolve("d/a%b"));
                        });
    }

    @Test
    void effectiveSettings_areAConfigurationAgain() throws Exception {
        ServerConfiguration first = ConfigurationReader.defaults(environment());
        String json = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(first.effective());

        ServerConfiguration second = read(json);

        assertThat(second.effective()).isEqualTo(first.effective());
        assertThat(second.limits()).isEqualTo(first.limits());
        assertThat(second.threads()).isEqualTo(first.threads());
    }

    @Test
    void bucketsWithoutQuota_shareWhatTheOthersLeave() throws Exception {
        ServerConfiguration configuration = read("""
                {"buckets": {"a": {"engine": "memory"}, "b": {"engine": "memory", "quota": "143MiB"},
                             "c": {"engine": "memory"}}}
                """);

        assertThat(configuration.buckets())
                .extracting(bucket -> bucket.spec().quotaBytes() / MIB)
                .containsExactly(3000L, 143L, 3000L);
    }

    @Nested
    class CollectionNames {

        @Test
        void bothForms_canBeSaid() throws Exception {
            ServerConfiguration configuration = read("""
                    {"buckets": {"a": {"engine": "memory", "maxTtl": "1d", "collections": {
                       "inventory": ["hotel", "airline"],
                       "_default": {"_default": {"maxTtl": "0s"}, "tokens": {"maxTtl": "1h"}, "plain": {}}}}}}
                    """);

            CollectionsSpec spec = configuration.buckets().get(0).spec().collections();
            assertThat(spec.maxTtlSeconds()).isEqualTo(86_400);
            assertThat(spec.scopes().keySet()).containsExactly("inventory", "_default");
            assertThat(spec.scopes().get("inventory"))
                    .containsExactly(Map.entry("hotel", -1L), Map.entry("airline", -1L));
            assertThat(spec.scopes().get("_default"))
                    .containsExactly(Map.entry("_default", 0L), Map.entry("tokens", 3_600L), Map.entry("plain", -1L));
        }

        @Test
        void effectiveSettings_haveThem() throws Exception {
            ServerConfiguration first = read("""
                    {"buckets": {"a": {"engine": "memory", "quota": "1MiB", "collections": {
                       "s": ["b", "a"], "t": {"c": {"maxTtl": "90s"}}}}}}
                    """);
            String json = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(first.effective());

            assertThat(read(json).buckets().get(0).spec().collections())
                    .isEqualTo(first.buckets().get(0).spec().collections());
        }

        @Test
        void everyMistake_isReportedWhereItIs() {
            assertThat(mistakes("""
                            {"buckets": {"a": {"engine": "memory", "colections": {}, "maxTtl": "1ms", "collections": {
                               "$s": [], "s": ["a", "a", 1, "b.c"], "t": {"c": {"maxTtl": "1ms"}, "d": {"ttl": 1}},
                               "u": 3}}}}
                            """))
                    .satisfiesExactlyInAnyOrder(
                            m -> assertThat(m).contains("$.buckets.a.colections: unknown key", "\"collections\"?"),
                            m -> assertThat(m).contains("$.buckets.a.maxTtl: 1ms (expected: whole seconds)"),
                            m -> assertThat(m).contains("$.buckets.a.collections.$s: a scope's name (expected: a name"),
                            m -> assertThat(m).contains("$.buckets.a.collections.s[1]: \"a\" for the second time"),
                            m -> assertThat(m).contains("$.buckets.a.collections.s[2]: 1 (expected: a name"),
                            m -> assertThat(m).contains("$.buckets.a.collections.s[3]: \"b.c\" (expected: a name"),
                            m -> assertThat(m).contains("$.buckets.a.collections.t.c.maxTtl: 1ms (expected: whole"),
                            m -> assertThat(m).contains("$.buckets.a.collections.t.d.ttl: unknown key"),
                            m -> assertThat(m).contains("$.buckets.a.collections.u: 3 (expected: an array of names"));
        }
    }

    @Nested
    class Plugins {

        @Test
        void brokenPlugin_isAMistakeBesideTheOthers() throws Exception {
            Path plugins = Files.createDirectory(home.resolve("plugins"));
            Files.writeString(plugins.resolve("broken.jar"), "no jar");
            Files.writeString(plugins.resolve("README.md"), "not a plugin");

            assertThat(mistakes("{\"colour\": 1}"))
                    .satisfiesExactlyInAnyOrder(
                            m -> assertThat(m).contains("$.colour"),
                            m -> assertThat(m).contains("broken.jar: a file that cannot be read"));
        }
    }

    /** Whoever adds a limit gives it a key. */
    @Test
    void everyLimit_hasAKey() {
        int byThreads = 2; // How many loops there are, and how many logins are computed at a time.
        assertThat(Keys.LIMIT_VALUES)
                .hasSize(Limits.class.getRecordComponents().length
                        - byThreads
                        + HandshakeLimits.class.getRecordComponents().length);
    }
}
