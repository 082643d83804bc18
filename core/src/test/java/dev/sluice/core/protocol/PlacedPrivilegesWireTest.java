package dev.sluice.core.protocol;

import static dev.sluice.core.fixture.TestUsers.login;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.fixture.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/**
 * Privileges in single collections, where commands look for themselves. Protocol: {@code auth} 6.3 and 6.4.
 *
 * <p>Collection 8 is s.c, 9 is s.d, a is t.e, b is _system._query.
 */
class PlacedPrivilegesWireTest {

    private static final String MANIFEST = "{\"uid\":\"1\",\"scopes\":["
            + "{\"uid\":\"0\",\"name\":\"_default\",\"collections\":[{\"uid\":\"0\",\"name\":\"_default\"}]},"
            + "{\"uid\":\"8\",\"name\":\"s\",\"collections\":[{\"uid\":\"8\",\"name\":\"c\"},{\"uid\":\"9\",\"name\":\"d\"}]},"
            + "{\"uid\":\"9\",\"name\":\"t\",\"collections\":[{\"uid\":\"a\",\"name\":\"e\"}]},"
            + "{\"uid\":\"a\",\"name\":\"_system\",\"collections\":[{\"uid\":\"b\",\"name\":\"_query\"}]}]}";

    private static final int EACCESS = 0x24;
    private static final int UNKNOWN_COLLECTION = 0x88;
    private static final int UNKNOWN_SCOPE = 0x8c;

    private final TestServer server = TestServer.naive();

    @BeforeEach
    void setUp() {
        users().of(server);
        assertThat(user("root").status(Frame.of(0xb9).value(MANIFEST))).isZero();
    }

