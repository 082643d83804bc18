package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.VBucketState;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** INCREMENT, DECREMENT, APPEND, PREPEND: what the server makes of get and store. */
class ArithmeticWireTest extends WireContract {

    private static final String NO_CREATION = "ffffffff";

    private static Frame increment(String delta, String initial, String expiry) {
        return Frame.of(0x05).key("n").extras(delta + initial + expiry);
    }

    private static Frame increment(long delta) {
        return increment(String.format(Locale.ROOT, "%016x", delta), "0000000000000000", NO_CREATION);
    }

    private static Frame decrement(long delta) {
        return Frame.of(0x06)
                .key("n")
                .extras(String.format(Locale.ROOT, "%016x", delta) + "0000000000000000" + NO_CREATION);
    }

    @Nested
    class Counters {
        @Test
        void increment_ofNothing_createsTheInitialValueWithoutDelta() {
            client.expect(
                    increment("0000000000000005", "0000000000000064", "00000000"),
                    // no extras, the value is the number
                    "81 05 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40004 | 0000000000000064");
            WireClient json = connect(JSON);
            json.expect(
                    Frame.get("n"),
                    "81 00 0000 04 01 0000 | 00000007 | 0000000a | 18fae27693b40004 | 00000000 | '100'");
        }

        @Test
        void increment_ofNothing_withExpiryAllOnes_isKeyEnoent() {
            client.expect(increment(1), "81 05 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void increment_addsAndDecrementSubtracts() {
            store("n", "10");
            client.expect(
                    increment(5), "81 05 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40005 | 000000000000000f");
            client.expect(
                    decrement(6), "81 06 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40006 | 0000000000000009");
            assertThat(read("n")).isEqualTo("9"); // shorter, and not padded
        }

        @Test
        void counter_withMutationSeqno_hasTokenThenNumber() {
            store("n", "10");
            connect(MUTATION_SEQNO)
                    .expect(
                            increment(1),
                            "81 05 0000 10 00 0000 | 00000018 | 0000000a | 18fae27693b40005",
                            "18fae27693b40000 0000000000000002 | 000000000000000b");
        }

        @Test
        void increment_wrapsAtTheEnd() {
            store("n", "18446744073709551615");
            client.expect(
                    increment(2), "81 05 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40005 | 0000000000000001");
            assertThat(read("n")).isEqualTo("1");
        }

        @Test
        void decrement_stopsAtZero() {
            store("n", "5");
            client.expect(
                    decrement(6), "81 06 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40005 | 0000000000000000");
            assertThat(read("n")).isEqualTo("0");
        }

        @Test
        void decrement_byMoreThanHalfOfTheRange_isUnsigned() {
            store("n", "18446744073709551615");
            client.expect(
                    Frame.of(0x06).key("n").extras("fffffffffffffffe 0000000000000000 ffffffff"),
                    "81 06 0000 00 00 0000 | 00000008 | 0000000a | 18fae27693b40005 | 0000000000000001");
        }

        @Test
        void numbers_mayHaveSpaceBefore_aPlus_andAnythingBehindASpace() {
            for (String text : new String[] {" 41", "\t\n41", "+41", "41 apples", "041", " +41\tx", "41\r\n"}) {
                store("n", text);
                Response response = client.call(increment(1));
                assertThat(response.status()).as(text).isZero();
                assertThat(read("n")).as(text).isEqualTo("42");
            }
        }

        @Test
        void whatIsNoNumber_isDeltaBadval() {
            for (String text : new String[] {
                "",
                "-1",
                "a",
                "4a",
                "+",
                "++1",
                "+ 1",
                " ",
                "1.5",
                "0x1",
                "18446744073709551616",
                "99999999999999999999"
            }) {
                store("n", text);
                Response response = client.call(increment(1));
                assertThat(response.status()).as(text).isEqualTo(0x06);
                assertThat(read("n")).isEqualTo(text);
            }
        }

        @Test
        void increment_keepsFlagsAndExpiry() {
            client.exchange(Frame.of(0x01).key("n").extras("000000ff 00000064").value("1"));
            assertThat(client.status(increment("0000000000000001", "0000000000000000", "00000001")))
                    .isZero();
            server.clock().advance(java.time.Duration.ofSeconds(99));
            assertThat(client.call(Frame.get("n")).extras()).containsExactly(0, 0, 0, 0xff);
            server.clock().advance(java.time.Duration.ofSeconds(1));
            assertThat(client.status(Frame.get("n"))).isEqualTo(0x01);
        }

        @Test
        void created_counter_expires() {
            client.exchange(increment("0000000000000001", "0000000000000000", "0000000a"));
            server.clock().advance(java.time.Duration.ofSeconds(9));
            assertThat(client.status(Frame.get("n"))).isZero();
            server.clock().advance(java.time.Duration.ofSeconds(1));
            assertThat(client.status(Frame.get("n"))).isEqualTo(0x01);
        }

        @Test
        void quietCounters_areSilentOnSuccess_andNotOnFailure() {
            client.expectSilence(
                    Frame.of(0x15).key("n").extras("0000000000000001 0000000000000007 00000000"),
                    Frame.of(0x16).key("n").extras("0000000000000002 0000000000000007 00000000"));
            assertThat(read("n")).isEqualTo("5");
            store("n", "x");
            client.expect(
                    Frame.of(0x15).key("n").extras("0000000000000001 0000000000000007 00000000"),
                    "81 15 0000 00 00 0006 | 00000000 | 0000000a | 0000000000000000");
            client.expect(
                    Frame.of(0x16).key("m").extras("0000000000000001 0000000000000007 ffffffff"),
                    "81 16 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void increment_withACas_isEinval() {
            store("n", "1");
            assertThat(client.status(increment(1).cas(FIRST_CAS))).isEqualTo(0x04);
        }

        @Test
        void increment_onAVbucketThatIsElsewhere_isNotMyVbucket() {
            client.expect(increment(1).vbucket(9), "81 05 0000 00 00 0007 | 00000000 | 0000000a | 0000000000000000");
        }
    }

    @Nested
    class Concatenations {
        @Test
        void appendAndPrepend_putTheValueOnEitherSide() {
            client.exchange(Frame.of(0x01).key("k").extras("0000002a 00000000").value("b"));
            client.expect(
                    Frame.of(0x0e).key("k").value("c"),
                    "81 0e 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
            client.expect(
                    Frame.of(0x0f).key("k").value("a"),
                    "81 0f 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40006");
            client.expect(
                    Frame.get("k"),
                    "81 00 0000 04 00 0000 | 00000007 | 0000000a | 18fae27693b40006 | 0000002a | 'abc'");
        }

        @Test
        void append_toNothing_isNotStored_withACasAndWithout() {
            client.expect(
                    Frame.of(0x0e).key("k").value("c"),
                    "81 0e 0000 00 00 0005 | 00000000 | 0000000a | 0000000000000000");
            client.expect(
                    Frame.of(0x0f).key("k").value("c").cas(3),
                    "81 0f 0000 00 00 0005 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void append_withAnotherCas_isKeyEexists() {
            long cas = store("k", "v");
            assertThat(client.status(Frame.of(0x0e).key("k").value("c").cas(cas + 1)))
                    .isEqualTo(0x02);
            assertThat(client.status(Frame.of(0x0e).key("k").value("c").cas(cas)))
                    .isZero();
            assertThat(read("k")).isEqualTo("vc");
        }

        @Test
        void append_keepsTheExpiry() {
            client.exchange(Frame.of(0x01).key("k").extras("00000000 0000000a").value("b"));
            client.exchange(Frame.of(0x0e).key("k").value("c"));
            server.clock().advance(java.time.Duration.ofSeconds(10));
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void append_thatMakesJson_isDetected() {
            WireClient json = connect(JSON);
            store("k", "[1");
            assertThat(json.call(Frame.get("k")).datatype()).isZero();
            json.exchange(Frame.of(0x0e).key("k").value("]"));
            assertThat(json.call(Frame.get("k")).datatype()).isEqualTo(1);
            json.exchange(Frame.of(0x0e).key("k").value("]"));
            assertThat(json.call(Frame.get("k")).datatype()).isZero();
        }

        @Test
        void append_beyondTheLimit_isE2big() {
            byte[] half = new byte[server.limits().valueBytesMax() / 2 + 1];
            client.exchange(Frame.of(0x01).key("k").extras("00000000 00000000").value(half));
            assertThat(client.status(Frame.of(0x0e).key("k").value(half))).isEqualTo(0x03);
            assertThat(client.call(Frame.get("k")).value()).hasSize(half.length);
        }

        @Test
        void quietConcatenation_isSilent_unlessMutationSeqnoIsOn() {
            store("k", "b");
            client.expectSilence(
                    Frame.of(0x19).key("k").value("c"), Frame.of(0x1a).key("k").value("a"));
            assertThat(read("k")).isEqualTo("abc");
            connect(MUTATION_SEQNO)
                    .expect(
                            Frame.join(
                                    Frame.of(0x19).key("k").value("d"),
                                    Frame.of(0x1a).key("k").value("_")),
                            "81 19 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40007",
                            "18fae27693b40000 0000000000000004",
                            "81 1a 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40008",
                            "18fae27693b40000 0000000000000005");
            client.expect(
                    Frame.of(0x19).key("x").value("d"),
                    "81 19 0000 00 00 0005 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void append_ofNothing_isAMutationAllTheSame() {
            store("k", "b");
            client.expect(Frame.of(0x0e).key("k"), "81 0e 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
        }
    }

    @Test
    void pendingVbucket_parksTheCommand_untilItIsActive() {
        setState(VBucketState.PENDING);
        client.expectSilence(increment("0000000000000001", "0000000000000007", "00000000"));
        setState(VBucketState.ACTIVE);
        server.settle();
        assertThat(Response.parse(client.take()).get(0).value()).endsWith(7);
    }

    @Test
    void pendingVbucket_thatBecomesReplica_answersNotMyVbucket() {
        setState(VBucketState.PENDING);
        client.expectSilence(Frame.get("k"));
        setState(VBucketState.REPLICA);
        server.settle();
        assertThat(Response.parse(client.take()).get(0).status()).isEqualTo(0x07);
    }

    private void setState(VBucketState state) {
        dev.sluice.engine.VBuckets vbuckets = java.util.Objects.requireNonNull(
                server.engine("default").inner().capability(dev.sluice.engine.VBuckets.class));
        vbuckets.setState(new dev.sluice.testkit.TestCookie(1), 0, state);
    }
}
