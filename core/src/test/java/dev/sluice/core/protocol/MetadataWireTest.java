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
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.TestCookie;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Commands on metadata, copies, sequence numbers, the disk, and statistics of one key. */
class MetadataWireTest extends WireContract {

    private static final int KEY_ENOENT = 0x01;
    private static final int KEY_EEXISTS = 0x02;
    private static final int EINVAL = 0x04;
    private static final int NOT_MY_VBUCKET = 0x07;
    private static final int NOT_SUPPORTED = 0x83;
    private static final int ETMPFAIL = 0x86;

    private static final int UNORDERED = 0x0e;

    /** The uuid of vbucket 0. */
    private static final String UUID = "18fae27693b40000";

    private void setState(int vbucket, VBucketState state) {
        VBuckets vbuckets =
                Objects.requireNonNull(server.engine("default").inner().capability(VBuckets.class), "vbuckets");
        vbuckets.setState(new TestCookie(1), vbucket, state);
        server.settle();
    }

    @Nested
    class GetMeta {
        private Frame meta(String key) {
            return Frame.of(0xa0).key(key);
        }

        @Test
        void threeForms() {
            store("k", "[]");
            String common = "00000000 00000000 00000000 0000000000000001";
            client.expect(meta("k"), "81 a0 0000 14 00 0000 | 00000014 | 0000000a | 18fae27693b40004 |" + common);
            client.expect(
                    meta("k").extras("01"),
                    "81 a0 0000 14 00 0000 | 00000014 | 0000000a | 18fae27693b40004 |" + common);
            client.expect(
                    meta("k").extras("02"),
                    "81 a0 0000 15 00 0000 | 00000015 | 0000000a | 18fae27693b40004 |" + common + " 01");
            assertThat(client.status(meta("k").extras("03"))).isEqualTo(EINVAL);
            assertThat(client.status(meta("k").extras("0000"))).isEqualTo(EINVAL);
        }

        @Test
        void tombstone_answersWithDeletedSet() {
            store("k", "v");
            long cas = client.call(Frame.of(0x04).key("k")).cas();
            Response answer = connect().call(meta("k"));
            assertThat(answer.status()).isZero();
            assertThat(Hex.number(answer.extras(), 0, 4)).isEqualTo(1);
            assertThat(Hex.number(answer.extras(), 8, 4))
                    .isEqualTo(server.clock().wallSeconds());
            assertThat(Hex.number(answer.extras(), 12, 8)).isEqualTo(2);
            assertThat(answer.cas()).isIn(cas, FIRST_CAS + 1);
        }

        @Test
        void expiredDocument_isDeleted() {
            client.call(Frame.of(0x01).key("k").extras("00000000 00000005").value("v"));
            server.clock().advance(Duration.ofSeconds(10));
            assertThat(Hex.number(client.call(meta("k")).extras(), 0, 4)).isEqualTo(1);
        }

        @Test
        void lockedDocument_hasAMaskedCas() {
            store("k", "v");
            client.call(Frame.of(0x94).key("k"));
            assertThat(client.call(meta("k")).cas()).isEqualTo(-1);
        }

        @Test
        void nothing_isKeyEnoent_andSilentWhenQuiet() {
            client.expect(meta("k"), "81 a0 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
            client.expectSilence(
                    Frame.of(0xa1).key("k"), Frame.of(0xa1).key("k").extras("02"));
            store("k", "v");
            assertThat(client.call(Frame.of(0xa1).key("k")).extras()).hasSize(20);
            assertThat(client.status(Frame.of(0xa1).key("k").vbucket(4))).isEqualTo(NOT_MY_VBUCKET);
        }

        @Test
        void vbucket_mustBeActiveOrPending() {
            store("k", "v");
            for (VBucketState state : VBucketState.values()) {
                setState(0, state);
                boolean served = state == VBucketState.ACTIVE || state == VBucketState.PENDING;
                assertThat(client.status(meta("k"))).as(state.name()).isEqualTo(served ? 0 : NOT_MY_VBUCKET);
            }
        }
    }

