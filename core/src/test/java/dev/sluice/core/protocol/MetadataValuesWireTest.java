package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Compressed values and xattrs in commands on metadata: {@code protocol-kv} 7.2, 8.4, 8.5 and 8.9. */
class MetadataValuesWireTest extends WireContract {

    private static final int XATTR = 0x06;
    private static final int SNAPPY = 0x0a;
    private static final int SNAPPY_EVERYWHERE = 0x13;
    private static final int RANDOM_KEY_XATTR = 0x24;

    private static final XattrBytes BOTH = XattrBytes.of("_sync", "{\"a\":1}", "user", "2");
    private static final XattrBytes SYSTEM = XattrBytes.of("_sync", "{\"a\":1}");
    private static final String LARGE = "{\"x\":\"" + "x".repeat(100_000) + "\"}";
    private static final String META = "00000007 00000000 0000000000000001 0000000000001234";

    private static byte[] snappy(byte[] value) {
        return Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static Frame setWithMeta(byte[] value, int datatype) {
        return Frame.of(0xa2).key("k").extras(META).value(value).datatype(datatype);
    }

    private static Frame deleteWithMeta(byte[] value, int datatype) {
        return Frame.of(0xa8)
                .key("k")
                .extras("00000007 00000000 0000000000000002 0000000000001235")
                .value(value)
                .datatype(datatype);
    }

    private static Frame mutateWithMeta(byte[] value, String json, int datatype) {
        byte[] sent = join(value, utf8(json));
        return Frame.of(0x4b)
                .key("k")
                .extras(HexFormat.of().toHexDigits(json.length()))
                .value((datatype & Datatype.SNAPPY) == 0 ? sent : snappy(sent))
                .datatype(datatype);
    }

    private WireClient all() {
        return connect(XATTR, SNAPPY, SNAPPY_EVERYWHERE, JSON, XERROR, RANDOM_KEY_XATTR);
    }

    private Answer stored(DocumentFilter filter) {
        return new EngineDriver(server.engine("default").inner(), server.scheduler(), 1).get(0, Key.of("k"), filter);
    }

    private void expectStored(int datatype, byte[] value) {
        Answer answer = stored(DocumentFilter.ALIVE);
        assertThat(answer.succeeded()).isTrue();
        assertThat((int) answer.datatype()).as("datatype").isEqualTo(datatype);
        assertThat(Arrays.equals(answer.value(), value))
                .as(() -> "value: " + Hex.text(answer.value()))
                .isTrue();
    }

    private void expectTombstone(int datatype, byte[] value) {
        Answer answer = stored(DocumentFilter.DELETED);
        assertThat(answer.deleted()).isTrue();
        assertThat((int) answer.datatype()).as("datatype").isEqualTo(datatype);
        assertThat(answer.value()).isEqualTo(value);
    }

    private void passive() {
        server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, 1.2, true));
    }

    @Nested
    class SetWithMeta {
        @Test
        void xattrs_areStored_andJsonIsThatOfTheBody() {
            int cas = 0x1234;
            for (String body : new String[] {"{\"n\":1}", "no JSON", LARGE, ""}) {
                int json = body.startsWith("{") ? Datatype.JSON : 0;
                for (int bits : new int[] {Datatype.XATTR, Datatype.XATTR | Datatype.SNAPPY}) {
                    byte[] value = BOTH.body(body);
                    byte[] sent = (bits & Datatype.SNAPPY) == 0 ? value : snappy(value);
                    String meta = "00000007 00000000 0000000000000001"
                            + HexFormat.of().toHexDigits((long) ++cas);
                    assertThat(all().status(setWithMeta(sent, bits).extras(meta)))
                            .isZero();
                    expectStored(Datatype.XATTR | json, value);
                    assertThat(client.call(Frame.get("k")).text()).isEqualTo(body);
                }
            }
        }

        @Test
        void inModePassive_xattrsAreStoredInflated_forTheEngineToFind() {
            passive();
            byte[] value = BOTH.body(LARGE);
            assertThat(all().status(setWithMeta(snappy(value), 6))).isZero();
            expectStored(Datatype.XATTR | Datatype.JSON, value);
            assertThat(client.call(Frame.get("k")).text()).isEqualTo(LARGE);
        }

        @Test
        void malformedXattrs_areXattrEinval() {
            byte[] malformed = Hex.bytes("00000008 00000005 'k' 00 '1' 00");
            byte[] large = join(malformed, new byte[50_000]);
            for (byte[] value : new byte[][] {malformed, large}) {
                assertThat(all().status(setWithMeta(value, 4))).isEqualTo(0x87);
                assertThat(all().status(setWithMeta(snappy(value), 6))).isEqualTo(0x87);
            }
            assertThat(client.status(setWithMeta(SYSTEM.body("1"), 4)))
                    .as("not negotiated")
                    .isEqualTo(0x04);
            WireClient xattr = all();
            server.datatypes("default", new DatatypeSettings(CompressionMode.OFF, 1.2, false));
            assertThat(xattr.status(setWithMeta(SYSTEM.body("1"), 4)))
                    .as("a bucket without xattrs")
                    .isEqualTo(0x04);
        }

        @Test
        void anEmptySection_isNotStored() {
            assertThat(all().status(setWithMeta(XattrBytes.of().body("1"), 4))).isZero();
            expectStored(Datatype.JSON, utf8("1"));
        }

        @Test
        void oldMetadataBehindTheValue_isCutOff() {
            String extras = META + "0003";
            assertThat(all().status(setWithMeta(BOTH.body("1abc"), 4).extras(extras)))
                    .isZero();
            expectStored(Datatype.XATTR | Datatype.JSON, BOTH.body("1"));
            extras = "00000007 00000000 0000000000000001 0000000000001235 0003";
            assertThat(all().status(setWithMeta(snappy(utf8(LARGE + "abc")), 2).extras(extras)))
                    .isZero();
            expectStored(Datatype.JSON, utf8(LARGE));
        }
    }

    @Nested
    class DeleteWithMeta {
        @Test
        void keepsTheXattrsThatCome_usersToo_andNoBody() {
            assertThat(all().status(deleteWithMeta(BOTH.body("body"), 4))).isZero();
            expectTombstone(Datatype.XATTR, BOTH.body(""));
        }

        @Test
        void compressed_isStoredInflated() {
            passive();
            assertThat(all().status(deleteWithMeta(snappy(BOTH.body(LARGE)), 6)))
                    .isZero();
            expectTombstone(Datatype.XATTR, BOTH.body(""));
        }

        @Test
        void withoutXattrs_keepsNothing() {
            assertThat(client.status(deleteWithMeta(utf8("body"), 0))).isZero();
            expectTombstone(Datatype.RAW, new byte[0]);
        }
    }

    @Nested
    class MutateWithMeta {
        private static final String SET =
                "{\"command\":\"set\",\"cas\":4660,\"flags\":7,\"expiration\":0,\"options\":0}";

        @Test
        void xattrsAndCompression_inEverySize() {
            int cas = 4660;
            for (String body : new String[] {"1", LARGE}) {
                for (int bits : new int[] {4, 6, 2}) {
                    byte[] value = (bits & 4) == 0 ? utf8(body) : BOTH.body(body);
                    String json = SET.replace("4660", Integer.toString(++cas)).replace("options\":0", "options\":8");
                    assertThat(all().status(mutateWithMeta(value, json, bits))).isZero();
                    expectStored(Datatype.JSON | (bits & 4), value);
                }
            }
        }

        @Test
        void metadataThatIsNoJson_isEinval_inEverySize() {
            for (String body : new String[] {"1", LARGE}) {
                WireClient all = all();
                assertThat(all.status(mutateWithMeta(utf8(body), "{nonsense", 2)))
                        .isEqualTo(0x04);
                assertThat(all.status(Frame.noop())).isZero();
            }
        }

        @Test
        void aDeletion_takesXattrsOfTheSystemAndNothingElse() {
            String delete = SET.replace("set", "delete");
            assertThat(all().status(mutateWithMeta(BOTH.body(""), delete, 4))).isEqualTo(0x04);
            assertThat(all().status(mutateWithMeta(SYSTEM.body("1"), delete, 4)))
                    .isEqualTo(0x04);
            assertThat(all().status(mutateWithMeta(utf8("1"), delete, 0))).isEqualTo(0x04);
            assertThat(all().status(mutateWithMeta(SYSTEM.body(""), delete, 4))).isZero();
            expectTombstone(Datatype.XATTR, SYSTEM.body(""));
        }

        @Test
        void casAndSeqno_areWrittenIntoTheXattrs() {
            XattrBytes placeholders = XattrBytes.of("_s", "[\"0x0000000000000000\",\"0x0000000000000000\"]");
            int at = 4 + 4 + 3 + 2; // section's length, pair's length, key and its zero, bracket and quote
            String json = String.format(
                    Locale.ROOT,
                    "{\"command\":\"set\",\"flags\":7,\"expiration\":0,\"options\":12,\"cas_offsets\":[%d],"
                            + "\"seqno_offsets\":[%d]}",
                    at,
                    at + 21);
            Response response = all().call(mutateWithMeta(placeholders.body("1"), json, 4));
            assertThat(response.status()).isZero();
            Answer answer = stored(DocumentFilter.ALIVE);
            String swapped = HexFormat.of().toHexDigits(Long.reverseBytes(response.cas()));
            String seqno = HexFormat.of().toHexDigits(answer.seqno());
            assertThat(answer.value())
                    .isEqualTo(XattrBytes.of("_s", "[\"0x" + swapped + "\",\"0x" + seqno + "\"]")
                            .body("1"));
        }

        @Test
        void offsetsThatLeaveOrDamageTheXattrs_areEinval() {
            XattrBytes placeholder = XattrBytes.of("_s", "\"0x0000000000000000\"");
            int section = placeholder.body("").length;
            for (int at : new int[] {0, 4, 8, 11, 13, section - 17, section, Integer.MAX_VALUE}) {
                String json = "{\"command\":\"set\",\"flags\":7,\"expiration\":0,\"options\":12,\"cas_offsets\":[" + at
                        + "]}";
                assertThat(all().status(mutateWithMeta(placeholder.body("\"0x0000000000000000\""), json, 4)))
                        .as("offset " + at)
                        .isEqualTo(0x04);
            }
        }
    }

    @Nested
    class Reading {
        @Test
        void getEx_showsAllThatIsStored() {
            passive();
            for (String body : new String[] {"1", LARGE}) {
                byte[] value = BOTH.body(body);
                WireClient all = all();
                assertThat(all.status(setWithMeta(snappy(value), 6).extras(META + "00000008")))
                        .isZero();
                Response response = all.call(Frame.of(0x49).key("k"));
                Answer answer = stored(DocumentFilter.ALIVE);
                assertThat(response.datatype()).isEqualTo(answer.datatype());
                assertThat(Arrays.equals(response.value(), answer.value())).isTrue();
            }
        }

        /** Who may read documents sees the xattrs of users, and those of the system only with a privilege of their own. */
        @Test
        void withoutThePrivilege_theSystemsXattrsAreLeftOut() {
            new TestUsers()
                    .user("reader", "data-read:*")
                    .user("meta", "data-read:*", "privilege:SystemXattrRead:*")
                    .of(server);
            for (String body : new String[] {"1", LARGE}) {
                assertThat(all().status(setWithMeta(BOTH.body(body), 4).extras(META + "00000008")))
                        .isZero();
                for (String user : new String[] {"reader", "meta"}) {
                    byte[] expected = (user.equals("meta") ? BOTH : XattrBytes.of("user", "2")).body(body);
                    WireClient reader = all();
                    assertThat(reader.status(TestUsers.login(user))).isZero();
                    assertThat(reader.status(Frame.of(0x89).key("default"))).isZero();
                    assertThat(reader.call(Frame.of(0x49).key("k")).value()).isEqualTo(expected);
                    Response scan = reader.call(
                            Frame.of(0xda).value("{\"include_xattrs\":true}").datatype(1));
                    String id = HexFormat.of().formatHex(scan.value());
                    ByteArrayOutputStream records = new ByteArrayOutputStream();
                    for (Response part : reader.ask(Frame.of(0xdb).extras(id + "00000000 00000000 00000000"))) {
                        records.writeBytes(part.value());
                    }
                    byte[] bytes = records.toByteArray();
                    assertThat(Arrays.copyOfRange(bytes, bytes.length - expected.length, bytes.length))
                            .isEqualTo(expected);
                    assertThat(reader.call(Frame.get("k")).text()).isEqualTo(body);
                }
            }
        }

        @Test
        void getRandomKey_showsTheBody_orAllOfIt() {
            byte[] value = BOTH.body(LARGE);
            WireClient all = all();
            assertThat(all.status(setWithMeta(value, 4))).isZero();
            Response body = all.call(Frame.of(0xb6));
            assertThat(body.keyText()).isEqualTo("k");
            assertThat(body.text()).isEqualTo(LARGE);
            assertThat(body.datatype()).isEqualTo(1);
        }
    }
}
