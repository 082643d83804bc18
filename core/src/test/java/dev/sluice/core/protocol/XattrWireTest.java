package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.StoreMode;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Documents with xattrs: who sees them, and what outlives what. {@code protocol-kv} 2.3, 2.4, 7.1.5 and 7.5. */
class XattrWireTest extends WireContract {

    private static final int XATTR = 0x06;
    private static final int SNAPPY = 0x0a;

    private static final XattrBytes BOTH = XattrBytes.of("_sync", "{\"a\":1}", "user", "2");
    private static final XattrBytes SYSTEM = XattrBytes.of("_sync", "{\"a\":1}");
    private static final XattrBytes USER = XattrBytes.of("user", "2");

    private static final String LARGE = "\"" + "x".repeat(100_000) + "\"";

    private EngineDriver engine() {
        return new EngineDriver(server.engine("default").inner(), server.scheduler(), 1);
    }

    /** Puts a document there as a command with meta would. */
    private long plant(String key, byte[] value, int datatype) {
        Answer answer = engine().store(
                        0,
                        Key.of(key),
                        Store.of(StoreMode.SET, value)
                                .datatype(datatype)
                                .flags(7)
                                .expirySeconds(0x7fffffff));
        assertThat(answer.succeeded()).isTrue();
        return answer.cas();
    }

    private Answer stored(String key) {
        return engine().get(0, Key.of(key));
    }

    private void expectStored(String key, int datatype, byte[] value) {
        Answer answer = stored(key);
        assertThat((int) answer.datatype()).as("datatype").isEqualTo(datatype);
        assertThat(Arrays.equals(answer.value(), value))
                .as(() -> "value: " + Hex.text(answer.value()))
                .isTrue();
    }

    private static byte[] snappy(byte[] value) {
        return Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Each form in which a document with these xattrs may be there. */
    private interface Form {
        void check(byte[] value, int datatype);
    }

    private void eachForm(byte[] value, Form form) {
        form.check(value, Datatype.XATTR | Datatype.JSON);
        form.check(snappy(value), Datatype.XATTR | Datatype.JSON | Datatype.SNAPPY);
    }

    @Nested
    class Reading {
        @Test
        void xattrs_areStripped_andTheRestIsInflated_whateverTheClientTakes() {
            for (String body : new String[] {"{\"n\":41}", LARGE, ""}) {
                eachForm(BOTH.body(body), (value, datatype) -> {
                    plant("k", value, datatype);
                    for (WireClient reader : new WireClient[] {client, connect(XATTR, SNAPPY, JSON), connect(JSON)}) {
                        Response response = reader.call(Frame.get("k"));
                        assertThat(response.text()).isEqualTo(body);
                        assertThat(response.datatype()).isEqualTo(reader == client ? 0 : 1);
                    }
                });
            }
        }

        @Test
        void gat_andGetLocked_likewise() {
            eachForm(BOTH.body(LARGE), (value, datatype) -> {
                plant("k", value, datatype);
                assertThat(client.call(Frame.of(0x1d).key("k").extras("00000000"))
                                .text())
                        .isEqualTo(LARGE);
                expectStored("k", datatype, value);
                assertThat(client.call(Frame.of(0x94).key("k")).text()).isEqualTo(LARGE);
                server.advance(Duration.ofSeconds(16)); // Until the lock has ended.
            });
        }
    }

    @Nested
    class Survival {
        @Test
        void setAndReplace_keepAll() {
            for (int opcode : new int[] {0x01, 0x03, 0x11, 0x13}) {
                for (String body : new String[] {"new", LARGE}) {
                    eachForm(BOTH.body("{\"n\":41}"), (value, datatype) -> {
                        plant("k", value, datatype);
                        client.exchange(Frame.of(opcode)
                                .key("k")
                                .extras("00000001 00000000")
                                .value(body));
                        int json = body.equals(LARGE) ? Datatype.JSON : 0;
                        expectStored("k", Datatype.XATTR | json, BOTH.body(body));
                        assertThat(stored("k").flags()).isEqualTo(1);
                        assertThat(stored("k").expirySeconds()).isZero();
                    });
                }
            }
        }

        @Test
        void aCompressedValue_isStoredInflated_behindXattrs() {
            server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, 1.2, true));
            for (String body : new String[] {"\"" + "y".repeat(300) + "\"", LARGE}) {
                plant("k", BOTH.body("old"), Datatype.XATTR);
                Frame set = Frame.set("k", "").value(snappy(utf8(body))).datatype(2);
                assertThat(connect(SNAPPY).status(set)).isZero();
                expectStored("k", Datatype.XATTR | Datatype.JSON, BOTH.body(body));
            }
        }

