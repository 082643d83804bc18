package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which requests of the sub-document commands are refused before anybody looks at a document. {@code protocol-subdoc} 2 to 4. */
class SubdocRequestWireTest {

    private static final int EINVAL = 0x04;
    private static final int NOT_SUPPORTED = 0x83;
    private static final int XATTR_EINVAL = 0x87;
    private static final int INVALID_COMBO = 0xcb;
    private static final int FLAG_COMBO = 0xce;
    private static final int UNKNOWN_MACRO = 0xd0;
    private static final int CANT_MODIFY_VATTR = 0xd2;
    private static final int XATTR_ORDER = 0xd4;

    /** Of a request that is legal: there is no such document. */
    private static final int MISSING = 0x01;

    private static final int XATTR = 0x06;
    private static final int XERROR = 0x07;

    private TestServer server = new TestServer();
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = TestServer.naive();
        client = server.connect();
        assertThat(client.status(Frame.hello(XATTR, XERROR))).isZero();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** One row of the table of flags; bits as they are on the wire. */
    private record Row(int opcode, boolean mutates, int pathFlags, int documentFlags) {}

    private static final Row[] TABLE = {
        new Row(0xc5, false, 0x24, 0x34),
        new Row(0xc6, false, 0x04, 0x34),
        new Row(0xd2, false, 0x04, 0x34),
        new Row(0xc7, true, 0x35, 0x1f),
        new Row(0xc8, true, 0x35, 0x1f),
        new Row(0xcb, true, 0x15, 0x1f),
        new Row(0xcc, true, 0x15, 0x1f),
        new Row(0xce, true, 0x05, 0x1f),
        new Row(0xcf, true, 0x05, 0x1f),
        new Row(0xcd, true, 0x14, 0x1e),
        new Row(0xca, true, 0x34, 0x16),
        new Row(0xc9, true, 0x04, 0x14),
        new Row(0xd3, true, 0x24, 0x14),
        new Row(0x00, false, 0x00, 0x34),
        new Row(0x01, true, 0x00, 0x03),
        new Row(0x04, true, 0x00, 0x14)
    };

    private static boolean whole(Row row) {
        return row.opcode < 0x10;
    }

    private static String value(Row row) {
        return row.mutates && row.opcode != 0xc9 && row.opcode != 0xd3 && row.opcode != 0x04 ? "1" : "";
    }

    /** A legal value for these flags. */
    private static String value(Row row, int pathFlags) {
        return (pathFlags & 0x10) != 0 ? "\"${Mutation.CAS}\"" : value(row);
    }

    private static String path(Row row) {
        return whole(row) ? "" : row.opcode == 0xcd ? "p[0]" : "p";
    }

    /** The path flags that this operation cannot do without. */
    private static int mandatory(Row row) {
        return row.opcode == 0xd3 ? 0x04 : 0;
    }

    private static Subdoc single(Row row, int pathFlags) {
        return Subdoc.single(row.opcode, pathFlags, path(row), value(row, pathFlags));
    }

    private static Subdoc multi(Row row, int pathFlags) {
        Subdoc subdoc = row.mutates ? Subdoc.mutation() : Subdoc.lookup();
        return subdoc.step(row.opcode, pathFlags, path(row), value(row, pathFlags));
    }

    @Nested
    class Flags {
        @Test
        void ofAPath_areThoseOfTheTable() {
            for (Row row : TABLE) {
                for (int flags = 0; flags < 256; flags++) {
                    boolean legal = (flags & ~row.pathFlags) == 0 && (flags & mandatory(row)) == mandatory(row);
                    boolean loose = (flags & 0x30) != 0 && (flags & 0x04) == 0;
                    int expected = !legal ? EINVAL : loose || (flags & 0x30) == 0x30 ? FLAG_COMBO : MISSING;
                    assertThat(client.status(multi(row, flags).frame("k")))
                            .as("%02x with %02x", row.opcode, flags)
                            .isEqualTo(expected);
                    if (!whole(row)) {
                        assertThat(client.status(single(row, flags).frame("k")))
                                .as("%02x with %02x", row.opcode, flags)
                                .isEqualTo(expected);
                    }
                }
            }
        }

