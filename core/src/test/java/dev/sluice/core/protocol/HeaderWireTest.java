package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.statistics.ServerCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a header must look like, in which order that is checked, and what is answered or closed where it does not. */
class HeaderWireTest {

    private static final int EINVAL = 0x04;
    private static final int SNAPPY = 0x02;

    private TestServer server = new TestServer();
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = TestServer.naive();
        client = server.connect();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** One row of the validator matrix; a plus stands for required, a minus for forbidden, an o for optional. */
    private record Row(String opcodes, String extras, char key, char value, String cas, String datatypes) {}

    private static final List<Row> MATRIX = List.of(
            new Row("00 09 0c 0d", "0", '+', '-', "0", "raw"),
            new Row("01 11 03 13", "8", '+', 'o', "any", "json"),
            new Row("02 12", "8", '+', 'o', "0", "json"),
            new Row("0e 0f 19 1a", "0", '+', 'o', "any", "json"),
            new Row("04 14", "0", '+', '-', "any", "raw"),
            new Row("05 06 15 16", "20", '+', '-', "0", "raw"),
            new Row("1c 1d 1e", "4", '+', '-', "0", "raw"),
            new Row("94", "0 4", '+', '-', "0", "raw"),
            new Row("95", "0", '+', '-', "not 0", "raw"),
            new Row("0a 0b 87", "0", '-', '-', "0", "raw"),
            new Row("10", "0", 'o', 'o', "0", "json"),
            new Row("1b", "4", '-', '-', "0", "raw"),
            new Row("1f", "0", 'o', 'o', "0", "raw"),
            new Row("89", "0", 'o', '-', "any", "raw"),
            new Row("20 f1 f7", "0", '-', '-', "0", "raw"),
            new Row("fe", "0", '-', '+', "0", "raw"),
            new Row("b9", "0", '-', '+', "0", "raw"),
            new Row("ba", "0", '-', '-', "0", "raw"),
            new Row("bb bc", "0", 'o', 'o', "0", "raw"),
            new Row("3e", "0", 'o', '-', "0", "raw"),
            new Row("ae ad", "0", '-', '-', "0", "raw"),
            new Row("b5", "0 16", '-', '-', "0", "raw"),
            new Row("da", "0", '-', '+', "0", "json"),
            new Row("85", "0", '+', '+', "any", "raw"),
            new Row("86", "0", '+', 'o', "any", "raw"),
            new Row("8a 8b", "0", 'o', '-', "0", "raw"),
            new Row("25 8c", "0", '-', '+', "0", "raw"),
            new Row("26 f5", "0", '-', '-', "0", "raw"),
            new Row("2b", "2", '+', '-', "0", "raw"),
            new Row("82", "4", '+', '+', "0", "raw"),
            new Row("24", "0", '+', 'o', "0", "raw"),
            new Row("f3", "1", 'o', '-', "0", "raw"),
            new Row("f4", "8", '-', '-', "any", "raw"),
            new Row("db", "28", '-', '-', "0", "raw"),
            new Row("dc", "16", '-', '-', "0", "raw"),
            new Row("49 4a 83 93", "0", '+', '-', "0", "raw"),
            new Row("a0 a1", "0 1", '+', '-', "0", "raw"),
            new Row("a2 a3 a4 a5 a8 a9", "24 26 28 30", '+', 'o', "any", "json"),
            new Row("4b", "4", '+', '+', "any", "json"),
            new Row("b2", "12", '+', 'o', "any", "raw"),
            new Row("b8", "0 4", '+', '-', "0", "raw"),
            new Row("b6", "0", '-', '-', "0", "raw"), // without collections
            new Row("92", "0", '-', '+', "0", "raw"),
            new Row("91", "0", '-', '+', "any", "raw"),
            new Row("48", "0 4", '-', '-', "0", "raw"), // without collections
            new Row("96", "0", '-', '-', "any", "raw"),
            new Row("b7", "8", '-', '-', "0", "raw"),
            new Row("af", "0", '+', 'o', "0", "json"),
            new Row("80 81", "0", '-', '-', "0", "raw"),
            new Row("b3", "24", '-', 'o', "0", "json"),
            new Row("c5 c6 c7 c8 c9 ca cb cc cd ce cf d2 d3", "3 4 7 8 11 12", '+', 'o', "any", "raw"),
            new Row("d0", "0 1", '+', 'o', "any", "raw"),
            new Row("d1", "0 1 4 5 8 9", '+', 'o', "any", "raw"));