    private static TestUsers users() {
        return new TestUsers()
                .user("root", "admin")
                .user("all", "stats:default")
                .user("scope", "stats:default.s")
                .user("one", "stats:default.s.c")
                .user("query", "stats:default", "system:default._system")
                .user("writer", "data-write:default")
                .user("scanner", "data:default.s.c")
                .user("xattrs", "data:default", "privilege:MetaWrite:default", "system:default.s.c");
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Logged in, in the bucket, with XERROR, collections, xattrs, JSON and Snappy. */
    private WireClient user(String name) {
        WireClient one = server.connect(0, false);
        assertThat(one.status(Frame.hello(0x07, 0x12, 0x06, 0x0a, 0x0b, 0x13))).isZero();
        assertThat(one.status(login(name))).isZero();
        assertThat(one.status(Frame.of(0x89).key("default"))).isZero();
        return one;
    }

    @Nested
    class Statistics {

        private List<String> names(String user, String group, String end) {
            return user(user).ask(Frame.of(0x10).key(group)).stream()
                    .filter(line -> line.keyText().endsWith(end))
                    .map(Response::text)
                    .toList();
        }

        private int status(String user, String group) {
            return user(user).ask(Frame.of(0x10).key(group)).get(0).status();
        }

        @Test
        void collections_areThoseThatTheUserMaySee() {
            assertThat(names("root", "collections", ":name")).containsExactly("_default", "c", "d", "e", "_query");
            assertThat(names("query", "collections", ":name")).containsExactly("_default", "c", "d", "e", "_query");
            assertThat(names("all", "collections", ":name")).containsExactly("_default", "c", "d", "e");
            assertThat(names("scope", "collections", ":name")).containsExactly("c", "d");
            assertThat(names("one", "collections", ":name")).containsExactly("c");
            assertThat(names("one", "collections-details 0", ":name")).containsExactly("c");
        }

        @Test
        void scopes_areThose_andCountWhatTheUserMaySee() {
            assertThat(names("all", "scopes", ":name")).containsExactly("_default", "s", "t");
            assertThat(names("scope", "scopes", ":name")).containsExactly("s");
            assertThat(names("one", "scopes", ":name")).containsExactly("s");
            assertThat(names("scope", "scopes", ":collections")).containsExactly("2");
            assertThat(names("one", "scopes", ":collections")).containsExactly("1");
            assertThat(names("one", "scopes-details 0", ":collections")).containsExactly("1");
        }

        @Test
        void othersByName_areNotThere() {
            assertThat(status("one", "collections s.c")).isZero();
            assertThat(status("one", "collections s.d")).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(status("one", "collections-byid 0x9")).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(status("one", "collections t.e")).isEqualTo(UNKNOWN_SCOPE);
            assertThat(status("one", "scopes t")).isEqualTo(UNKNOWN_SCOPE);
            assertThat(status("one", "scopes-byid 0x9")).isEqualTo(UNKNOWN_SCOPE);
            assertThat(status("all", "collections _system._query")).isEqualTo(UNKNOWN_SCOPE);
            assertThat(status("all", "collections-byid 0xb")).isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void manifest_isAsMuchOfIt() {
            assertThat(names("one", "manifest", "manifest").get(0))
                    .contains("\"c\"")
                    .doesNotContain("\"d\"", "\"t\"", "_system");
        }

        @Test
        void withoutThePrivilegeAnywhere_theyAreRefused() {
            assertThat(status("writer", "collections")).isEqualTo(EACCESS);
            assertThat(status("writer", "scopes s")).isEqualTo(EACCESS);
            assertThat(status("one", "vbucket")).as("of the whole bucket").isEqualTo(EACCESS);
        }

        /** Protocol: {@code protocol-kv} 14.3. */
        @Test
        void generalGroup_saysOfTheServerWhatThePrivilegeStatsOpens() {
            assertThat(names("all", "", "curr_connections")).isEmpty();
            assertThat(names("all", "", "auth_errors")).isEmpty();
            assertThat(names("all", "", "cmd_get")).hasSize(1);
            assertThat(names("root", "", "curr_connections")).hasSize(1);
            assertThat(names("root", "", "auth_errors")).hasSize(1);
        }
    }

    @Nested
    class RangeScans {

        private final Frame create = Frame.of(0xda)
                .value("{\"collection\":\"8\",\"key_only\":true,\"sampling\":{\"samples\":1,\"seed\":1}}")
                .datatype(1);

        private String open(WireClient client) {
            assertThat(client.status(Frame.set("\u0008k", "v"))).isZero();
            Response response = client.call(create);
            assertThat(response.status()).isZero();
            return HexFormat.of().formatHex(response.value());
        }

        private Frame next(String id) {
            return Frame.of(0xdb).extras(id + "00000000 00000000 00000000");
        }

        private Frame cancel(String id) {
            return Frame.of(0xdc).extras(id);
        }

        @Test
        void scanOfACollection_isForWhoMayScanIt() {
            assertThat(user("writer").status(create)).isEqualTo(EACCESS);
            assertThat(user("one").status(create)).isEqualTo(EACCESS);
            String id = open(user("scanner"));
            assertThat(user("one").status(next(id))).isEqualTo(EACCESS);
            assertThat(user("one").status(cancel(id))).isEqualTo(EACCESS);
            assertThat(user("scanner").ask(next(id)).get(0).status()).isEqualTo(0xa7);
        }

        @Test
        void rightThatIsTakenAwayMeanwhile_isMissed() {
            WireClient scanner = user("scanner");
            String id = open(scanner);
            users().user("scanner", "data-write:default").of(server);
            assertThat(scanner.status(next(id))).isEqualTo(EACCESS);
            assertThat(scanner.status(cancel(id))).isEqualTo(EACCESS);
            users().of(server);
            assertThat(scanner.status(cancel(id))).isZero();
        }
    }

    @Nested
    class SystemXattrs {

        private static final String META = "00000000 00000000 0000000000000001 0000000000001234";

        private Frame withMeta(int opcode, int collection, byte[] value, int datatype) {
            return Frame.of(opcode)
                    .key((char) collection + "k")
                    .extras(META)
                    .value(value)
                    .datatype(datatype);
        }

        private byte[] system() {
            return XattrBytes.of("_sync", "1", "user", "2").body("body".repeat(100));
        }

        private byte[] users() {
            return XattrBytes.of("user", "2").body("body");
        }

        @Test
        void readingThem_needsThePrivilegeInTheDocumentsCollection() {
            WireClient root = user("root");
            WireClient reader = user("xattrs");
            for (int collection : new int[] {8, 9}) {
                assertThat(root.status(withMeta(0xa2, collection, system(), 4))).isZero();
                String value = new String(
                        reader.call(Frame.of(0x49).key((char) collection + "k")).value(), StandardCharsets.ISO_8859_1);
                assertThat(value).contains("user");
                assertThat(value.contains("_sync"))
                        .as("collection %s", collection)
                        .isEqualTo(collection == 8);
            }
        }

        @Test
        void writingThem_needsThePrivilegeInTheDocumentsCollection() {
            WireClient writer = user("xattrs");
            for (int opcode : new int[] {0xa2, 0xa4}) {
                String own = "\u0008" + opcode;
                assertThat(writer.status(withMeta(opcode, 8, system(), 4).key(own)))
                        .isZero();
                Response refused = writer.call(withMeta(opcode, 9, system(), 4));
                assertThat(refused.status()).isEqualTo(EACCESS);
                assertThat(refused.text()).contains("SystemXattrWrite");
            }
            assertThat(writer.status(withMeta(0xa2, 9, users(), 4))).isZero();
            assertThat(writer.status(withMeta(0xa8, 0xa, system(), 4))).isEqualTo(EACCESS);
            assertThat(writer.status(Frame.get("\nk")))
                    .as("nothing was written")
                    .isEqualTo(0x01);
        }

        @Test
        void compressedValues_areLookedInto() throws Exception {
            WireClient writer = user("xattrs");
            byte[] compressed = Snappy.compress(system());
            assertThat(writer.status(withMeta(0xa2, 9, compressed, 4 | 2))).isEqualTo(EACCESS);
            assertThat(writer.status(withMeta(0xa2, 8, compressed, 4 | 2))).isZero();
            server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, 1, true));
            assertThat(writer.status(withMeta(0xa2, 9, compressed, 4 | 2))).isEqualTo(EACCESS);
        }
    }
}