        @Test
        void ofTheDocument_areThoseOfTheTable_inCommandsOfOnePath() {
            for (Row row : TABLE) {
                for (int flags = 0; flags < 256 && !whole(row); flags++) {
                    boolean legal = (flags & ~row.documentFlags) == 0 && (flags & 0x03) != 0x03;
                    boolean createsDeleted = (flags & 0x08) != 0;
                    boolean xattr = row.opcode != 0xc5; // with and without
                    legal &= !createsDeleted || (xattr && (flags & 0x03) != 0);
                    int status = client.status(
                            single(row, xattr ? 0x04 : 0).doc(flags).frame("k" + row.opcode + "." + flags));
                    assertThat(status == EINVAL)
                            .as("%02x with %02x: %02x", row.opcode, flags, status)
                            .isEqualTo(!legal);
                }
            }
        }

        @Test
        void ofTheDocument_areThoseOfTheTable_inCommandsOfSeveral() {
            for (Row row : TABLE) {
                for (int flags = 0; flags < 256; flags++) {
                    boolean legal = (flags & ~row.documentFlags) == 0 && (flags & 0x03) != 0x03;
                    boolean revives = (flags & 0x10) != 0;
                    legal &= !revives || ((flags & 0x04) != 0 && (flags & 0x08) == 0);
                    int status =
                            client.status(multi(row, mandatory(row)).doc(flags).frame("k" + row.opcode + "." + flags));
                    assertThat(status == EINVAL)
                            .as("%02x with %02x: %02x", row.opcode, flags, status)
                            .isEqualTo(!legal);
                }
            }
        }

        @Test
        void ofTheDocument_areHeldAgainstEachStep() {
            Subdoc mixed = Subdoc.mutation().upsert("a", "1").step(Subdoc.DELETE, 0, "b", "");
            assertThat(client.status(mixed.frame("k"))).isEqualTo(MISSING);
            assertThat(client.status(mixed.doc(Subdoc.MKDOC).frame("k"))).isEqualTo(EINVAL);
            Subdoc whole = Subdoc.mutation().upsertXattr("x", "1").step(Subdoc.WHOLE_SET, 0, "", "body");
            assertThat(client.status(whole.doc(Subdoc.ACCESS_DELETED).frame("k")))
                    .isEqualTo(EINVAL);
        }

        @Test
        void createAsDeleted_needsCreationAndAnXattr_withOnePath() {
            Subdoc body = Subdoc.single(Subdoc.DICT_UPSERT, 0, "p", "1");
            assertThat(client.status(
                            body.doc(Subdoc.CREATE_AS_DELETED | Subdoc.MKDOC).frame("k")))
                    .isEqualTo(EINVAL);
            Subdoc xattr = Subdoc.single(Subdoc.DICT_UPSERT, Subdoc.XATTR, "p", "1");
            assertThat(client.status(xattr.doc(Subdoc.CREATE_AS_DELETED).frame("k")))
                    .isEqualTo(EINVAL);
            assertThat(client.status(
                            xattr.doc(Subdoc.CREATE_AS_DELETED | Subdoc.MKDOC).frame("k")))
                    .isEqualTo(0xcd);
        }

        @Test
        void add_takesNoCas() {
            Subdoc single = Subdoc.single(Subdoc.DICT_UPSERT, 0, "p", "1").cas(7);
            assertThat(client.status(single.doc(Subdoc.ADD).frame("k"))).isEqualTo(EINVAL);
            Subdoc multi = Subdoc.mutation().upsert("p", "1").cas(7);
            assertThat(client.status(multi.doc(Subdoc.ADD).frame("k"))).isEqualTo(EINVAL);
        }
    }