    @Nested
    class Copies {
        @Test
        void getReplica_readsFromReplicas_only() {
            store("k", "v");
            Frame replica = Frame.of(0x83).key("k");
            for (VBucketState state : VBucketState.values()) {
                setState(0, state);
                boolean served = state == VBucketState.REPLICA;
                assertThat(client.status(replica)).as(state.name()).isEqualTo(served ? 0 : NOT_MY_VBUCKET);
            }
            setState(0, VBucketState.REPLICA);
            client.expect(replica, "81 83 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40004 | 00000000 | 'v'");
            assertThat(client.status(Frame.of(0x83).key("x"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void getEx_needsAClientThatUnderstandsAll() {
            store("k", "v");
            assertThat(client.status(Frame.of(0x49).key("k"))).isEqualTo(NOT_SUPPORTED);
            assertThat(client.status(Frame.of(0x4a).key("k"))).isEqualTo(NOT_SUPPORTED);
        }
    }

    @Nested
    class Random {
        @Test
        void nothing_isKeyEnoent() {
            assertThat(client.status(Frame.of(0xb6))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void theOnlyDocument_isFound_whereverItIs() {
            client.call(Frame.set("k", "v").vbucket(3));
            client.expect(
                    Frame.of(0xb6),
                    "81 b6 0001 04 00 0000 | 00000006 | 0000000a | 18fae27693b40004 | 00000000 | 'k' | 'v'");
        }

        @Test
        void extras_areForClientsWithCollections() {
            assertThat(client.status(Frame.of(0xb6).extras("00000000"))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0xb6).extras("00000000 00"))).isEqualTo(EINVAL);
        }

        @Test
        void manyDocuments_comeInTurns() {
            for (int i = 0; i < 20; i++) {
                client.call(Frame.set("key " + i, "v").vbucket(i % 4));
            }
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < 60; i++) {
                seen.add(client.call(Frame.of(0xb6)).keyText());
            }
            assertThat(seen).hasSizeGreaterThan(3);
        }
    }

    @Nested
    class Observing {
        private byte[] entry(int vbucket, String key) {
            byte[] bytes = Hex.bytes("'" + key + "'");
            return ByteBuffer.allocate(4 + bytes.length)
                    .putShort((short) vbucket)
                    .putShort((short) bytes.length)
                    .put(bytes)
                    .array();
        }

        private Frame observe(byte[]... entries) {
            ByteBuffer value = ByteBuffer.allocate(1 << 16);
            for (byte[] entry : entries) {
                value.put(entry);
            }
            byte[] bytes = new byte[value.position()];
            value.flip().get(bytes);
            return Frame.of(0x92).value(bytes);
        }

        @Test
        void observe_tellsOfEachKey() {
            store("there", "v");
            store("gone", "v");
            long deleted = client.call(Frame.of(0x04).key("gone")).cas();
            assertThat(deleted).isZero(); // no HELLO
            client.expect(
                    observe(entry(0, "there"), entry(0, "gone"), entry(1, "there")),
                    "81 92 0000 00 00 0000 | 00000035 | 0000000a | 0000000000000000"
                            + "| 0000 0005 'there' 00 18fae27693b40004"
                            + "  0000 0004 'gone' 81 18fae27693b40006"
                            + "  0001 0005 'there' 80 0000000000000000");
        }

        @Test
        void observe_withADisk_tellsWhatIsOnIt() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            disk.call(Frame.set("k", "v"));
            byte[] answer = disk.call(observe(entry(0, "k"))).value();
            assertThat(answer[5]).isEqualTo((byte) 0x01);
            disk.call(Frame.of(0x80));
            disk.call(Frame.set("k", "w"));
            assertThat(disk.call(observe(entry(0, "k"))).value()[5]).isZero();
            disk.call(Frame.of(0x81));
            disk.call(Frame.of(0x04).key("k"));
            assertThat(disk.call(observe(entry(0, "k"))).value()[5]).isEqualTo((byte) 0x80);
        }

        @Test
        void observe_ofAVbucketElsewhere_isNotMine_forAll() {
            store("k", "v");
            assertThat(client.status(observe(entry(0, "k"), entry(4, "k")))).isEqualTo(NOT_MY_VBUCKET);
            setState(1, VBucketState.DEAD);
            assertThat(client.status(observe(entry(0, "k"), entry(1, "k")))).isEqualTo(NOT_MY_VBUCKET);
            setState(1, VBucketState.REPLICA);
            assertThat(client.status(observe(entry(0, "k"), entry(1, "k")))).isZero();
        }

        @Test
        void observe_malformed_isEinval() {
            assertThat(client.status(Frame.of(0x92).value(Hex.bytes("0000")))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x92).value(Hex.bytes("0000 0000"))))
                    .isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x92).value(Hex.bytes("0000 0002 'k'"))))
                    .isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x92).value(Hex.bytes("0000 00fb" + " 41".repeat(251)))))
                    .isEqualTo(EINVAL);
        }

        @Test
        void observe_ofManyKeys_yieldsBetween() {
            List<byte[]> entries = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                entries.add(entry(0, "key " + i));
            }
            assertThat(client.call(observe(entries.toArray(new byte[0][]))).value())
                    .hasSize(entries.stream().mapToInt(e -> e.length + 9).sum());
        }

        @Test
        void observeSeqno_ofTheNewestHistory() {
            store("k", "v");
            store("k", "w");
            client.expect(
                    Frame.of(0x91).value(Hex.bytes(UUID)),
                    "81 91 0000 00 00 0000 | 0000001b | 0000000a | 0000000000000000" + "| 00 0000 " + UUID
                            + " 0000000000000002 0000000000000002");
        }

        @Test
        void observeSeqno_ofAnOlderHistory_tellsWhereItEnded() {
            store("k", "v");
            setState(0, VBucketState.REPLICA);
            setState(0, VBucketState.ACTIVE);
            store("k", "w");
            Response answer = client.call(Frame.of(0x91).value(Hex.bytes(UUID)));
            ByteBuffer value = ByteBuffer.wrap(answer.value());
            assertThat(value.remaining()).isEqualTo(43);
            assertThat(value.get()).isEqualTo((byte) 1);
            assertThat(value.getShort()).isZero();
            assertThat(value.getLong()).isNotEqualTo(HexFormat.fromHexDigitsToLong(UUID));
            assertThat(value.getLong()).isEqualTo(2);
            assertThat(value.getLong()).isEqualTo(2);
            assertThat(value.getLong()).isEqualTo(HexFormat.fromHexDigitsToLong(UUID));
            assertThat(value.getLong()).isEqualTo(1);
        }

        @Test
        void observeSeqno_whereItFails() {
            assertThat(client.status(Frame.of(0x91).value(Hex.bytes("0000000000000001"))))
                    .isEqualTo(KEY_ENOENT);
            assertThat(client.status(Frame.of(0x91).value(Hex.bytes(UUID)).vbucket(4)))
                    .isEqualTo(NOT_MY_VBUCKET);
            assertThat(client.status(Frame.of(0x91).value(Hex.bytes("00")))).isEqualTo(EINVAL);
            setState(0, VBucketState.DEAD);
            assertThat(client.status(Frame.of(0x91).value(Hex.bytes(UUID)))).isEqualTo(NOT_MY_VBUCKET);
            setState(0, VBucketState.REPLICA);
            assertThat(client.status(Frame.of(0x91).value(Hex.bytes(UUID)))).isZero();
        }

        @Test
        void observeSeqno_withADisk_tellsWhatIsOnIt() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT, MUTATION_SEQNO);
            disk.call(Frame.set("k", "v"));
            disk.call(Frame.of(0x80));
            byte[] uuid = java.util.Arrays.copyOf(disk.call(Frame.set("k", "w")).extras(), 8);
            ByteBuffer value =
                    ByteBuffer.wrap(disk.call(Frame.of(0x91).value(uuid)).value());
            assertThat(value.getLong(11)).isEqualTo(1);
            assertThat(value.getLong(19)).isEqualTo(2);
        }
    }

    @Nested
    class Seqnos {
        @Test
        void allSeqnos_ofEachState() {
            client.call(Frame.set("k", "v").vbucket(1));
            client.call(Frame.set("k", "w").vbucket(1));
            client.expect(
                    Frame.of(0x48),
                    "81 48 0000 00 00 0000 | 00000028 | 0000000a | 0000000000000000"
                            + "| 0000 0000000000000000 0001 0000000000000002"
                            + "  0002 0000000000000000 0003 0000000000000000");
            setState(1, VBucketState.REPLICA);
            setState(2, VBucketState.PENDING);
            setState(3, VBucketState.DEAD);
            assertThat(vbuckets("00000000")).containsExactly(0, 1, 2);
            assertThat(vbuckets("00000001")).containsExactly(0);
            assertThat(vbuckets("00000002")).containsExactly(1);
            assertThat(vbuckets("00000003")).containsExactly(2);
            assertThat(vbuckets("00000004")).containsExactly(3);
            assertThat(client.status(Frame.of(0x48).extras("00000005"))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x48).extras("00000001 00000000")))
                    .isEqualTo(EINVAL);
        }

        private List<Integer> vbuckets(String state) {
            ByteBuffer value =
                    ByteBuffer.wrap(client.call(Frame.of(0x48).extras(state)).value());
            List<Integer> vbuckets = new ArrayList<>();
            while (value.hasRemaining()) {
                vbuckets.add((int) value.getShort());
                value.getLong();
            }
            return vbuckets;
        }

        @Test
        void failoverLog_isNewestFirst() {
            store("k", "v");
            client.expect(
                    Frame.of(0x96),
                    "81 96 0000 00 00 0000 | 00000010 | 0000000a | 0000000000000000 | " + UUID + " 0000000000000000");
            setState(0, VBucketState.DEAD);
            setState(0, VBucketState.ACTIVE);
            byte[] log = client.call(Frame.of(0x96)).value();
            assertThat(log).hasSize(32);
            assertThat(Hex.number(log, 8, 8)).isEqualTo(1);
            assertThat(Hex.number(log, 16, 8)).isEqualTo(HexFormat.fromHexDigitsToLong(UUID));
            setState(0, VBucketState.DEAD);
            assertThat(client.status(Frame.of(0x96))).isZero();
            assertThat(client.status(Frame.of(0x96).vbucket(4))).isEqualTo(NOT_MY_VBUCKET);
        }

        @Test
        void failoverLog_isRefusedWithUnorderedExecution() {
            assertThat(connect(UNORDERED).status(Frame.of(0x96))).isEqualTo(NOT_SUPPORTED);
        }
    }

    @Nested
    class Disk {
        private final String compaction = "0000000000000000 0000000000000000 01 00 0000 00000000";

        @Test
        void withoutADisk_nothingIsSupported() {
            store("k", "v");
            List<Frame> frames = List.of(
                    Frame.of(0x80),
                    Frame.of(0x81),
                    Frame.of(0x93).key("k"),
                    Frame.of(0xb7).extras("0000000000000001"),
                    Frame.of(0xb8).key("k"),
                    Frame.of(0xb3).extras(compaction));
            for (Frame frame : frames) {
                assertThat(client.status(frame)).isEqualTo(NOT_SUPPORTED);
            }
        }

        @Test
        void seqnoPersistence_waits() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            disk.call(Frame.set("k", "v"));
            assertThat(disk.status(Frame.of(0xb7).extras("0000000000000001"))).isZero();
            disk.send(Frame.of(0xb7).extras("0000000000000002"));
            server.advance(Duration.ofSeconds(29));
            assertThat(disk.take()).isEmpty();
            server.advance(Duration.ofSeconds(2));
            assertThat(Response.parse(disk.take())).singleElement().matches(a -> a.status() == ETMPFAIL);
            assertThat(disk.status(Frame.of(0xb7).extras("0000000000000001").vbucket(4)))
                    .isEqualTo(NOT_MY_VBUCKET);
        }

        @Test
        void stopAndStart_areNotDoneTwice() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            assertThat(disk.status(Frame.of(0x81))).isEqualTo(EINVAL);
            assertThat(disk.status(Frame.of(0x80))).isZero();
            assertThat(disk.status(Frame.of(0x80))).isEqualTo(EINVAL);
            assertThat(disk.status(Frame.of(0x81))).isZero();
        }

        @Test
        void evictKey_answersAText_orWhyNot() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            Frame evict = Frame.of(0x93).key("k");
            assertThat(disk.status(evict)).isEqualTo(KEY_ENOENT);
            disk.call(Frame.set("k", "v"));
            assertThat(disk.call(evict).text()).isEqualTo("Ejected.");
            disk.call(Frame.of(0x80));
            disk.call(Frame.set("k", "w"));
            assertThat(disk.status(evict)).isEqualTo(KEY_EEXISTS);
        }

        @Test
        void compactDb_takesZeroPadding_andAListOfKeys() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT, JSON);
            disk.call(Frame.set("k", "v"));
            disk.call(Frame.of(0x04).key("k"));
            assertThat(disk.status(Frame.of(0xb3).extras(compaction))).isZero();
            assertThat(disk.status(Frame.of(0xa0).key("k"))).isEqualTo(KEY_ENOENT);
            assertThat(disk.status(Frame.of(0xb3).extras(compaction).value("[]").datatype(1)))
                    .isZero();
            assertThat(disk.status(Frame.of(0xb3).extras(compaction).value("{}").datatype(1)))
                    .isEqualTo(EINVAL);
            String padded = "0000000000000000 0000000000000000 01 01 0000 00000000";
            assertThat(disk.status(Frame.of(0xb3).extras(padded))).isEqualTo(EINVAL);
            String paddedBehind = "0000000000000000 0000000000000000 01 00 0000 00000001";
            assertThat(disk.status(Frame.of(0xb3).extras(paddedBehind))).isEqualTo(EINVAL);
        }

        @Test
        void getKeys_listsWhatIsOnDisk_inOrder() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            for (String key : List.of("b", "a", "cc", "d")) {
                disk.call(Frame.set(key, "v"));
            }
            disk.call(Frame.of(0x80));
            disk.call(Frame.set("bb", "not on disk"));
            disk.expect(
                    Frame.of(0xb8).key("a"),
                    "81 b8 0000 00 00 0000 | 0000000d | 0000000a | 0000000000000000"
                            + "| 0001 'a' 0001 'b' 0002 'cc' 0001 'd'");
            disk.expect(
                    Frame.of(0xb8).key("b").extras("00000002"),
                    "81 b8 0000 00 00 0000 | 00000007 | 0000000a | 0000000000000000 | 0001 'b' 0002 'cc'");
            disk.expect(Frame.of(0xb8).key("x"), "81 b8 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(disk.status(Frame.of(0xb8).key("a").vbucket(4))).isEqualTo(NOT_MY_VBUCKET);
        }
    }

    @Nested
    class KeyStatistics {
        private List<String> lines(WireClient from, String group) {
            List<String> lines = new ArrayList<>();
            for (Response response : from.ask(Frame.of(0x10).key(group))) {
                assertThat(response.status()).isZero();
                if (response.key().length > 0) {
                    lines.add(response.keyText() + "=" + response.text());
                }
            }
            return lines;
        }

        @Test
        void key_tellsAllOfADocument() {
            client.call(Frame.of(0x01).key("k").extras("0000000a 00000000").value("{}"));
            assertThat(lines(client, "key k 0"))
                    .containsExactly(
                            "key_is_dirty=true",
                            "key_exptime=0",
                            "key_datatype=json",
                            "key_flags=10",
                            "key_cas=" + FIRST_CAS,
                            "key_vb_state=active",
                            "key_is_resident=true");
            assertThat(lines(client, "key-byid k 0 0x0")).hasSize(7);
            assertThat(lines(client, "vkey k 0")).hasSize(8).contains("key_valid=ram_but_not_disk");
        }

        @Test
        void vkey_withADisk_looksAtIt() {
            WireClient disk = connectTo(NaiveEngineProvider.persistent(), WritePolicy.DEFAULT);
            disk.call(Frame.set("k", "v"));
            assertThat(lines(disk, "vkey k 0")).contains("key_is_dirty=false", "key_valid=valid");
            disk.call(Frame.of(0x80));
            disk.call(Frame.set("k", "w"));
            assertThat(lines(disk, "vkey-byid k 0 0")).contains("key_is_dirty=true", "key_valid=dirty");
        }

        @Test
        void whatIsMissingOrWrong() {
            assertThat(client.status(Frame.of(0x10).key("key k 0"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(Frame.of(0x10).key("key k 9"))).isEqualTo(NOT_MY_VBUCKET);
            assertThat(client.status(Frame.of(0x10).key("key k x"))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x10).key("key k"))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x10).key("key"))).isEqualTo(EINVAL);
            assertThat(client.status(Frame.of(0x10).key("key-byid k 0"))).isEqualTo(EINVAL);
        }
    }

    @Nested
    class MinimumOfDurability {
        private final WritePolicy majority = new WritePolicy(ConflictResolution.SEQNO, DurabilityLevel.MAJORITY);
        private final WritePolicy persist =
                new WritePolicy(ConflictResolution.SEQNO, DurabilityLevel.PERSIST_TO_MAJORITY);

        private List<Frame> writes() {
            return List.of(
                    Frame.set("k", "1"),
                    Frame.of(0x05).key("k").extras("0000000000000001 0000000000000000 00000000"),
                    Frame.of(0x0e).key("k").value("1"),
                    Frame.of(0x04).key("k"),
                    Frame.of(0x02).key("k").extras("00000000 00000000").value("1"),
                    Frame.of(0x03).key("k").extras("00000000 00000000").value("1"));
        }

        @Test
        void reachable_isReachedSilently() {
            WireClient raised = connectTo(majority, XERROR, MUTATION_SEQNO);
            long seqno = 0;
            for (Frame write : writes()) {
                Response answer = raised.call(write);
                assertThat(answer.status()).isZero();
                assertThat(Hex.number(answer.extras(), 8, 8)).isEqualTo(++seqno);
            }
        }

        @Test
        void beyondTheEngine_isItsAnswer_forEveryStoreAndRemoval() {
            WireClient raised = connectTo(persist, XERROR);
            for (Frame write : writes()) {
                int status = raised.status(write);
                assertThat(status).isIn(0xa0, KEY_ENOENT, 0x05); // appends and replaces look first
            }
            assertThat(raised.status(Frame.set("k", "1"))).isEqualTo(0xa0);
            assertThat(raised.status(Frame.of(0x04).key("k"))).isEqualTo(0xa0);
            assertThat(raised.status(Frame.set("k", "1").framing("11 01")))
                    .as("majority")
                    .isEqualTo(0xa0);
        }

        @Test
        void touchesAndWritesWithMeta_areLeftAlone() {
            WireClient raised = connectTo(persist, XERROR);
            Frame withMeta = Frame.of(0xa2)
                    .key("k")
                    .extras("00000000 00000000 0000000000000001 0000000000000005")
                    .value("v");
            assertThat(raised.status(withMeta)).isZero();
            assertThat(raised.status(Frame.of(0x1c).key("k").extras("00000064")))
                    .isZero();
            assertThat(raised.status(Frame.of(0x1d).key("k").extras("00000065")))
                    .isZero();
        }

        @Test
        void strongerThanTheMinimum_staysAsItIs() {
            WireClient raised = connectTo(majority, XERROR);
            assertThat(raised.status(Frame.set("k", "1").framing("11 03"))).isEqualTo(0xa0);
            assertThat(raised.status(Frame.set("k", "1").framing("11 01"))).isZero();
        }
    }
}
