package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.testkit.ManualClock;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** TOUCH, GAT, expiry, GET_LOCKED, UNLOCK_KEY. */
class LifetimeWireTest extends WireContract {

    private static final long NOW = ManualClock.WALL_SECONDS_AT_START;
    private static final String LOCKED_CAS = "ffffffffffffffff";

    private static Frame touch(String expiry) {
        return Frame.of(0x1c).key("k").extras(expiry);
    }

    private static Frame lock(String seconds) {
        return Frame.of(0x94).key("k").extras(seconds);
    }

    private static Frame unlock(long cas) {
        return Frame.of(0x95).key("k").cas(cas);
    }

    private void pass(long seconds) {
        server.clock().advance(Duration.ofSeconds(seconds));
    }

    @Nested
    class Touching {
        @Test
        void touch_answersTheNewCasAlone_evenWithMutationSeqno() {
            store("k", "v");
            connect(MUTATION_SEQNO)
                    .expect(touch("00000064"), "81 1c 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
        }

        @Test
        void touch_withTheSameExpiry_isNoMutation() {
            client.exchange(Frame.of(0x01).key("k").extras("00000000 6b49d264").value("v")); // an absolute time
            client.expect(touch("6b49d264"), "81 1c 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004");
            client.expect(
                    Frame.of(0x1d).key("k").extras("6b49d264"),
                    "81 1d 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40004 | 00000000 | 'v'");
        }

        @Test
        void touch_ofNothing_isKeyEnoent_andGatqIsSilent() {
            client.expect(touch("00000064"), "81 1c 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
            client.expect(
                    Frame.of(0x1d).key("k").extras("00000064"),
                    "81 1d 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
            client.expectSilence(Frame.of(0x1e).key("k").extras("00000064"));
        }

        @Test
        void gatAndGatq_showTheDocumentWithItsNewCas() {
            client.exchange(Frame.of(0x01).key("k").extras("00000007 00000000").value("v"));
            client.expect(
                    Frame.of(0x1d).key("k").extras("00000064"),
                    "81 1d 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40005 | 00000007 | 'v'");
            client.expect(
                    Frame.of(0x1e).key("k").extras("00000065"),
                    "81 1e 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40006 | 00000007 | 'v'");
        }

        @Test
        void touch_afterExpiry_isMiss() {
            client.exchange(Frame.of(0x01).key("k").extras("00000000 00000005").value("v"));
            pass(5);
            assertThat(client.status(touch("00000064"))).isEqualTo(0x01);
        }

        @Test
        void touch_movesTheExpiry() {
            client.exchange(Frame.of(0x01).key("k").extras("00000000 00000005").value("v"));
            client.exchange(touch("0000000a"));
            pass(9);
            assertThat(client.status(Frame.get("k"))).isZero();
            pass(1);
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void touch_withDurability_isNotSupported_andGatqWithItEinval() {
            store("k", "v");
            assertThat(client.status(touch("00000064").framing("11 01"))).isEqualTo(0x83);
            assertThat(client.status(Frame.of(0x1d).key("k").extras("00000064").framing("11 01")))
                    .isEqualTo(0x83);
            assertThat(client.status(Frame.of(0x1e).key("k").extras("00000064").framing("11 01")))
                    .isEqualTo(0x04);
        }
    }

    @Nested
    class Expiry {
        private void storeFor(long expiry) {
            client.exchange(Frame.of(0x01)
                    .key("k")
                    .extras("00000000" + String.format(Locale.ROOT, "%08x", expiry))
                    .value("v"));
        }

        private void assertExpiresIn(long seconds) {
            pass(seconds - 1);
            assertThat(client.status(Frame.get("k"))).as("a second before").isZero();
            pass(1);
            assertThat(client.status(Frame.get("k"))).as("at the second").isEqualTo(0x01);
        }

        @Test
        void zero_isNever() {
            storeFor(0);
            pass(100L * 365 * 86400);
            assertThat(client.status(Frame.get("k"))).isZero();
        }

        @Test
        void one_isASecond() {
            storeFor(1);
            assertExpiresIn(1);
        }

        @Test
        void thirtyDays_areStillRelative() {
            storeFor(2_592_000);
            assertExpiresIn(2_592_000);
        }

        @Test
        void aSecondMoreThanThirtyDays_isAnAbsoluteTimeLongAgo() {
            storeFor(2_592_001);
            // One second after the start of the server, which is now.
            assertExpiresIn(1);
        }

        @Test
        void absoluteTime_isWhenItSays() {
            storeFor(NOW + 1000);
            assertExpiresIn(1000);
        }

        @Test
        void absoluteTimeBeforeTheStart_hasPassed() {
            pass(10);
            storeFor(NOW - 5);
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void absoluteTimeSinceTheStart_thatHasPassed_isAMiss() {
            pass(10);
            storeFor(NOW + 5);
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void timesInTheUpperHalf_areUnsigned() {
            storeFor(0xffff_fffeL);
            pass(3L * 365 * 86400);
            assertThat(client.status(Frame.get("k"))).isZero();
        }

        @Test
        void relativeTimeBeyond32Bits_isExpiryOverflow_withXerror() {
            pass(0xffff_ffffL - NOW - 100);
            WireClient xerror = connect(XERROR);
            Frame tooLate = Frame.of(0x01).key("k").extras("00000000 000000c8").value("v");
            assertThat(xerror.status(tooLate)).isEqualTo(0x28);
            assertThat(xerror.status(touch("000000c8"))).isEqualTo(0x28);
            client.expectClose(tooLate);
        }

        @Test
        void preserveTtl_keepsTheExpiryThatIsThere() {
            storeFor(100);
            assertThat(client.status(Frame.set("k", "w").framing("50"))).isZero();
            assertExpiresIn(100);
        }

        @Test
        void preserveTtl_whereNothingIs_usesTheRequests() {
            assertThat(client.status(Frame.of(0x01)
                            .key("k")
                            .extras("00000000 00000005")
                            .value("w")
                            .framing("50")))
                    .isZero();
            assertExpiresIn(5);
        }

        @Test
        void withoutPreserveTtl_aStoreForgetsTheExpiry() {
            storeFor(100);
            client.exchange(Frame.set("k", "w"));
            pass(1000);
            assertThat(client.status(Frame.get("k"))).isZero();
        }
    }

    @Nested
    class Locks {
        @Test
        void getLocked_showsTheDocumentWithTheCasOfTheLock() {
            client.exchange(Frame.of(0x01).key("k").extras("00000007 00000000").value("v"));
            client.expect(
                    Frame.of(0x94).key("k"),
                    "81 94 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40005 | 00000007 | 'v'");
        }

        @Test
        void get_ofALockedDocument_hasACasOfOnes() {
            store("k", "v");
            long lockCas = client.call(lock("0000000f")).cas();
            client.expect(
                    Frame.get("k"),
                    "81 00 0000 04 00 0000 | 00000005 | 0000000a | " + LOCKED_CAS + " | 00000000 | 'v'");
            client.expect(unlock(lockCas), "81 95 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            // and then its own again
            assertThat(client.call(Frame.get("k")).cas()).isEqualTo(FIRST_CAS);
        }

        @Test
        void lockedDocument_refusesOthers_oldAndNewStyle() {
            store("k", "v");
            WireClient xerror = connect(XERROR);
            client.call(lock("0000000f"));
            Frame[] frames = {
                Frame.set("k", "w"),
                Frame.set("k", "w").cas(FIRST_CAS),
                Frame.of(0x03).key("k").extras("00000000 00000000"),
                Frame.of(0x0e).key("k").value("w"),
                Frame.of(0x05).key("k").extras("0000000000000001 0000000000000000 00000000"),
                touch("00000001"),
                Frame.of(0x1d).key("k").extras("00000001"),
                Frame.of(0x04).key("k")
            };
            for (Frame frame : frames) {
                assertThat(xerror.status(frame)).as("with XERROR").isEqualTo(0x09);
                assertThat(client.status(frame)).as("without").isEqualTo(0x02);
            }
            // The temporary flavour: a second lock, an unlock or a removal with a wrong CAS.
            for (Frame frame : new Frame[] {
                lock("00000001"), unlock(77), Frame.of(0x04).key("k").cas(77)
            }) {
                assertThat(xerror.status(frame)).as("with XERROR").isEqualTo(0x09);
                assertThat(client.status(frame)).as("without").isEqualTo(0x86);
            }
            // ADD finds that a document is there.
            assertThat(xerror.status(Frame.of(0x02).key("k").extras("00000000 00000000")))
                    .isEqualTo(0x02);
            assertThat(read("k")).isEqualTo("v");
        }

        @Test
        void lockedDocument_yieldsToTheCasOfTheLock() {
            store("k", "v");
            long cas = client.call(lock("0000000f")).cas();
            assertThat(client.status(Frame.of(0x0e).key("k").value("w").cas(cas)))
                    .isZero();
            assertThat(read("k")).isEqualTo("vw");
            assertThat(client.status(Frame.set("k", "x"))).as("and is unlocked").isZero();
            cas = client.call(lock("0000000f")).cas();
            assertThat(client.status(Frame.of(0x04).key("k").cas(cas))).isZero();
        }

        @Test
        void lock_lasts15Seconds_whereNotSaidOtherwise() {
            for (String seconds : new String[] {"", "00000000", "0000001f", "ffffffff"}) {
                store("k", "v");
                assertThat(client.status(lock(seconds))).isZero();
                pass(14);
                assertThat(client.status(Frame.set("k", "w"))).as(seconds).isEqualTo(0x02);
                pass(1);
                assertThat(client.status(Frame.set("k", "w"))).as(seconds).isZero();
            }
        }

        @Test
        void lock_lastsUpTo30Seconds() {
            store("k", "v");
            client.call(lock("0000001e"));
            pass(29);
            assertThat(client.status(lock("00000001"))).isEqualTo(0x86);
            pass(1);
            Response again = client.call(lock("00000001"));
            assertThat(again.status()).isZero();
        }

        @Test
        void unlock_ofWhatIsNotLocked() {
            store("k", "v");
            assertThat(connect(XERROR).status(unlock(FIRST_CAS))).isEqualTo(0x0e);
            assertThat(client.status(unlock(FIRST_CAS))).isEqualTo(0x86);
            assertThat(client.status(Frame.of(0x95).key("x").cas(1))).isEqualTo(0x01);
            assertThat(client.status(unlock(0))).isEqualTo(0x04);
        }

        @Test
        void lock_ofNothing_isKeyEnoent() {
            client.expect(Frame.of(0x94).key("k"), "81 94 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void lock_isNoMutation() {
            WireClient seqno = connect(MUTATION_SEQNO);
            store("k", "v");
            seqno.call(lock("00000001"));
            pass(1);
            Response set = seqno.call(Frame.set("k", "w"));
            assertThat(set.extras()).endsWith(0, 0, 0, 0, 0, 0, 0, 2);
        }
    }
}