    @Nested
    class Lengths {
        @Test
        void ofAPath_areBounded_andWithinTheValue() {
            for (int opcode : new int[] {0xc5, 0xc8}) {
                String value = opcode == 0xc5 ? "" : "1";
                assertThat(client.status(Subdoc.single(opcode, 0, "p".repeat(1024), value)
                                .frame("k")))
                        .isEqualTo(MISSING);
                assertThat(client.status(Subdoc.single(opcode, 0, "p".repeat(1025), value)
                                .frame("k")))
                        .isEqualTo(EINVAL);
            }
            assertThat(client.status(Subdoc.lookup().get("p".repeat(1024)).frame("k")))
                    .isEqualTo(MISSING);
            assertThat(client.status(Subdoc.lookup().get("p".repeat(1025)).frame("k")))
                    .isEqualTo(EINVAL);
            Frame beyond = Frame.of(0xc5).key("k").extras("0003 00").value("ab");
            assertThat(client.status(beyond)).isEqualTo(EINVAL);
        }

        @Test
        void ofExtras_behindThoseOfALookUp_areForMutations() {
            Frame lookup = Frame.of(0xc5).key("k").value("p");
            for (String rest : new String[] {"00000000", "00000000 00", "00000000 00000000", "00000000 00000000 00"}) {
                assertThat(client.status(lookup.extras("0001 00" + rest))).isEqualTo(EINVAL);
                assertThat(client.status(Frame.of(0xc9).key("k").value("p").extras("0001 00" + rest)))
                        .isEqualTo(MISSING);
            }
            // The last of all checks: a flag out of place is found first.
            assertThat(client.status(Frame.of(0xc5).key("k").value("p").extras("0001 20 00000000")))
                    .isEqualTo(FLAG_COMBO);
        }

        @Test
        void ofValues_areByOpcode() {
            for (Row row : TABLE) {
                if (!whole(row)) {
                    String wrong = value(row).isEmpty() ? "1" : "";
                    assertThat(client.status(Subdoc.single(row.opcode, mandatory(row), "p", wrong)
                                    .frame("k")))
                            .as("%02x", row.opcode)
                            .isEqualTo(EINVAL);
                }
                if (row.mutates && row.opcode != 0x01) {
                    String wrong = value(row).isEmpty() ? "1" : "";
                    assertThat(client.status(Subdoc.mutation()
                                    .step(row.opcode, mandatory(row), path(row), wrong)
                                    .frame("k")))
                            .as("%02x", row.opcode)
                            .isEqualTo(EINVAL);
                }
            }
        }

        @Test
        void emptyPaths_areForThoseThatWorkOnTheRoot() {
            for (Row row : TABLE) {
                boolean legal = whole(row)
                        || row.opcode == 0xd2
                        || row.opcode == 0xcb
                        || row.opcode == 0xcc
                        || row.opcode == 0xce;
                Subdoc multi = (row.mutates ? Subdoc.mutation() : Subdoc.lookup()).step(row.opcode, 0, "", value(row));
                assertThat(client.status(multi.frame("k")) == MISSING)
                        .as("%02x", row.opcode)
                        .isEqualTo(legal);
                if (!whole(row)) {
                    assertThat(client.status(Subdoc.single(row.opcode, 0, "", value(row))
                                            .frame("k"))
                                    == MISSING)
                            .as("%02x", row.opcode)
                            .isEqualTo(legal);
                }
            }
        }
    }

    @Nested
    class Attributes {
        @Test
        void needTheFeature_andABucketThatHasThem() {
            Subdoc lookup = Subdoc.single(Subdoc.GET, Subdoc.XATTR, "x", "");
            assertThat(server.connect().status(lookup.frame("k"))).isEqualTo(NOT_SUPPORTED);
            server.datatypes("default", new DatatypeSettings(CompressionMode.OFF, 1.2, false));
            assertThat(client.status(lookup.frame("k"))).isEqualTo(NOT_SUPPORTED);
            assertThat(client.status(Subdoc.lookup().xattr("x").frame("k"))).isEqualTo(NOT_SUPPORTED);
            assertThat(client.status(Subdoc.lookup().get("x").frame("k"))).isEqualTo(MISSING);
        }

