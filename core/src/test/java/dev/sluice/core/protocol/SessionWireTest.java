package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.WireClient;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** HELLO, buckets, login, and the small commands. */
class SessionWireTest extends WireContract {

    @Nested
    class Hello {
        @Test
        void hello_answersWhatItGrants_onceEach_byNumber() {
            client.expect(
                    // asks for JSON, XERROR, JSON, TCP_NODELAY and two that nobody knows
                    Hex.bytes("80 1f 0004 00 00 0000 | 00000010 | 0000000a | 0000000000000000 | 'test'"
                            + "| 000b 0007 000b 0003 1234 ffff"),
                    "81 1f 0000 00 00 0000 | 00000006 | 0000000a | 0000000000000000 | 0003 0007 000b");
        }

        @Test
        void hello_withoutFeatures_isLegal_andKeyIsOptional() {
            client.expect(Frame.of(0x1f), "81 1f 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void everyHello_beginsAnew() {
            WireClient other = connect(XERROR, MUTATION_SEQNO);
            other.call(Frame.hello(TCP_NO_DELAY));
            other.expect(Frame.set("k", "v"), "81 01 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004");
        }

        @Test
        void hello_ofOddLength_isEinval_andLeavesWhatWas() {
            WireClient other = connect(MUTATION_SEQNO);
            assertThat(other.status(Frame.of(0x1f).value(Hex.bytes("0003 00")))).isEqualTo(0x04);
            assertThat(other.call(Frame.set("k", "v")).extras()).hasSize(16);
        }

        @Test
        void hello_ofMoreFeaturesThanThereCanBe_isEinval() {
            Frame longest = Frame.of(0x1f).value(new byte[1024]);
            assertThat(client.status(longest)).isZero();
            assertThat(client.status(Frame.of(0x1f).value(new byte[1026]))).isEqualTo(0x04);
        }

        @Test
        void hello_withoutAPrerequisite_isEinval_andLeavesWhatWas() {
            WireClient other = connect(MUTATION_SEQNO);
            for (int feature : new int[] {0x0d, 0x15, 0x18, 0x1f, 0x22, 0x24}) {
                assertThat(other.status(Frame.hello(TCP_NO_DELAY, feature)))
                        .as("feature " + feature)
                        .isEqualTo(0x04);
            }
            assertThat(other.call(Frame.set("k", "v")).extras()).hasSize(16);
            assertThat(other.status(Frame.hello(0x0c, 0x0d))).as("with it").isZero();
        }

        @Test
        void hello_withSelectBucket_movesToNoBucket() {
            WireClient other = connect(SELECT_BUCKET, XERROR);
            assertThat(other.status(Frame.get("k"))).isEqualTo(0x08);
            assertThat(other.status(Frame.of(0x89).key("default"))).isZero();
            assertThat(other.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void hello_behindOtherCommands_takesPlaceInItsTurn() {
            client.expect(
                    Frame.join(Frame.set("k", "v"), Frame.hello(MUTATION_SEQNO), Frame.set("k", "v")),
                    "81 01 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004",
                    "81 1f 0000 00 00 0000 | 00000002 | 0000000a | 0000000000000000 | 0004",
                    "81 01 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40005",
                    "18fae27693b40000 0000000000000002");
        }
    }

    @Nested
    class Buckets {
        @Test
        void listBuckets_namesThoseThatAreReady() {
            server.createBucket("another", disturbance.plan());
            client.expect(
                    Frame.of(0x87),
                    "81 87 0000 00 00 0000 | 0000000f | 0000000a | 0000000000000000 | 'another default'");
        }

        @Test
        void selectBucket_changesWhatCommandsWorkOn() {
            server.createBucket("another", disturbance.plan());
            store("k", "v");
            client.expect(
                    Frame.of(0x89).key("another"), "81 89 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
            assertThat(client.status(Frame.of(0x89).key("default"))).isZero();
            assertThat(client.call(Frame.get("k")).text()).isEqualTo("v");
        }

        @Test
        void selectBucket_ofNone_isKeyEnoent_andTheOldOneStays() {
            store("k", "v");
            client.expect(
                    Frame.of(0x89).key("missing"), "81 89 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(Frame.of(0x89))).as("the empty name").isEqualTo(0x01);
            assertThat(client.status(Frame.get("k"))).isZero();
        }

        @Test
        void theNameOfNoBucket_deselects() {
            WireClient xerror = connect(XERROR);
            assertThat(xerror.status(Frame.of(0x89).key("@no bucket@"))).isZero();
            xerror.expect(Frame.get("k"), "81 00 0000 00 00 0008 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void withoutABucket_dataCommands_areNoBucket_orClose() {
            WireClient xerror = connect(XERROR);
            for (Frame frame : List.of(
                    Frame.get("k"),
                    Frame.set("k", "v"),
                    Frame.of(0x11).key("k").extras("0000000000000000"),
                    Frame.of(0x09).key("k"),
                    Frame.of(0x10),
                    Frame.of(0x10).key("reset"),
                    Frame.of(0x08),
                    Frame.of(0xdc).extras("00000000000000000000000000000000"))) {
                xerror.call(Frame.of(0x89).key("@no bucket@"));
                assertThat(xerror.status(frame)).isEqualTo(0x08);
                WireClient old = server.connect();
                old.call(Frame.of(0x89).key("@no bucket@"));
                old.expectClose(frame);
            }
        }

        @Test
        void withoutABucket_theRestWorks() {
            client.call(Frame.of(0x89).key("@no bucket@"));
            for (Frame frame : List.of(
                    Frame.noop(),
                    Frame.of(0x0b),
                    Frame.of(0x1b).extras("00000001"),
                    Frame.of(0x87),
                    Frame.hello(JSON),
                    Frame.of(0x89).key("default"))) {
                assertThat(client.status(frame)).isZero();
            }
        }

        @Test
        void withoutABucket_headersAreCheckedFirst() {
            client.call(Frame.of(0x89).key("@no bucket@"));
            assertThat(client.status(Frame.of(0x00))).isEqualTo(0x04);
        }
    }

    @Nested
    class Login {
        private final Frame[] anything = {
            Frame.get("k"), Frame.noop(), Frame.of(0x0b), Frame.of(0x87), Frame.of(0x4c), Frame.of(0x30), Frame.of(0x07)
        };

        @Test
        void beforeLoginAndHello_everythingIsAuthError() {
            WireClient stranger = server.connect(0, false);
            for (Frame frame : anything) {
                assertThat(stranger.status(frame)).isEqualTo(0x20);
            }
            stranger.expect(Frame.get("k"), "81 00 0000 00 00 0020 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void beforeLoginAndAfterHello_everythingIsEaccess_withXerrorAndWithout() {
            for (Frame hello : List.of(Frame.hello(), Frame.hello(XERROR))) {
                WireClient stranger = server.connect(0, false);
                assertThat(stranger.status(hello)).isZero();
                for (Frame frame : anything) {
                    assertThat(stranger.status(frame)).isEqualTo(0x24);
                }
            }
        }

        @Test
        void largeFrame_beforeLogin_closes() {
            WireClient stranger = server.connect(0, false);
            assertThat(stranger.status(Frame.set("k", "v".repeat((16 << 10) - 24 - 9))))
                    .isEqualTo(0x20);
            stranger.expectClose(Frame.set("k", "v".repeat((16 << 10) - 24 - 8)));
        }
    }

    @Nested
    class Small {
        @Test
        void noop() {
            client.expect(Frame.noop(), "81 0a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void version() {
            client.expect(
                    Frame.of(0x0b),
                    "81 0b 0000 00 00 0000 | 00000012 | 0000000a | 0000000000000000 | '1.6.0 Sluice 1.2.3'");
        }

        @Test
        void verbosity_isTakenAndIgnored() {
            client.expect(
                    Frame.of(0x1b).extras("00000009"),
                    "81 1b 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void quit_answersAndCloses_andNothingBehindItIsExecuted() {
            client.expect(
                    Frame.join(Frame.set("k", "v"), Frame.of(0x07), Frame.set("k", "w")),
                    "81 01 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004",
                    "81 07 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.closed()).isTrue();
            assertThat(read("k")).isEqualTo("v");
        }

        @Test
        void quitq_closesWithoutAWord() {
            client.expect(
                    Frame.join(Frame.set("k", "v"), Frame.of(0x17), Frame.noop()),
                    "81 01 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004");
            assertThat(client.closed()).isTrue();
        }

        @Test
        void opaque_isEchoedBitForBit() {
            client.expect(
                    Frame.noop().opaque(0xfedcba98), "81 0a 0000 00 00 0000 | 00000000 | fedcba98 | 0000000000000000");
        }
    }
}
