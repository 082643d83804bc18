package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.MissingSnappy;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The datatype byte and what it does to values, but for xattrs: {@code protocol-kv} 2.3 and 3.3. */
class DatatypeWireTest extends WireContract {

    static final int XATTR = 0x06;
    static final int SNAPPY = 0x0a;
    static final int SNAPPY_EVERYWHERE = 0x13;

    /** Some JSON that Snappy makes much shorter, in the size that stays on the loop and in one that leaves it. */
    private static final String SMALL = "{\"text\":\"" + "x".repeat(200) + "\"}";

    private static final String LARGE = "{\"text\":\"" + "x".repeat(200_000) + "\"}";

    private static byte[] snappy(String value) {
        return snappy(value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] snappy(byte[] value) {
        return Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length));
    }

    private static Frame set(String key, byte[] value, int datatype) {
        return Frame.set(key, "").value(value).datatype(datatype);
    }

    private void compression(CompressionMode mode) {
        server.datatypes("default", new DatatypeSettings(mode, 1.2, true));
    }

    /** What the engine really has. */
    private Answer stored(String key) {
        return new EngineDriver(server.engine("default").inner(), server.scheduler(), 1).get(0, Key.of(key));
    }

    private void expectStored(String key, int datatype, byte[] value) {
        Answer answer = stored(key);
        assertThat((int) answer.datatype()).as("datatype").isEqualTo(datatype);
        assertThat(Arrays.equals(answer.value(), value)).as("value").isTrue();
    }

    private static void expectShown(Response response, int datatype, byte[] value) {
        assertThat(response.status()).isZero();
        assertThat(response.datatype()).as("datatype").isEqualTo(datatype);
        assertThat(Arrays.equals(response.value(), value)).as("value").isTrue();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Nested
    class Hello {
        @Test
        void grantsSnappyAndXattrs_byNumber() {
            assertThat(client.call(Frame.hello(SNAPPY_EVERYWHERE, 0x22, SNAPPY, XATTR))
                            .value())
                    .isEqualTo(Hex.bytes("0006 000a 0013 0022"));
        }

        @Test
        void withoutTheLibrary_grantsTheRest_andAsksForItOnce() {
            try (MissingSnappy missing = new MissingSnappy()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(client.call(Frame.hello(JSON, SNAPPY_EVERYWHERE, SNAPPY, XATTR))
                                    .value())
                            .isEqualTo(Hex.bytes("0006 000b"));
                }
                assertThat(missing.attempts()).isEqualTo(1);
                assertThat(client.status(set("k", snappyByHand(), 2))).isEqualTo(0x04);
            }
        }

        @Test
        void whatIsBehindIt_waitsForTheLibrary() {
            WireClient other = server.connect();
            byte[] answers = other.exchange(Frame.hello(SNAPPY), set("k", snappyByHand(), 2), Frame.get("k"));
            assertThat(Response.parse(answers)).extracting(Response::status).containsExactly(0, 0, 0);
        }

        /** "abcabcabc" */
        private byte[] snappyByHand() {
            return Hex.bytes("09 08 'abc' 16 0300");
        }
    }

    @Nested
    class Rules {
        @Test
        void bitsThatWereNotNegotiated_areEinval() {
            WireClient json = connect(JSON);
            assertThat(json.status(set("k", snappy(SMALL), 2))).isEqualTo(0x04);
            assertThat(client.status(set("k", utf8("1"), 1))).isEqualTo(0x04);
            assertThat(connect(SNAPPY).status(set("k", snappy(SMALL), 3))).isEqualTo(0x04);
            assertThat(client.status(set("k", utf8("1"), 8))).isEqualTo(0x04);
        }

        @Test
        void snappyEverywhere_turnsSnappyOn() {
            assertThat(connect(SNAPPY_EVERYWHERE).status(set("k", snappy(SMALL), 2)))
                    .isZero();
        }

        @Test
        void aStoreTakesNoXattrs_andAReadNoDatatype() {
            WireClient all = connect(XATTR, SNAPPY, JSON);
            assertThat(all.status(set("k", Hex.bytes("00000000 '1'"), 4))).isEqualTo(0x04);
            assertThat(all.status(Frame.get("k").datatype(2))).isEqualTo(0x04);
            assertThat(all.status(Frame.of(0x04).key("k").datatype(1))).isEqualTo(0x04);
        }

        @Test
        void aValueThatDoesNotInflate_isEinval_beforeItsFramingExtrasAreLookedAt() {
            WireClient snappy = connect(SNAPPY);
            for (int opcode : new int[] {0x01, 0x02, 0x03}) {
                Frame frame =
                        Frame.of(opcode).key("k").extras("00000000 00000000").datatype(2);
                assertThat(snappy.status(frame.value(Hex.bytes("09 08 'abc'")))).isEqualTo(0x04);
                assertThat(snappy.status(frame.value(new byte[0])))
                        .as("no value")
                        .isEqualTo(0x04);
            }
            store("k", "1");
            for (int opcode : new int[] {0x0e, 0x0f}) {
                assertThat(snappy.status(Frame.of(opcode).key("k").datatype(2).value(Hex.bytes("09 08 'abc'"))))
                        .isEqualTo(0x04);
            }
            Frame unknownFramingExtra = set("k", utf8("nonsense"), 2).framing("30");
            assertThat(snappy.status(unknownFramingExtra)).isEqualTo(0x04);
            assertThat(snappy.status(set("k", snappy(SMALL), 2).framing("30"))).isEqualTo(0x80);
            assertThat(read("k")).isEqualTo("1");
        }

        @Test
        void aLargeValueThatDoesNotInflate_isEinval() {
            byte[] whole = snappy(LARGE);
            byte[] cut = Arrays.copyOf(whole, whole.length - 1);
            byte[] block = whole.clone();
            Arrays.fill(block, 100, 110, (byte) 0xff); // Copies of bytes from 4 GiB before.
            WireClient snappy = connect(SNAPPY);
            assertThat(snappy.status(set("k", cut, 2))).isEqualTo(0x04);
            assertThat(snappy.status(set("k", block, 2))).isEqualTo(0x04);
            assertThat(snappy.status(Frame.noop())).isZero();
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();
        }

        @Test
        void whatItClaims_isHeldAgainstTheLimits_beforeAnythingIsReserved() {
            WireClient snappy = connect(SNAPPY);
            // 64 KiB of claims for some bytes each: reserved, they would be 16 GiB.
            for (int i = 0; i < 8; i++) {
                assertThat(snappy.status(set("k", Hex.bytes("ffffffff07 00 'a'"), 2)))
                        .isEqualTo(0x04);
            }
            int frame = server.limits().frameBytesMax();
            int value = server.limits().valueBytesMax();
            assertThat(snappy.status(set("k", claim(frame + 1), 2)))
                    .as("beyond a frame")
                    .isEqualTo(0x04);
            assertThat(snappy.status(set("k", claim(frame), 2))).as("a frame").isEqualTo(0x03);
            assertThat(snappy.status(set("k", claim(value + 1), 2)))
                    .as("beyond a value")
                    .isEqualTo(0x03);
            assertThat(snappy.status(set("k", claim(value), 2)))
                    .as("a value, of which nothing comes")
                    .isEqualTo(0x04);
        }

        private byte[] claim(int bytes) {
            return new byte[] {
                (byte) (bytes | 0x80), (byte) (bytes >> 7 | 0x80), (byte) (bytes >> 14 | 0x80), (byte) (bytes >> 21)
            };
        }

        @Test
        void limits_holdForTheInflatedValue() {
            WireClient snappy = connect(SNAPPY);
            byte[] most = new byte[server.limits().valueBytesMax()];
            assertThat(snappy.status(set("k", snappy(most), 2))).isZero();
            assertThat(snappy.status(set("k", snappy(new byte[most.length + 1]), 2)))
                    .isEqualTo(0x03);
            assertThat(snappy.status(Frame.of(0x0e)
                            .key("k")
                            .value(snappy(new byte[] {1}))
                            .datatype(2)))
                    .as("one more, appended")
                    .isEqualTo(0x03);
        }
    }

    @Nested
    class Storing {
        @Test
        void modeOff_storesInflated() {
            for (String value : new String[] {SMALL, LARGE}) {
                assertThat(connect(SNAPPY).status(set("k", snappy(value), 2))).isZero();
                expectStored("k", Datatype.JSON, utf8(value));
            }
        }

        @Test
        void modePassive_keepsWhatCameCompressed_ifItSavesEnough() {
            compression(CompressionMode.PASSIVE);
            byte[] noise = new byte[300];
            new Random(3).nextBytes(noise);
            for (String value : new String[] {SMALL, LARGE}) {
                WireClient snappy = connect(SNAPPY);
                assertThat(snappy.status(set("k", snappy(value), 2))).isZero();
                expectStored("k", Datatype.JSON | Datatype.SNAPPY, snappy(value));
                assertThat(snappy.status(Frame.set("k", value))).isZero();
                expectStored("k", Datatype.JSON, utf8(value));
                assertThat(snappy.status(set("k", snappy(noise), 2))).isZero();
                expectStored("k", Datatype.RAW, noise);
            }
        }

        @Test
        void theRatio_decides() {
            byte[] value = utf8(SMALL);
            byte[] compressed = snappy(value);
            double ratio = (double) value.length / compressed.length;
            server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, ratio, true));
            connect(SNAPPY).status(set("k", compressed, 2));
            expectStored("k", Datatype.JSON | Datatype.SNAPPY, compressed);
            server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, ratio + 0.01, true));
            connect(SNAPPY).status(set("k", compressed, 2));
            expectStored("k", Datatype.JSON, value);
        }

        @Test
        void modeActive_compressesWhatCameAsItIs_ifThatSavesEnough() {
            compression(CompressionMode.ACTIVE);
            byte[] noise = new byte[100_000];
            new Random(3).nextBytes(noise);
            for (String value : new String[] {SMALL, "{\"a\":\"" + "y".repeat(8_000) + "\"}", LARGE}) {
                assertThat(client.status(Frame.set("k", value))).isZero();
                expectStored("k", Datatype.JSON | Datatype.SNAPPY, snappy(value));
                expectShown(client.call(Frame.get("k")), 0, utf8(value));
            }
            assertThat(client.status(Frame.set("k", "").value(noise))).isZero();
            expectStored("k", Datatype.RAW, noise);
            assertThat(client.status(Frame.set("k", "{}"))).isZero();
            expectStored("k", Datatype.JSON, utf8("{}"));
        }

        @Test
        void json_isWhatTheInflatedBytesSay_notTheClient() {
            WireClient all = connect(SNAPPY, JSON);
            for (CompressionMode mode : CompressionMode.values()) {
                compression(mode);
                for (String value : new String[] {SMALL, LARGE, "1", "x" + SMALL, "x" + LARGE}) {
                    for (int datatype = 0; datatype <= 3; datatype++) {
                        byte[] sent = (datatype & 2) != 0 ? snappy(value) : utf8(value);
                        assertThat(all.status(set("k", sent, datatype))).isZero();
                        assertThat(stored("k").datatype() & Datatype.JSON)
                                .isEqualTo(value.startsWith("x") ? 0 : Datatype.JSON);
                    }
                }
            }
        }
    }

    @Nested
    class Reading {
        /** Getters of a compressed document; its flags and keys are none. */
        private final Frame[] getters = {
            Frame.get("k"),
            Frame.of(0x09).key("k"),
            Frame.of(0x1d).key("k").extras("00000000"),
            Frame.of(0x94).key("k")
        };

        @Test
        void isCompressed_forWhoTakesThat_inflated_forOthers_andMaskedForAll() {
            compression(CompressionMode.PASSIVE);
            for (String value : new String[] {SMALL, LARGE}) {
                for (Frame getter : getters) {
                    connect(SNAPPY).call(set("k", snappy(value), 2));
                    expectShown(connect(SNAPPY, JSON).call(Frame.get("k")), 3, snappy(value));
                    expectShown(connect(SNAPPY_EVERYWHERE).call(Frame.get("k")), 2, snappy(value));
                    expectShown(connect(JSON).call(Frame.get("k")), 1, utf8(value));
                    expectShown(client.call(getter), 0, utf8(value));
                    server.advance(Duration.ofSeconds(16)); // Until the last of them, the lock, has ended.
                }
            }
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();
        }

        @Test
        void getk_ofALargeDocument_hasItsKey() {
            compression(CompressionMode.PASSIVE);
            connect(SNAPPY).call(set("key", snappy(LARGE), 2));
            Response response = client.call(Frame.of(0x0c).key("key"));
            assertThat(response.keyText()).isEqualTo("key");
            expectShown(response, 0, utf8(LARGE));
        }

        @Test
        void whereTheLibraryIsMissing_aCompressedDocument_isAnInternalError() {
            compression(CompressionMode.PASSIVE);
            connect(SNAPPY).call(set("k", snappy(SMALL), 2));
            try (MissingSnappy missing = new MissingSnappy()) {
                assertThat(client.status(Frame.get("k"))).isEqualTo(0x84);
                assertThat(client.status(Frame.get("k"))).isEqualTo(0x84);
                assertThat(missing.attempts()).isEqualTo(1);
            }
            assertThat(client.status(Frame.get("k"))).isZero();
        }

        @Test
        void garbageInTheStore_isAnInternalError() {
            new EngineDriver(server.engine("default").inner(), server.scheduler(), 1)
                    .store(0, Key.of("k"), Store.set("garbage").datatype(Datatype.SNAPPY));
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x84);
            assertThat(client.status(Frame.of(0x0e).key("k").value("x"))).isEqualTo(0x84);
            assertThat(client.status(Frame.noop())).isZero();
        }
    }

    @Nested
    class ReadModifyWrite {
        @Test
        void appendAndPrepend_inflateBoth_andStoreInflated() {
            compression(CompressionMode.PASSIVE);
            for (String value : new String[] {SMALL, LARGE}) {
                WireClient snappy = connect(SNAPPY);
                snappy.call(set("k", snappy(value), 2));
                String blanks = " ".repeat(500);
                assertThat(snappy.status(
                                Frame.of(0x0e).key("k").value(snappy(blanks)).datatype(2)))
                        .isZero();
                expectStored("k", Datatype.JSON, utf8(value + blanks));
                assertThat(snappy.status(Frame.of(0x0f)
                                .key("k")
                                .value(snappy("x" + blanks))
                                .datatype(2)))
                        .isZero();
                expectStored("k", Datatype.RAW, utf8("x" + blanks + value + blanks));
                assertThat(client.status(Frame.of(0x0e).key("k").value("y"))).isZero();
                expectStored("k", Datatype.RAW, utf8("x" + blanks + value + blanks + "y"));
            }
        }

        @Test
        void appendOfALargeValue_toASmallDocument() {
            store("k", "small ");
            assertThat(connect(SNAPPY)
                            .status(Frame.of(0x0e).key("k").value(snappy(LARGE)).datatype(2)))
                    .isZero();
            expectStored("k", Datatype.RAW, utf8("small " + LARGE));
        }

        @Test
        void increment_inflatesFirst() {
            compression(CompressionMode.PASSIVE);
            String number = " ".repeat(300) + "41";
            connect(SNAPPY).call(set("k", snappy(number), 2));
            expectStored("k", Datatype.JSON | Datatype.SNAPPY, snappy(number));
            Response response =
                    client.call(Frame.of(0x05).key("k").extras("0000000000000001 0000000000000000 00000000"));
            assertThat(response.status()).isZero();
            assertThat(response.datatype()).isZero();
            expectStored("k", Datatype.JSON, utf8("42"));
        }
    }
}