        @Test
        void haveKeys_thatAreLegal() {
            for (String legal : new String[] {"a", "a.b", "a[0]", "_ab", "$document", "0", "ä", "123456789012345.x"}) {
                assertThat(client.status(Subdoc.lookup().xattr(legal).frame("k")))
                        .as(legal)
                        .isEqualTo(MISSING);
            }
            for (String wrong :
                    new String[] {"", "_", "$", ".a", "[0]", "!a", "1234567890123456", "`a`", "a`b", "\u0001"}) {
                assertThat(client.status(Subdoc.lookup().xattr(wrong).frame("k")))
                        .as(wrong)
                        .isEqualTo(XATTR_EINVAL);
                assertThat(client.status(Subdoc.single(Subdoc.DICT_ADD, Subdoc.XATTR, wrong, "1")
                                .frame("k")))
                        .as(wrong)
                        .isEqualTo(XATTR_EINVAL);
            }
        }

        @Test
        void thatAreVirtual_areNotWritten() {
            assertThat(client.status(Subdoc.single(Subdoc.DICT_ADD, Subdoc.XATTR, "$document.CAS", "1")
                            .frame("k")))
                    .isEqualTo(CANT_MODIFY_VATTR);
            assertThat(client.status(
                            Subdoc.mutation().upsertXattr("$anything", "1").frame("k")))
                    .isEqualTo(CANT_MODIFY_VATTR);
        }

        @Test
        void takeBinaryContent_onlyWhereItIsSound() {
            Subdoc good = Subdoc.mutation().upsertXattr("x", "\"cb-content-base64-encoded:AAEC/w==\"");
            assertThat(client.status(good.frame("k"))).isEqualTo(MISSING);
            for (String wrong : new String[] {"A", "AAE*", "AAEC/w="}) {
                String value = "{\"a\":\"cb-content-base64-encoded:" + wrong + "\"}";
                assertThat(client.status(
                                Subdoc.mutation().upsertXattr("x", value).frame("k")))
                        .as(wrong)
                        .isEqualTo(XATTR_EINVAL);
            }
            assertThat(client.status(Subdoc.mutation()
                            .upsert("x", "\"cb-content-base64-encoded:*\"")
                            .frame("k")))
                    .as("in the body")
                    .isEqualTo(MISSING);
        }

        @Test
        void takeMacros_thatAreKnown() {
            for (String macro : new String[] {
                "${Mutation.CAS}",
                "${Mutation.seqno}",
                "${Mutation.value_crc32c}",
                "${$document}",
                "${$document.CAS}",
                "${$document.anything}",
                "${$documentary}"
            }) {
                assertThat(client.status(Subdoc.mutation()
                                .step(Subdoc.DICT_UPSERT, 0x14, "x", '"' + macro + '"')
                                .frame("k")))
                        .as(macro)
                        .isEqualTo(MISSING);
            }
            for (String wrong : new String[] {
                "\"${Mutation.cas}\"",
                "${Mutation.CAS}",
                "1",
                "\"${$vbucket}\"",
                "\"${$document\"",
                "\"${$document.CAS}"
            }) {
                assertThat(client.status(Subdoc.mutation()
                                .step(Subdoc.DICT_UPSERT, 0x14, "x", wrong)
                                .frame("k")))
                        .as(wrong)
                        .isEqualTo(UNKNOWN_MACRO);
            }
        }
    }

    @Nested
    class Several {
        @Test
        void areOneToSixteen() {
            Subdoc lookup = Subdoc.lookup();
            Subdoc mutation = Subdoc.mutation();
            assertThat(client.status(lookup.frame("k"))).isEqualTo(INVALID_COMBO);
            assertThat(client.status(mutation.frame("k"))).isEqualTo(INVALID_COMBO);
            for (int i = 1; i <= 16; i++) {
                assertThat(client.status(lookup.get("p" + i).frame("k"))).isEqualTo(MISSING);
                assertThat(client.status(mutation.upsert("p" + i, "1").frame("k")))
                        .isEqualTo(MISSING);
            }
            assertThat(client.status(lookup.get("p").frame("k"))).isEqualTo(INVALID_COMBO);
            assertThat(client.status(mutation.upsert("p", "1").frame("k"))).isEqualTo(INVALID_COMBO);
        }