        @Test
        void activeCompression_leavesXattrsInflated() {
            server.datatypes("default", new DatatypeSettings(CompressionMode.ACTIVE, 1.2, true));
            plant("k", BOTH.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.set("k", LARGE))).isZero();
            expectStored("k", Datatype.XATTR | Datatype.JSON, BOTH.body(LARGE));
        }

        @Test
        void theClientsCas_isHonoured_andPreserveTtlToo() {
            long cas = plant("k", BOTH.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.set("k", "new").cas(cas + 1))).isEqualTo(0x02);
            expectStored("k", Datatype.XATTR, BOTH.body("old"));
            assertThat(client.status(Frame.set("k", "new").cas(cas).framing("50")))
                    .isZero();
            expectStored("k", Datatype.XATTR, BOTH.body("new"));
            assertThat(stored("k").expirySeconds()).isEqualTo(0x7fffffffL);
            assertThat(client.status(
                            Frame.of(0x02).key("k").extras("00000000 00000000").value("new")))
                    .as("ADD")
                    .isEqualTo(0x02);
        }

        @Test
        void aLock_isHonoured() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            long lock = client.call(Frame.of(0x94).key("k")).cas();
            WireClient other = connect(XERROR);
            assertThat(other.status(Frame.set("k", "new"))).isEqualTo(0x09);
            assertThat(other.status(Frame.set("k", "new").cas(lock + 1))).isEqualTo(0x09);
            assertThat(other.status(Frame.of(0x04).key("k"))).isEqualTo(0x09);
            assertThat(other.status(Frame.set("k", "new").cas(lock))).isZero();
            expectStored("k", Datatype.XATTR, BOTH.body("new"));
            assertThat(other.status(Frame.set("k", "newer"))).as("unlocked").isZero();
        }

        @Test
        void appendAndPrepend_keepAllInFrontOfTheBody() {
            eachForm(BOTH.body("{\"n\":41}"), (value, datatype) -> {
                plant("k", value, datatype);
                assertThat(client.status(Frame.of(0x0e).key("k").value(" "))).isZero();
                expectStored("k", Datatype.XATTR | Datatype.JSON, BOTH.body("{\"n\":41} "));
                assertThat(client.status(Frame.of(0x0f).key("k").value("x"))).isZero();
                expectStored("k", Datatype.XATTR, BOTH.body("x{\"n\":41} "));
                assertThat(client.status(Frame.of(0x0e).key("k").value(LARGE))).isZero();
                expectStored("k", Datatype.XATTR, BOTH.body("x{\"n\":41} " + LARGE));
                assertThat(stored("k").flags()).isEqualTo(7);
            });
        }

        @Test
        void arithmetic_keepsAll() {
            eachForm(BOTH.body("41"), (value, datatype) -> {
                plant("k", value, datatype);
                Response up = client.call(Frame.of(0x05).key("k").extras("0000000000000001 0000000000000000 00000000"));
                assertThat(HexFormat.of().formatHex(up.value())).isEqualTo("000000000000002a");
                expectStored("k", Datatype.XATTR | Datatype.JSON, BOTH.body("42"));
                Response down =
                        client.call(Frame.of(0x06).key("k").extras("0000000000000032 0000000000000000 00000000"));
                assertThat(HexFormat.of().formatHex(down.value())).isEqualTo("0000000000000000");
                expectStored("k", Datatype.XATTR | Datatype.JSON, BOTH.body("0"));
            });
        }

        @Test
        void touch_keepsAll() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.of(0x1c).key("k").extras("00000010")))
                    .isZero();
            expectStored("k", Datatype.XATTR, BOTH.body("old"));
        }

        @Test
        void theUsersXattrs_countAsTheValue_thoseOfTheSystemDoNot() {
            int max = server.limits().valueBytesMax();
            byte[] most = new byte[max];
            plant("k", SYSTEM.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.set("k", "").value(most))).isZero();
            expectStored("k", Datatype.XATTR, SYSTEM.body(most));
            plant("k", USER.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.set("k", "").value(most))).isEqualTo(0x03);
            int room = max - USER.body("").length;
            assertThat(client.status(Frame.set("k", "").value(new byte[room]))).isZero();
            assertThat(client.status(Frame.of(0x0e).key("k").value("x"))).isEqualTo(0x03);
        }

        @Test
        void aDeletedDocumentsXattrs_areNotInherited() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.of(0x04).key("k"))).isZero();
            assertThat(client.status(Frame.set("k", "new"))).isZero();
            expectStored("k", Datatype.RAW, utf8("new"));
        }
    }

    @Nested
    class Deletion {
        private Answer tombstone(String key) {
            return engine().get(0, Key.of(key), DocumentFilter.DELETED);
        }

        @Test
        void keepsTheSystemsXattrs_andNothingElse() {
            for (int opcode : new int[] {0x04, 0x14}) {
                for (String body : new String[] {"old", LARGE}) {
                    eachForm(BOTH.body(body), (value, datatype) -> {
                        plant("k", value, datatype);
                        client.exchange(Frame.of(opcode).key("k"));
                        assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
                        Answer tombstone = tombstone("k");
                        assertThat(tombstone.deleted()).isTrue();
                        assertThat((int) tombstone.datatype()).isEqualTo(Datatype.XATTR);
                        assertThat(tombstone.value()).isEqualTo(SYSTEM.body(""));
                        assertThat(tombstone.flags()).isZero();
                        assertThat(client.status(Frame.of(0x04).key("k"))).isEqualTo(0x01);
                    });
                }
            }
        }

        @Test
        void ofADocumentWithUserXattrsOnly_leavesAnEmptyTombstone() {
            eachForm(USER.body("old"), (value, datatype) -> {
                plant("k", value, datatype);
                WireClient tokens = connect(MUTATION_SEQNO);
                Response response = tokens.call(Frame.of(0x04).key("k"));
                assertThat(response.status()).isZero();
                assertThat(response.extras()).hasSize(16);
                Answer tombstone = tombstone("k");
                assertThat(tombstone.value()).isEmpty();
                assertThat((int) tombstone.datatype()).isZero();
                assertThat(response.cas()).isEqualTo(tombstone.cas());
            });
        }

        @Test
        void answersTheTombstonesCasAndToken() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            Response response = connect(MUTATION_SEQNO).call(Frame.of(0x04).key("k"));
            Answer tombstone = tombstone("k");
            assertThat(response.cas()).isEqualTo(tombstone.cas());
            assertThat(Hex.text(response.extras()).replaceAll("[^0-9a-f]", ""))
                    .endsWith(HexFormat.of().toHexDigits(tombstone.seqno()));
        }

        @Test
        void honoursCasAndLock() {
            long cas = plant("k", BOTH.body("old"), Datatype.XATTR);
            assertThat(client.status(Frame.of(0x04).key("k").cas(cas + 1))).isEqualTo(0x02);
            long lock = client.call(Frame.of(0x94).key("k")).cas();
            assertThat(client.status(Frame.of(0x04).key("k").cas(cas)))
                    .as("a CAS that is not the lock's")
                    .isEqualTo(0x86);
            assertThat(client.status(Frame.of(0x04).key("k"))).as("without one").isEqualTo(0x02);
            assertThat(client.status(Frame.of(0x04).key("k").cas(lock))).isZero();
            assertThat(tombstone("k").value()).isEqualTo(SYSTEM.body(""));
        }

        @Test
        void honoursDurability() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            WireClient xerror = connect(XERROR);
            assertThat(xerror.status(Frame.of(0x04).key("k").framing("11 03")))
                    .as("a level that the engine does not have")
                    .isEqualTo(0xa0);
            assertThat(xerror.status(Frame.get("k"))).isZero();
            assertThat(xerror.status(Frame.of(0x04).key("k").framing("11 01"))).isZero();
            assertThat(tombstone("k").value()).isEqualTo(SYSTEM.body(""));
        }
    }

    @Nested
    class Scans {
        private String id(WireClient scanner, String json) {
            Response response = scanner.call(Frame.of(0xda).value(json).datatype(1));
            assertThat(response.status()).as(response.text()).isZero();
            return HexFormat.of().formatHex(response.value());
        }

        /** The records of all answers to one CONTINUE, as if they were one. */
        private byte[] next(WireClient scanner, String id) {
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            int status = 0;
            for (Response response : scanner.ask(Frame.of(0xdb).extras(id + "00000000 00000000 00000000"))) {
                status = response.status();
                records.writeBytes(response.value());
            }
            assertThat(status).as("of the last").isEqualTo(0xa7);
            return records.toByteArray();
        }

        /** Flags, expiry, seqno, CAS: 24 bytes; then datatype, length and key, length and value. */
        private void expect(byte[] record, int datatype, byte[] value) {
            assertThat((int) record[24]).as("datatype").isEqualTo(datatype);
            assertThat(Arrays.copyOfRange(record, 25, 27)).isEqualTo(Hex.bytes("01 'k'"));
            int lengthBytes = value.length < 0x80 ? 1 : value.length < 0x4000 ? 2 : 3;
            assertThat(Arrays.equals(Arrays.copyOfRange(record, 27 + lengthBytes, record.length), value))
                    .as(() -> "value: " + Hex.text(record))
                    .isTrue();
        }

        @Test
        void showWhatALookUpShows() {
            for (String body : new String[] {"\"old\"", LARGE}) {
                eachForm(BOTH.body(body), (value, datatype) -> {
                    plant("k", value, datatype);
                    WireClient json = connect(JSON);
                    expect(next(json, id(json, "{}")), 1, utf8(body));
                });
                byte[] compressed = snappy(utf8(body));
                plant("k", compressed, Datatype.SNAPPY | Datatype.JSON);
                WireClient snappy = connect(JSON, SNAPPY);
                expect(next(snappy, id(snappy, "{}")), 3, compressed);
                WireClient json = connect(JSON);
                expect(next(json, id(json, "{}")), 1, utf8(body));
            }
        }

        @Test
        void withXattrs_showThem() {
            eachForm(BOTH.body(LARGE), (value, datatype) -> {
                plant("k", value, datatype);
                WireClient all = connect(JSON, SNAPPY, XATTR);
                expect(next(all, id(all, "{\"include_xattrs\":true}")), datatype, value);
                expect(next(all, id(all, "{\"include_xattrs\":false}")), 1, utf8(LARGE));
                WireClient plain = connect(JSON, XATTR);
                expect(next(plain, id(plain, "{\"include_xattrs\":true}")), 5, BOTH.body(LARGE));
            });
        }

        @Test
        void withXattrs_needTheFeature_andDocuments() {
            plant("k", BOTH.body("old"), Datatype.XATTR);
            Frame create = Frame.of(0xda).value("{\"include_xattrs\":true}").datatype(1);
            assertThat(connect(JSON).status(create)).isEqualTo(0x83);
            WireClient xattr = connect(JSON, XATTR);
            assertThat(xattr.status(Frame.of(0xda)
                            .value("{\"include_xattrs\":true,\"key_only\":true}")
                            .datatype(1)))
                    .isEqualTo(0x04);
            server.datatypes("default", new DatatypeSettings(CompressionMode.OFF, 1.2, false));
            assertThat(xattr.status(create)).as("a bucket without xattrs").isEqualTo(0x83);
        }

        @Test
        void anotherHello_takesTheXattrsOutOfAScanThatIsOpen() {
            plant("k", BOTH.body("\"old\""), Datatype.XATTR | Datatype.JSON);
            WireClient xattr = connect(JSON, XATTR);
            String id = id(xattr, "{\"include_xattrs\":true}");
            xattr.call(Frame.hello(JSON));
            expect(next(xattr, id), 1, utf8("\"old\""));
        }
    }
}