    /** Their extras, keys and values have rules of their own, by which nothing short is legal. */
    private static final Set<Integer> PARTICULAR = Set.of(
            0xda, 0x4b, 0xb2, 0x91, 0x92, 0xaf, 0x82, 0x24, 0xf4, 0xb9, 0xbb, 0xbc, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca,
            0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd2, 0xd3);

    private static List<Integer> opcodes(Row row) {
        List<Integer> opcodes = new ArrayList<>();
        for (String opcode : row.opcodes().split(" ", -1)) {
            opcodes.add(Integer.parseInt(opcode, 16));
        }
        return opcodes;
    }

    /** A request that is legal by its row. */
    private static Frame legal(int opcode, Row row) {
        Frame frame = Frame.of(opcode);
        frame.extras("00".repeat(Integer.parseInt(row.extras().split(" ", -1)[0])));
        if (row.key() == '+') {
            frame.key("k");
        }
        if (row.value() == '+') {
            frame.value("[]");
        }
        if (row.cas().equals("not 0")) {
            frame.cas(1);
        }
        return frame;
    }

    private int status(Frame frame) {
        List<Response> responses = client.ask(frame.opaque(0x77), Frame.noop());
        assertThat(client.closed()).as("closed").isFalse();
        return responses.get(0).opaque() == 0x77 ? responses.get(0).status() : 0; // 0: quiet, and no news is good news
    }

    @Nested
    class Validators {
        @BeforeEach
        void hello() {
            assertThat(client.status(Frame.hello(0x07, 0x0b))).isZero();
        }