        @Test
        void thatAreCutShort_areEinval() {
            byte[] lookup = Subdoc.lookup().get("ab").get("cd").frame("k").bytes();
            byte[] mutation = Subdoc.mutation()
                    .upsert("ab", "12")
                    .upsert("cd", "34")
                    .frame("k")
                    .bytes();
            for (byte[] whole : new byte[][] {lookup, mutation}) {
                int value = 25;
                int first = (whole.length - value) / 2;
                for (int cut = 1; cut < whole.length - value; cut++) {
                    byte[] part = Arrays.copyOfRange(whole, value, value + cut);
                    int expected = cut == first ? MISSING : EINVAL;
                    assertThat(client.status(Frame.of(whole[1] & 0xff).key("k").value(part)))
                            .as("cut to %d", cut)
                            .isEqualTo(expected);
                }
            }
        }

        @Test
        void areOfTheirKind() {
            for (int opcode = 0; opcode < 256; opcode++) {
                boolean lookup = false;
                boolean mutation = false;
                for (Row row : TABLE) {
                    lookup |= row.opcode == opcode && !row.mutates;
                    mutation |= row.opcode == opcode && row.mutates;
                }
                assertThat(client.status(Subdoc.lookup().step(opcode, 0, "", "").frame("k")) == INVALID_COMBO)
                        .as("%02x among look-ups", opcode)
                        .isEqualTo(!lookup);
                assertThat(client.status(Subdoc.mutation()
                                        .step(opcode, 0, "", "1")
                                        .frame("k"))
                                == INVALID_COMBO)
                        .as("%02x among mutations", opcode)
                        .isEqualTo(!mutation);
            }
        }

        @Test
        void ofTheWholeDocument_haveNoPath() {
            assertThat(client.status(Subdoc.lookup().step(0x00, 0, "p", "").frame("k")))
                    .isEqualTo(EINVAL);
            assertThat(client.status(Subdoc.mutation().step(0x01, 0, "p", "1").frame("k")))
                    .isEqualTo(EINVAL);
            assertThat(client.status(Subdoc.mutation().step(0x04, 0, "p", "").frame("k")))
                    .isEqualTo(EINVAL);
        }

        @Test
        void nameXattrsFirst() {
            assertThat(client.status(Subdoc.lookup().get("p").xattr("x").frame("k")))
                    .isEqualTo(XATTR_ORDER);
            assertThat(client.status(Subdoc.mutation()
                            .upsert("p", "1")
                            .upsertXattr("x", "1")
                            .frame("k")))
                    .isEqualTo(XATTR_ORDER);
            assertThat(client.status(
                            Subdoc.lookup().xattr("x").get("p").xattr("y").frame("k")))
                    .isEqualTo(XATTR_ORDER);
            assertThat(client.status(
                            Subdoc.lookup().xattr("x").xattr("y").get("p").frame("k")))
                    .as("several keys")
                    .isEqualTo(MISSING);
        }

        @Test
        void doNotDeleteTheBody_andUseIt() {
            Subdoc before = Subdoc.mutation().upsert("p", "1").step(0x04, 0, "", "");
            Subdoc after = Subdoc.mutation().step(0x04, 0, "", "").upsert("p", "1");
            Subdoc xattr = Subdoc.mutation().upsertXattr("x", "1").step(0x04, 0, "", "");
            assertThat(client.status(before.frame("k"))).isEqualTo(INVALID_COMBO);
            assertThat(client.status(after.frame("k"))).isEqualTo(INVALID_COMBO);
            assertThat(client.status(xattr.frame("k"))).isEqualTo(MISSING);
        }
    }

    @Test
    void withoutABucket_thatIsTheAnswer() {
        WireClient stranger = server.connect();
        stranger.call(Frame.hello(0x08, XERROR));
        assertThat(stranger.status(Subdoc.lookup().frame("k"))).isEqualTo(0x08);
        assertThat(stranger.status(Subdoc.single(Subdoc.GET, 0xff, "", "").frame("k")))
                .isEqualTo(0x08);
    }

    @Test
    void framingExtras_areForMutations() {
        for (Row row : TABLE) {
            Subdoc multi = multi(row, mandatory(row)).framing("50");
            assertThat(client.status(multi.frame("k"))).isEqualTo(row.mutates ? MISSING : NOT_SUPPORTED);
            multi.framing("11 01");
            assertThat(client.status(multi.frame("k"))).isEqualTo(row.mutates ? MISSING : EINVAL);
        }
    }
}
