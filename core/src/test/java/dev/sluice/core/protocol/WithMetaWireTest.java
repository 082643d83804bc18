package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.TestCookie;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** SET, ADD and DELETE "with meta", MUTATE_WITH_META, RETURN_META: the tables of {@code protocol-kv} 8.4 to 8.6, row by row. */
class WithMetaWireTest extends WireContract {

    private static final int SET = 0xa2;
    private static final int ADD = 0xa4;
    private static final int DELETE = 0xa8;
    private static final List<Integer> ALL = List.of(SET, ADD, DELETE);

    private static final int FORCE = 0x01;
    private static final int FORCE_ACCEPT = 0x02;
    private static final int REGENERATE_CAS = 0x04;
    private static final int SKIP = 0x08;

    private static final int KEY_ENOENT = 0x01;
    private static final int KEY_EEXISTS = 0x02;
    private static final int EINVAL = 0x04;
    private static final int NOT_MY_VBUCKET = 0x07;
    private static final int LOCKED = 0x09;
    private static final int CAS_VALUE_INVALID = 0x0f;
    private static final int ETMPFAIL = 0x86;

    private static final WritePolicy BY_TIME = new WritePolicy(ConflictResolution.LWW, DurabilityLevel.NONE);

    private static String meta(long flags, long expiry, long revSeqno, long cas) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits((int) flags) + " " + hex.toHexDigits((int) expiry) + " " + hex.toHexDigits(revSeqno)
                + " " + hex.toHexDigits(cas);
    }

    /** A frame with 24 bytes of extras. */
    private static Frame frame(int opcode, long revSeqno, long cas) {
        return Frame.of(opcode).key("k").extras(meta(7, 0, revSeqno, cas)).value(opcode == DELETE ? "" : "new");
    }

    /** A frame with 28 bytes of extras. */
    private static Frame frame(int opcode, long revSeqno, long cas, int options) {
        String extras = meta(7, 0, revSeqno, cas) + HexFormat.of().toHexDigits(options);
        return frame(opcode, revSeqno, cas).extras(extras);
    }

    private static Frame getMeta(String key) {
        return Frame.of(0xa0).key(key).extras("02");
    }

    /** Rev-seqno of what GET_META shows. */
    private static long revSeqno(Response response) {
        return Hex.number(response.extras(), 12, 8);
    }

    private long lock(WireClient locker) {
        return locker.call(Frame.of(0x94).key("k").extras("0000000f")).cas();
    }

    @Nested
    class Storing {
        @Test
        void set_ofAMissingDocument_storesAllAsItCame() {
            WireClient tokens = connect(MUTATION_SEQNO, JSON);
            tokens.expect(
                    // flags, expiry, revision, CAS | key, value
                    Hex.bytes("80 a2 0001 18 00 0000 | 0000001c | 00000001 | 0000000000000000"
                            + "| deadbeef 00000000 0000000000000009 0000000000001234 | 'k' | '{ }'"),
                    // vbucket uuid, seqno
                    "81 a2 0000 10 00 0000 | 00000010 | 00000001 | 0000000000001234 |"
                            + "18fae27693b40000 0000000000000001");
            tokens.expect(
                    Frame.get("k"),
                    "81 00 0000 04 01 0000 | 00000007 | 0000000a | 0000000000001234 | deadbeef | '{ }'");
            tokens.expect(
                    getMeta("k"),
                    // deleted, flags, expiry, revision, datatype
                    "81 a0 0000 15 00 0000 | 00000015 | 0000000a | 0000000000001234 |"
                            + "00000000 deadbeef 00000000 0000000000000009 01");
        }

        @Test
        void withoutTokens_theAnswerIsTheCas() {
            client.expect(frame(SET, 1, 0x1234), "81 a2 0000 00 00 0000 | 00000000 | 0000000a | 0000000000001234");
            client.expect(frame(DELETE, 2, 0x1235), "81 a8 0000 00 00 0000 | 00000000 | 0000000a | 0000000000001235");
            client.expect(frame(ADD, 3, 0x1236), "81 a4 0000 00 00 0000 | 00000000 | 0000000a | 0000000000001236");
        }

        @Test
        void quietOnes_areSilentOnSuccess_andNotOnFailure() {
            client.expectSilence(frame(0xa3, 1, 0x1234), frame(0xa9, 2, 0x1235).value(""), frame(0xa5, 3, 0x1236));
            assertThat(read("k")).isEqualTo("new");
            for (int quiet : List.of(0xa3, 0xa5, 0xa9)) {
                assertThat(client.status(frame(quiet, 1, 0x1234))).isEqualTo(KEY_EEXISTS);
            }
        }

        @Test
        void expiry_isAbsolute() {
            long soon = server.clock().wallSeconds() + 100;
            String extras = meta(0, soon, 1, 5);
            assertThat(client.status(Frame.of(SET).key("k").extras(extras).value("v")))
                    .isZero();
            assertThat(Hex.number(client.call(getMeta("k")).extras(), 8, 4)).isEqualTo(soon);
            assertThat(client.status(
                            Frame.of(SET).key("gone").extras(meta(0, 5, 1, 5)).value("v")))
                    .isZero();
            assertThat(client.status(Frame.get("gone"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void delete_ofAMissingDocument_leavesATombstone() {
            client.call(frame(DELETE, 5, 0x1234));
            client.expect(
                    getMeta("k"),
                    "81 a0 0000 15 00 0000 | 00000015 | 0000000a | 0000000000001234 |"
                            + "00000001 00000007 "
                            + HexFormat.of().toHexDigits((int) server.clock().wallSeconds())
                            + " 0000000000000005 00");
            assertThat(client.status(Frame.get("k"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void delete_hasTheTimeThatItSays_andNoBody() {
            Frame delete =
                    Frame.of(DELETE).key("k").extras(meta(0, 1000, 5, 0x1234)).value("body");
            assertThat(client.status(delete)).isZero();
            Response meta = client.call(getMeta("k"));
            assertThat(Hex.number(meta.extras(), 8, 4)).isEqualTo(1000);
        }

        @Test
        void revisionZero_countsAsOne() {
            client.call(frame(SET, 0, 0x1234));
            assertThat(revSeqno(client.call(getMeta("k")))).isEqualTo(1);
        }

        @Test
        void later_ordinaryWrites_areAbove() {
            long ahead = FIRST_CAS + 1_000_000_000_000L;
            client.call(frame(SET, 9, ahead));
            assertThat(client.call(Frame.set("k", "v")).cas()).isGreaterThan(ahead);
            assertThat(revSeqno(client.call(getMeta("k")))).isEqualTo(10);
        }

        @Test
        void valueBeyondTheMaximum_isE2big() {
            String big = "x".repeat((256 << 10) + 1);
            assertThat(client.status(frame(SET, 1, 5).value(big))).isEqualTo(0x03);
        }

        @Test
        void largeValue_isLookedAtInTheBackground() {
            String json = "[" + "1,".repeat(60_000) + "1]";
            WireClient jsonClient = connect(JSON);
            assertThat(jsonClient.status(frame(SET, 1, 5).value(json))).isZero();
            assertThat(jsonClient.call(Frame.get("k")).datatype()).isEqualTo(0x01);
        }
    }

    @Nested
    class Extras {
        @Test
        void lengthsOf24And26And28And30_areLegal_andNoOther() {
            String plain = meta(0, 0, 1, 5);
            for (int length = 0; length <= 32; length++) {
                boolean legal = List.of(24, 26, 28, 30).contains(length);
                String extras = length < 24 ? "00".repeat(length) : plain + "00".repeat(length - 24);
                Frame frame = Frame.of(SET).key("k" + length).extras(extras).value("v");
                assertThat(client.status(frame)).as("length " + length).isEqualTo(legal ? 0 : EINVAL);
            }
        }

        @Test
        void oldMetadata_isCutOff_inBothPlaces() {
            Frame short26 =
                    Frame.of(SET).key("k").extras(meta(0, 0, 1, 5) + "0004").value("valueMETA");
            assertThat(client.status(short26)).isZero();
            assertThat(read("k")).isEqualTo("value");
            Frame long30 = Frame.of(SET)
                    .key("l")
                    .extras(meta(0, 0, 1, 5) + "00000000 0004")
                    .value("valueMETA");
            assertThat(client.status(long30)).isZero();
            assertThat(read("l")).isEqualTo("value");
        }

        @Test
        void oldMetadata_ofTheWholeValue_leavesAnEmptyOne() {
            client.call(Frame.of(SET).key("k").extras(meta(0, 0, 1, 5) + "0004").value("META"));
            assertThat(client.call(Frame.get("k")).value()).isEmpty();
        }

        @Test
        void oldMetadata_longerThanTheValue_closesTheConnection() {
            client.expectClose(
                    Frame.of(SET).key("k").extras(meta(0, 0, 1, 5) + "0005").value("META"));
        }

        @Test
        void unknownOptions_meanNothing() {
            assertThat(client.status(frame(SET, 1, 5, 0xffffff20))).isZero();
        }
    }

    /** Each test makes everything that comes later in the table wrong as well, where it can. */
    @Nested
    class OrderOfChecks {
        @Test
        void trafficThatIsOff_comesFirst() {
            client.call(Frame.of(0xae));
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 1, 0, FORCE_ACCEPT).vbucket(9)))
                        .isEqualTo(ETMPFAIL);
            }
            client.call(Frame.of(0xad));
            assertThat(client.status(frame(SET, 1, 5))).isZero();
        }

        @Test
        void byTime_withoutForceAccept_isEinval() {
            WireClient byTime = connectTo(BY_TIME, XERROR);
            for (int opcode : ALL) {
                assertThat(byTime.status(frame(opcode, 1, 0).vbucket(9))).isEqualTo(EINVAL);
                assertThat(byTime.status(frame(opcode, 1, 0, SKIP).vbucket(9))).isEqualTo(EINVAL);
                assertThat(byTime.status(frame(opcode, 1, 0, FORCE_ACCEPT).vbucket(9)))
                        .isEqualTo(NOT_MY_VBUCKET);
                assertThat(byTime.status(
                                frame(opcode, 1, 0, REGENERATE_CAS | SKIP).vbucket(9)))
                        .isEqualTo(NOT_MY_VBUCKET);
            }
        }

        @Test
        void byRevision_withForceAccept_isEinval() {
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 1, 0, FORCE_ACCEPT).vbucket(9)))
                        .isEqualTo(EINVAL);
                assertThat(client.status(frame(opcode, 1, 0, FORCE_ACCEPT | REGENERATE_CAS | SKIP)
                                .vbucket(9)))
                        .isEqualTo(EINVAL);
            }
        }

        @Test
        void regenerateCas_withoutSkipping_isEinval() {
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 1, 0, REGENERATE_CAS).vbucket(9)))
                        .isEqualTo(EINVAL);
            }
        }

        @Test
        void contradiction_comesBeforeTheOldMetadata() {
            Frame both = Frame.of(SET)
                    .key("k")
                    .extras(meta(0, 0, 1, 0) + "00000002 0009")
                    .value("x");
            assertThat(client.status(both)).isEqualTo(EINVAL);
        }

        @Test
        void vbucketElsewhere_comesBeforeTheCas() {
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 1, 0).vbucket(4))).isEqualTo(NOT_MY_VBUCKET);
            }
            setState(1, VBucketState.REPLICA);
            setState(2, VBucketState.DEAD);
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 1, 5).vbucket(1))).isEqualTo(NOT_MY_VBUCKET);
                assertThat(client.status(frame(opcode, 1, 5).vbucket(2))).isEqualTo(NOT_MY_VBUCKET);
            }
        }

        @Test
        void pendingVbucket_parksTheCommand() {
            setState(1, VBucketState.PENDING);
            client.expectSilence(frame(SET, 1, 5).vbucket(1));
            setState(1, VBucketState.ACTIVE);
            client.settle();
            assertThat(Response.parse(client.take())).singleElement().matches(answer -> answer.status() == 0);
        }

        @Test
        void casOfZeroOrAllOnes_isInvalid_evenIfTheServerMakesOne() {
            WireClient extended = connect(XERROR, SELECT_BUCKET);
            extended.call(Frame.of(0x89).key("default"));
            store("k", "there");
            for (int opcode : ALL) {
                for (long cas : new long[] {0, -1}) {
                    assertThat(extended.status(frame(opcode, 99, cas))).isEqualTo(CAS_VALUE_INVALID);
                    assertThat(extended.status(frame(opcode, 99, cas, REGENERATE_CAS | SKIP)))
                            .isEqualTo(CAS_VALUE_INVALID);
                    assertThat(client.status(frame(opcode, 99, cas)))
                            .as("without XERROR")
                            .isEqualTo(KEY_EEXISTS);
                }
            }
        }

        @Test
        void lostConflict_comesBeforeTheLock() {
            WireClient extended = connect(XERROR);
            extended.call(frame(SET, 5, 0x1234));
            lock(client);
            for (int opcode : ALL) {
                assertThat(extended.status(frame(opcode, 4, 0x9999).cas(1))).isEqualTo(KEY_EEXISTS);
                assertThat(extended.status(frame(opcode, 5, 0x1234).cas(1)))
                        .as("identical")
                        .isEqualTo(KEY_EEXISTS);
            }
        }

        @Test
        void lock_comesBeforeTheHeadersCas() {
            WireClient extended = connect(XERROR);
            long cas = store("k", "there");
            lock(client);
            for (long given : new long[] {0, 1, cas}) {
                assertThat(extended.status(frame(SET, 9, 5).cas(given))).isEqualTo(LOCKED);
                assertThat(extended.status(frame(ADD, 9, 5).cas(given))).isEqualTo(LOCKED);
                assertThat(extended.status(frame(DELETE, 9, 5).cas(given))).isEqualTo(LOCKED);
                assertThat(client.status(frame(SET, 9, 5).cas(given))).isEqualTo(KEY_EEXISTS);
                assertThat(client.status(frame(ADD, 9, 5).cas(given))).isEqualTo(KEY_EEXISTS);
                assertThat(client.status(frame(DELETE, 9, 5).cas(given))).isEqualTo(ETMPFAIL);
            }
        }

        @Test
        void casOfTheLock_replacesAndUnlocks() {
            store("k", "there");
            assertThat(client.status(frame(SET, 9, 5).cas(lock(client)))).isZero();
            assertThat(client.call(Frame.get("k")).cas()).isEqualTo(5);
            assertThat(client.status(frame(ADD, 10, 6).cas(lock(client)))).isEqualTo(KEY_EEXISTS);
        }

        @Test
        void headersCas_mustBeTheDocuments() {
            long cas = store("k", "there");
            for (int opcode : ALL) {
                assertThat(client.status(frame(opcode, 9, 5).cas(cas + 1))).isEqualTo(KEY_EEXISTS);
            }
            assertThat(client.status(frame(SET, 9, 5).cas(cas))).isZero();
            assertThat(client.status(frame(DELETE, 10, 6).cas(5))).isZero();
        }

        @Test
        void add_whereADocumentIs_isKeyEexists() {
            long cas = store("k", "there");
            assertThat(client.status(frame(ADD, 9, 5))).isEqualTo(KEY_EEXISTS);
            assertThat(client.status(frame(ADD, 9, 5).cas(cas))).isEqualTo(KEY_EEXISTS);
            client.call(frame(DELETE, 10, 6));
            assertThat(client.status(frame(ADD, 11, 7)))
                    .as("where a tombstone is")
                    .isZero();
        }

        @Test
        void headersCas_ofNothing_isKeyEnoent_butForAdd() {
            assertThat(client.status(frame(SET, 9, 5).cas(1))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(frame(DELETE, 9, 5).cas(1))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(frame(ADD, 9, 5).cas(1))).isZero();
        }

        @Test
        void headersCas_whereATombstoneIs_isKeyEnoent_orTheTombstones() {
            client.call(frame(DELETE, 9, 5));
            assertThat(client.status(frame(SET, 10, 6).cas(1))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(frame(SET, 10, 6).cas(5))).isZero();
        }
    }

    @Nested
    class Options {
        @Test
        void skipping_eitherWay_replacesWhateverIsThere() {
            for (int option : List.of(FORCE, SKIP)) {
                client.call(frame(SET, 99, 0x9999, SKIP));
                assertThat(client.status(frame(SET, 1, 5, option))).isZero();
                assertThat(client.call(Frame.get("k")).cas()).isEqualTo(5);
                assertThat(client.status(frame(DELETE, 1, 4, option))).isZero();
                assertThat(client.status(Frame.get("k"))).isEqualTo(KEY_ENOENT);
            }
        }

        @Test
        void regeneratedCas_isTheServers() {
            for (int option : List.of(FORCE, SKIP)) {
                Response answer = client.call(frame(SET, 3, 1, REGENERATE_CAS | option));
                assertThat(answer.status()).isZero();
                assertThat(answer.cas()).isGreaterThanOrEqualTo(FIRST_CAS);
                assertThat(client.call(Frame.get("k")).cas()).isEqualTo(answer.cas());
                assertThat(revSeqno(client.call(getMeta("k")))).isEqualTo(3);
            }
        }

        @Test
        void byTime_forceAccept_resolvesByTime() {
            WireClient byTime = connectTo(BY_TIME);
            assertThat(byTime.status(frame(SET, 9, 100, FORCE_ACCEPT))).isZero();
            assertThat(byTime.status(frame(SET, 99, 99, FORCE_ACCEPT))).isEqualTo(KEY_EEXISTS);
            assertThat(byTime.status(frame(SET, 1, 101, FORCE_ACCEPT))).isZero();
            assertThat(byTime.status(frame(SET, 1, 1, REGENERATE_CAS | SKIP))).isZero();
        }
    }

    @Nested
    class MutateWithMeta {
        private Frame mutate(String value, String json) {
            return Frame.of(0x4b)
                    .key("k")
                    .extras(HexFormat.of().toHexDigits(json.length()))
                    .value(value + json);
        }

        @Test
        void set_add_delete_doTheSame() {
            assertThat(client.status(mutate(
                            "body",
                            "{'command':'set','cas':'0x1234','rev_seqno':9,'flags':'7','expiration':0,'options':0}"
                                    .replace('\'', '"'))))
                    .isZero();
            client.expect(
                    getMeta("k"),
                    "81 a0 0000 15 00 0000 | 00000015 | 0000000a | 0000000000001234 |"
                            + "00000000 00000007 00000000 0000000000000009 00");
            assertThat(read("k")).isEqualTo("body");
            String add =
                    "{\"command\":\"add\",\"cas\":99999,\"rev_seqno\":10,\"flags\":0,\"expiration\":0,\"options\":0}";
            assertThat(client.status(mutate("body", add))).isEqualTo(KEY_EEXISTS);
            String delete =
                    "{\"command\":\"delete\",\"cas\":99999,\"rev_seqno\":10,\"flags\":0,\"expiration\":0,\"options\":0}";
            assertThat(client.status(mutate("", delete))).isZero();
            assertThat(client.status(Frame.get("k"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void withoutARevision_theEngineCounts() {
            store("k", "there");
            String json = "{\"command\":\"set\",\"flags\":0,\"expiration\":0,\"options\":12}";
            assertThat(client.status(mutate("body", json))).isZero();
            assertThat(revSeqno(client.call(getMeta("k")))).isEqualTo(2);
        }

        @Test
        void whatIsWrong_isEinval() {
            String rest = ",\"flags\":0,\"expiration\":0,\"options\":0}";
            List<String> wrong = List.of(
                    "[]",
                    "{",
                    "{} {}",
                    "{\"command\":\"replace\",\"cas\":1" + rest,
                    "{\"cas\":1" + rest,
                    "{\"command\":\"set\"" + rest,
                    "{\"command\":\"set\",\"cas\":\"x\"" + rest,
                    "{\"command\":\"set\",\"cas\":-1" + rest,
                    "{\"command\":\"set\",\"cas\":\"18446744073709551616\"" + rest,
                    "{\"command\":\"set\",\"cas\":1,\"flags\":0,\"options\":0}",
                    "{\"command\":\"set\",\"cas\":1,\"expiration\":0,\"options\":0}",
                    "{\"command\":\"set\",\"cas\":1,\"flags\":0,\"expiration\":0}",
                    "{\"command\":\"set\",\"cas\":1,\"flags\":4294967296,\"expiration\":0,\"options\":0}",
                    "{\"command\":\"set\",\"cas\":1,\"flags\":0,\"expiration\":0,\"options\":12}",
                    "{\"command\":\"delete\",\"cas\":1" + rest,
                    "{\"command\":\"set\",\"cas\":1,\"cas_offsets\":[0]" + rest,
                    "{\"command\":\"set\",\"cas_offsets\":[0],\"flags\":0,\"expiration\":0,\"options\":12}");
            for (String json : wrong) {
                assertThat(client.status(mutate("body", json))).as(json).isEqualTo(EINVAL);
            }
            assertThat(client.status(Frame.of(0x4b).key("k").extras("00000009").value("{}")))
                    .isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x4b).key("k").extras("00000000").value("{}")))
                    .isEqualTo(EINVAL);
        }
    }

    @Nested
    class ReturnMeta {
        private static final int RETURN_META = 0xb2;

        private Frame returning(String mode, String value) {
            return Frame.of(RETURN_META)
                    .key("k")
                    .extras(mode + "0000000a 00000000")
                    .value(value);
        }

        @Test
        void set_add_delete_answerTheMetadataOfWhatTheyMade() {
            client.expect(
                    returning("00000002", "one"),
                    // flags, expiry, revision
                    "81 b2 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40004 |"
                            + "0000000a 00000000 0000000000000001");
            client.expect(
                    returning("00000001", "two"),
                    "81 b2 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40005 |"
                            + "0000000a 00000000 0000000000000002");
            assertThat(read("k")).isEqualTo("two");
            client.expect(
                    returning("00000003", ""),
                    "81 b2 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40006 |"
                            + "00000000 00000000 0000000000000003");
            assertThat(client.status(Frame.get("k"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void failures_areThoseOfTheOrdinaryCommands() {
            long cas = store("k", "there");
            assertThat(client.status(returning("00000002", "v"))).isEqualTo(KEY_EEXISTS);
            assertThat(client.status(returning("00000001", "v").cas(cas + 1))).isEqualTo(KEY_EEXISTS);
            assertThat(client.status(returning("00000003", "").key("x"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(returning("00000002", "v").cas(cas))).isEqualTo(EINVAL);
            assertThat(client.status(returning("00000000", "v"))).isEqualTo(EINVAL);
            assertThat(client.status(returning("00000004", "v"))).isEqualTo(EINVAL);
        }
    }

    private void setState(int vbucket, VBucketState state) {
        VBuckets vbuckets =
                Objects.requireNonNull(server.engine("default").inner().capability(VBuckets.class), "vbuckets");
        vbuckets.setState(new TestCookie(1), vbucket, state);
        server.settle();
    }
}