        @Test
        void legalRequests_pass() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    if (!PARTICULAR.contains(opcode)) {
                        assertThat(status(legal(opcode, row)))
                                .as("%02x", opcode)
                                .isNotEqualTo(EINVAL);
                    }
                }
            }
        }

        @Test
        void extras_ofAnotherLength_areEinval() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    for (int length = 0; length < 70; length++) {
                        if (!Set.of(row.extras().split(" ", -1)).contains(Integer.toString(length))) {
                            assertThat(status(legal(opcode, row).extras("00".repeat(length))))
                                    .as("%02x with extras of %d", opcode, length)
                                    .isEqualTo(EINVAL);
                        }
                    }
                }
            }
        }

        @Test
        void missingAndSurplusKeys_areEinval() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    if (row.key() != 'o') {
                        assertThat(status(legal(opcode, row).key(row.key() == '+' ? "" : "k")))
                                .as("%02x", opcode)
                                .isEqualTo(EINVAL);
                    }
                    if (row.key() == '+') {
                        assertThat(status(legal(opcode, row).key("k".repeat(251))))
                                .as("%02x", opcode)
                                .isEqualTo(EINVAL);
                    }
                }
            }
        }

        @Test
        void missingAndSurplusValues_areEinval() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    if (row.value() != 'o') {
                        assertThat(status(legal(opcode, row).value(row.value() == '+' ? "" : "v")))
                                .as("%02x", opcode)
                                .isEqualTo(EINVAL);
                    }
                }
            }
        }

        @Test
        void missingAndSurplusCas_areEinval() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    if (!row.cas().equals("any")) {
                        assertThat(status(legal(opcode, row).cas(row.cas().equals("0") ? 1 : 0)))
                                .as("%02x", opcode)
                                .isEqualTo(EINVAL);
                    }
                }
            }
        }

        @Test
        void datatypes_thatTheOpcodeOrTheConnectionDoesNotTake_areEinval() {
            for (Row row : MATRIX) {
                for (int opcode : opcodes(row)) {
                    for (int datatype : new int[] {SNAPPY, 4, 6, 7, 8, 0x80, 0xff}) {
                        assertThat(status(legal(opcode, row).datatype(datatype)))
                                .as("%02x with datatype %d", opcode, datatype)
                                .isEqualTo(EINVAL);
                    }
                    if (row.datatypes().equals("raw")) {
                        assertThat(status(legal(opcode, row).datatype(1)))
                                .as("%02x", opcode)
                                .isEqualTo(EINVAL);
                    }
                }
            }
            // JSON was asked for by this client, and was not by another.
            assertThat(status(Frame.set("k", "1").datatype(1))).isZero();
            assertThat(server.connect().status(Frame.set("k", "1").datatype(1))).isEqualTo(EINVAL);
        }

        @Test
        void statValue_mustBeFlaggedJson_andBeJson() {
            assertThat(status(Frame.of(0x10).key("settings").value("{}"))).isEqualTo(EINVAL);
            assertThat(status(Frame.of(0x10).key("settings").value("{").datatype(1)))
                    .isEqualTo(EINVAL);
            assertThat(status(Frame.of(0x10).key("settings").value("{}").datatype(1)))
                    .isZero();
        }

        @Test
        void validatorsCode_isTheSameWithoutXerror() {
            assertThat(server.connect().status(Frame.get(""))).isEqualTo(EINVAL);
        }
    }

    @Nested
    class ErrorBodies {
        // The text is not part of the contract; its wrapping is.
        private final String wrapped = "\\{\"error\":\\{\"context\":\"[^\"]+\"}}";

        @Test
        void refusedRequests_sayWhy_asJson() {
            client.call(Frame.hello(0x0b));
            Response response = client.call(Frame.get("k").cas(1));
            assertThat(response.text()).matches(wrapped);
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.cas()).isZero();
            assertThat(response.extras()).isEmpty();
            assertThat(response.key()).isEmpty();
        }

        @Test
        void refusedRequests_ofClientsWithoutJson_getTheSameBytesAsRaw() {
            Response response = client.call(Frame.get("k").cas(1));
            assertThat(response.text()).matches(wrapped);
            assertThat(response.datatype()).isZero();
        }

        @Test
        void failureWithNothingToSay_hasNoBody_andIsRaw() {
            client.call(Frame.hello(0x0b));
            client.expect(Frame.get("k"), "81 00 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }
    }

    @Nested
    class Opcodes {
        private static final String REMOVED =
                "30 31 32 33 34 35 36 37 38 39 3a 3b 3c 40 41 42 43 44 45 46 47 2c 5a 97 9e 9f a6 a7 aa ac b0 b1 c1 c2 f0 f2";
        private static final String UNASSIGNED =
                "4c 4d 4e 4f 64 65 68 69 7a 7f 88 8d 8e 8f 90 98 9d ab bd be bf c0 c3 c4"
                        + " d4 d9 dd df e4 ef f9 fa fc fd ff";

        @Test
        void unassignedOpcodes_areUnknownCommand_whateverTheyCarry() {
            for (byte code : Hex.bytes(UNASSIGNED)) {
                assertThat(client.status(
                                Frame.of(code & 0xff).key("k").value("v").cas(9)))
                        .as("%02x", code)
                        .isEqualTo(0x81);
            }
            client.expect(Frame.of(0x64), "81 64 0000 00 00 0081 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void removedOpcodes_areNotSupported_whateverTheyCarry() {
            for (byte code : Hex.bytes(REMOVED)) {
                assertThat(client.status(
                                Frame.of(code & 0xff).key("k").value("v").cas(9).datatype(1)))
                        .as("%02x", code)
                        .isEqualTo(0x83);
            }
        }

        @Test
        void everyOtherNumber_isEitherServedOrNotSupported() {
            Set<Integer> served =
                    new TreeSet<>(List.of(0x07, 0x08, 0x17, 0x18, 0x21, 0x22, 0xaf, 0xfb, 0x3d, 0x3f, 0xb4));
            MATRIX.forEach(row -> served.addAll(opcodes(row)));
            for (int code = 0; code < 256; code++) {
                boolean unassigned = Hex.bytes(UNASSIGNED).length > 0 && contains(UNASSIGNED, code);
                if (!served.contains(code) && !unassigned) {
                    int status = client.status(Frame.of(code));
                    assertThat(status).as("%02x", code).isIn(0x81, 0x83);
                    boolean known = Opcode.of(code) != null;
                    assertThat(status).as("%02x", code).isEqualTo(known ? 0x83 : 0x81);
                }
            }
        }

        private static boolean contains(String codes, int code) {
            for (byte one : Hex.bytes(codes)) {
                if ((one & 0xff) == code) {
                    return true;
                }
            }
            return false;
        }
    }

    @Nested
    class Magics {
        @Test
        void otherFirstBytes_closeWithoutAnAnswer() {
            for (int magic = 0; magic < 256; magic++) {
                if (!Set.of(0x80, 0x81, 0x08, 0x82, 0x83).contains(magic)) {
                    server.connect().expectClose(Frame.noop().magic(magic));
                    server.connect().expectClose(new byte[] {(byte) magic});
                }
            }
            assertThat(server.counter(ServerCounter.PROTOCOL_ERRORS)).isEqualTo(2 * 251);
        }

        @Test
        void whatWasAskedBefore_isAnsweredBeforeTheClose() {
            client.expect(
                    Frame.join(Frame.noop(), Frame.noop().magic(0x7f), Frame.noop()),
                    "81 0a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.closed()).isTrue();
        }

        @Test
        void responsesToNothing_close() {
            client.expect(
                    Frame.join(Frame.noop(), Frame.noop().magic(0x81), Frame.noop()),
                    "81 0a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.closed()).isTrue();
            server.connect(0, false).expectClose(Frame.noop().magic(0x81));
            server.connect().expectClose(Frame.of(0x02).magic(0x83));
        }

        @Test
        void answersToNotifications_areDropped() {
            client.expectSilence(Frame.of(0x01).magic(0x83), Frame.of(0x03).magic(0x83));
        }

        @Test
        void requestsThatOnlyAServerMakes_areRefused_beforeLoginToo() {
            for (WireClient any : List.of(client, server.connect(0, false))) {
                for (int code = 1; code <= 4; code++) {
                    assertThat(any.status(Frame.of(code).magic(0x82))).isEqualTo(0x83);
                }
                assertThat(any.status(Frame.of(5).magic(0x82))).isEqualTo(0x81);
                assertThat(any.status(Frame.of(0).magic(0x82))).isEqualTo(0x81);
            }
        }
    }

    @Nested
    class Lengths {
        @Test
        void partsLongerThanTheBody_close() {
            // key of 2 in a body of 1; extras of 1 in a body of 0; framing extras of 2 and a key of 1 in a body of 2
            server.connect()
                    .expectClose(Hex.bytes("80 00 0002 00 00 0000 | 00000001 | 0000000a | 0000000000000000 | 'k'"));
            server.connect().expectClose(Hex.bytes("80 00 0000 01 00 0000 | 00000000 | 0000000a | 0000000000000000"));
            server.connect()
                    .expectClose(Hex.bytes("08 00 02 01 00 00 0000 | 00000002 | 0000000a | 0000000000000000 | 0000"));
        }

        @Test
        void frameBeyondTheLimit_closesAsSoonAsItsHeaderIsThere() {
            int max = server.limits().frameBytesMax();
            client.expectClose(Hex.bytes("80 01 0001 08 00 0000 |" + String.format(Locale.ROOT, "%08x", max - 23)
                    + "| 0000000a | 0000000000000000"));
            server.connect().expectClose(Hex.bytes("80 01 0001 08 00 0000 | ffffffff | 0000000a | 0000000000000000"));
        }

        @Test
        void frameAtTheLimit_isAwaited() {
            int max = server.limits().frameBytesMax();
            assertThat(client.exchange(Hex.bytes("80 01 0001 08 00 0000 |"
                            + String.format(Locale.ROOT, "%08x", max - 24) + "| 0000000a | 0000000000000000")))
                    .isEmpty();
            assertThat(client.closed()).isFalse();
        }
    }

    @Nested
    class FramingExtras {
        private int framed(String framing) {
            return status(Frame.set("k", "v").framing(framing));
        }

        @Test
        void none_isLegal_withoutHello() {
            // 08: byte 2 counts framing extras, byte 3 the key
            client.expect(
                    Hex.bytes("08 0a 00 00 00 00 0000 | 00000000 | 0000000a | 0000000000000000"),
                    "81 0a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void barrier_isTakenEmptyOnly() {
            assertThat(framed("00")).isZero();
            assertThat(framed("01 00")).isEqualTo(EINVAL);
            assertThat(client.status(Frame.get("k").framing("00"))).isZero();
        }

        @Test
        void durability_levels() {
            assertThat(framed("11 01")).isZero();
            assertThat(framed("13 01 0001")).isZero();
            assertThat(framed("13 01 fffe")).isZero();
            for (String bad :
                    List.of("11 00", "11 04", "11 ff", "13 01 0000", "13 01 ffff", "13 00 0001", "13 04 0001")) {
                assertThat(framed(bad)).as(bad).isEqualTo(0xa0);
            }
            for (String bad : List.of("10", "12 01 00", "14 01 0001 00")) {
                assertThat(framed(bad)).as(bad).isEqualTo(EINVAL);
            }
        }

        @Test
        void durability_thatTheEngineCannotGive_isItsAnswer() {
            client.call(Frame.hello(0x07));
            assertThat(framed("11 02")).isEqualTo(0xa0);
            server.connect().expectClose(Frame.set("k", "v").framing("11 02"));
        }

        @Test
        void durability_ofReadsAndQuietWrites_isEinval() {
            assertThat(status(Frame.get("k").framing("11 01"))).isEqualTo(EINVAL);
            assertThat(status(Frame.noop().framing("11 01"))).isEqualTo(EINVAL);
            for (int quiet : new int[] {0x11, 0x12, 0x13}) {
                assertThat(status(Frame.of(quiet)
                                .key("k")
                                .extras("0000000000000000")
                                .framing("11 01")))
                        .isEqualTo(EINVAL);
            }
            for (int quiet : new int[] {0x14, 0x19, 0x1a}) {
                assertThat(status(Frame.of(quiet).key("k").framing("11 01"))).isEqualTo(EINVAL);
            }
        }

        @Test
        void durableWrites_areAnswered() {
            assertThat(framed("11 01")).isZero();
            assertThat(status(Frame.of(0x0e).key("k").value("w").framing("11 01")))
                    .isZero();
            assertThat(status(Frame.of(0x03)
                            .key("k")
                            .extras("0000000000000000")
                            .value("1")
                            .framing("11 01")))
                    .isZero();
            assertThat(status(Frame.of(0x05).key("k").extras("00".repeat(20)).framing("11 01")))
                    .isZero();
            assertThat(status(Frame.of(0x04).key("k").framing("11 01"))).isZero();
            assertThat(status(Frame.of(0x02).key("k").extras("0000000000000000").framing("11 01")))
                    .isZero();
        }

        @Test
        void preserveTtl_isForWhatMayKeepATtl() {
            assertThat(framed("50")).isZero();
            assertThat(framed("51 00")).isEqualTo(EINVAL);
            assertThat(status(Frame.of(0x11).key("k").extras("0000000000000000").framing("50")))
                    .isZero();
            assertThat(status(Frame.of(0x0e).key("k").framing("50"))).isZero();
            for (Frame other : List.of(
                    Frame.of(0x02).key("k").extras("0000000000000000"),
                    Frame.of(0x1c).key("k").extras("00000000"),
                    Frame.of(0x1d).key("k").extras("00000000"),
                    Frame.of(0x04).key("k"),
                    Frame.get("k"))) {
                assertThat(status(other.framing("50"))).isEqualTo(0x83);
            }
        }

        @Test
        void unknownIds_areUnknownFrameInfo() {
            assertThat(framed("30")).isEqualTo(0x80);
            assertThat(framed("80")).isEqualTo(0x80);
            assertThat(framed("e0")).isEqualTo(0x80);
            assertThat(framed("f0 00")).as("15").isEqualTo(0x80);
            assertThat(framed("f0 ff")).as("270").isEqualTo(0x80);
            assertThat(framed("00 11 01 30")).as("behind others").isEqualTo(0x80);
        }

        @Test
        void escapedLengths_areReadBehindTheId() {
            // id 8, length 15 + 1; id 15 + 2 with length 15 + 0
            assertThat(framed("8f 01" + "00".repeat(16))).isEqualTo(0x80);
            assertThat(framed("ff 02 00" + "00".repeat(15))).isEqualTo(0x80);
        }

        @Test
        void truncatedEntries_areEinval() {
            for (String cut : List.of("11", "13 01 00", "0f", "8f", "f0", "ff 00", "ff", "8f 01" + "00".repeat(15))) {
                assertThat(framed(cut)).as(cut).isEqualTo(EINVAL);
            }
        }

        @Test
        void impersonation_ofNobody_isRefused() {
            assertThat(framed("44 'user'")).as("unknown user").isEqualTo(0x24);
            assertThat(framed("44 '^usr'")).as("external user").isEqualTo(0x83);
            assertThat(framed("40")).isEqualTo(EINVAL);
            assertThat(framed("41 '^'")).isEqualTo(EINVAL);
            assertThat(framed("60")).isEqualTo(EINVAL);
            assertThat(framed("64 'Read'")).as("for nobody, without effect").isZero();
            assertThat(framed("64 'Reed'")).isEqualTo(EINVAL);
            assertThat(framed("72 0001")).isEqualTo(0x83);
        }

        @Test
        void severalEntries_allCount() {
            client.exchange(Frame.of(0x01).key("k").extras("00000000 00000064").value("v"));
            assertThat(framed("50 11 01 00")).isZero();
            server.clock().advance(java.time.Duration.ofSeconds(100));
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void headerIsCheckedBeforeFramingExtras() {
            assertThat(status(Frame.get("").framing("80"))).isEqualTo(EINVAL);
        }
    }
}
