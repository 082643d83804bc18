package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** GET_VBUCKET, SET_VBUCKET, DEL_VBUCKET, what states do to commands, and traffic that is switched off. */
class VBucketWireTest {

    private static final int ACTIVE = 1;
    private static final int REPLICA = 2;
    private static final int PENDING = 3;
    private static final int DEAD = 4;

    private static final int JSON = 0x0b;
    private static final int UNORDERED = 0x0e;

    private TestServer server = new TestServer();
    private WireClient manager = server.connect();

    @BeforeEach
    void open() {
        server.close();
        server = TestServer.naive(FaultPlan.everyFirstCall());
        manager = connect(JSON);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect(int... features) {
        return server.greeted(features);
    }

    private static Frame set(int vbucket, int state) {
        return Frame.of(0x3d).vbucket(vbucket).extras("0" + state);
    }

    private static Frame set(int vbucket, int state, String json) {
        return set(vbucket, state).value(json).datatype(1);
    }

    private static Frame get(int vbucket) {
        return Frame.of(0x3e).vbucket(vbucket);
    }

    private static Frame delete(int vbucket) {
        return Frame.of(0x3f).vbucket(vbucket);
    }

    @Nested
    class States {
        @Test
        void getVbucket_isTheStateInFourBytes() {
            manager.expect(get(3), "81 3e 0000 00 00 0000 | 00000004 | 0000000a | 0000000000000000 | 00000001");
            for (int state : new int[] {REPLICA, PENDING, DEAD, ACTIVE}) {
                manager.expect(set(3, state), "81 3d 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
                assertThat(manager.call(get(3)).value()).containsExactly(0, 0, 0, state);
            }
        }

        @Test
        void getVbucket_ofNone_isNotMyVbucket_withTheMap() {
            server.node().addresses(new NodeAddresses(null, 11210, 0, 8091, 0, Map.of()));
            Response response = manager.call(get(4));
            assertThat(response.status()).isEqualTo(0x07);
            assertThat(response.text()).contains("vBucketServerMap");
        }

        @Test
        void setVbucket_beyondTheCount_isErange() {
            assertThat(manager.status(set(4, ACTIVE))).isEqualTo(0x22);
            assertThat(manager.status(set(0xffff, ACTIVE))).isEqualTo(0x22);
        }

        @Test
        void setVbucket_toWhatIsNoState_isEinval() {
            assertThat(manager.status(set(0, 0))).isEqualTo(0x04);
            assertThat(manager.status(set(0, 5))).isEqualTo(0x04);
            assertThat(manager.status(Frame.of(0x3d))).isEqualTo(0x04);
            assertThat(manager.status(set(0, 1).key("k"))).isEqualTo(0x04);
        }

        @Test
        void setVbucket_withATopology_givesItToTheEngine_forActiveOnes() {
            String json = "{\"topology\":[[\"n_0\",null]]}";
            assertThat(manager.status(set(2, ACTIVE, json))).isZero();
            assertThat(server.bucket("default").topology().current().chain(2)).containsExactly(0, -1);
            assertThat(manager.status(set(2, REPLICA, json))).isEqualTo(0x04);
            assertThat(manager.status(set(2, REPLICA, "{\"expected_next_state\":\"active\"}")))
                    .isZero();
            assertThat(server.bucket("default").topology().current().chain(2)).containsExactly(0);
        }

        @Test
        void setVbucket_withAValueThatIsNoTopology_isEinval() {
            for (String json : List.of("x", "[]", "{\"topology\":[]}", "{\"a\":1}", "{}".repeat(5000))) {
                assertThat(manager.status(set(2, ACTIVE, json))).isEqualTo(0x04);
            }
            assertThat(manager.status(set(2, ACTIVE).value("{}")))
                    .as("not flagged as JSON")
                    .isEqualTo(0x04);
            assertThat(manager.status(set(2, ACTIVE).datatype(1)))
                    .as("flagged, without a value")
                    .isEqualTo(0x04);
        }

        @Test
        void delVbucket_takesDeadOnes_andThenThereIsNone() {
            assertThat(manager.status(delete(1))).isEqualTo(0x04);
            manager.call(Frame.set("k", "v").vbucket(1));
            manager.call(set(1, DEAD));
            manager.expect(
                    delete(1).value("async=0"), "81 3f 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(manager.status(get(1))).isEqualTo(0x07);
            assertThat(manager.status(delete(1))).isEqualTo(0x07);
            assertThat(manager.status(Frame.get("k").vbucket(1))).isEqualTo(0x07);
            assertThat(manager.status(delete(99))).isEqualTo(0x07);
            manager.call(set(1, ACTIVE));
            assertThat(manager.status(Frame.get("k").vbucket(1))).isEqualTo(0x01);
        }

        @Test
        void replicaAndDead_areNotMyVbucket_toReadsAndWrites() {
            for (int state : new int[] {REPLICA, DEAD}) {
                manager.call(set(1, state));
                for (Frame frame : List.of(
                        Frame.get("k"),
                        Frame.set("k", "v"),
                        Frame.of(0x04).key("k"),
                        Frame.of(0x05).key("k").extras("0000000000000001 0000000000000001 00000000"),
                        Frame.of(0x0e).key("k").value("v"),
                        Frame.of(0x1c).key("k").extras("00000001"),
                        Frame.of(0x94).key("k"))) {
                    assertThat(manager.status(frame.vbucket(1))).isEqualTo(0x07);
                }
            }
        }

        @Test
        void anEngineWithoutStates_hasEveryVbucketActive() {
            server.createBucket("plain", new ScriptedEngine(cookie -> Status.SUCCESS), false);
            manager.call(Frame.of(0x89).key("plain"));
            int count = server.bucket("plain").spec().configuration().vbucketCount();
            assertThat(manager.call(get(count - 1)).value()).containsExactly(0, 0, 0, 1);
            assertThat(manager.status(get(count))).isEqualTo(0x07);
            assertThat(manager.status(set(0, DEAD))).isEqualTo(0x83);
            assertThat(manager.status(set(count, DEAD))).isEqualTo(0x22);
            assertThat(manager.status(delete(0))).isEqualTo(0x83);
        }
    }

    @Nested
    class Pending {
        @Test
        void commandsWait_onAnyNumberOfConnections_andThenRunOnce() {
            manager.call(set(1, PENDING));
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                WireClient client = server.connect();
                client.send(
                        Frame.of(0x05).key("n").vbucket(1).extras("0000000000000001 0000000000000001 00000000"),
                        Frame.noop());
                clients.add(client);
            }
            server.settle();
            for (WireClient client : clients) {
                assertThat(client.take()).isEmpty();
            }
            manager.call(set(2, DEAD)); // Another one: nobody moves.
            manager.call(set(1, PENDING)); // No news.
            for (WireClient client : clients) {
                assertThat(client.take()).isEmpty();
            }
            manager.call(set(1, ACTIVE));
            server.settle();
            for (WireClient client : clients) {
                assertThat(Response.parse(client.take()))
                        .hasSize(2)
                        .allSatisfy(r -> assertThat(r.status()).isZero());
            }
            assertThat(manager.call(Frame.get("n").vbucket(1)).text()).isEqualTo("200");
        }

        @Test
        void commandsThatMayBeOvertaken_waitSideBySide() {
            manager.call(set(1, PENDING));
            manager.call(set(2, PENDING));
            WireClient client = connect(UNORDERED);
            client.send(
                    Frame.set("a", "1").vbucket(1).opaque(1),
                    Frame.set("b", "2").vbucket(2).opaque(2),
                    Frame.set("c", "3").vbucket(3).opaque(3));
            server.settle();
            assertThat(Response.parse(client.take()))
                    .singleElement()
                    .satisfies(r -> assertThat(r.opaque()).isEqualTo(3));
            manager.call(set(2, ACTIVE));
            assertThat(Response.parse(client.settle().take())).singleElement().satisfies(r -> {
                assertThat(r.opaque()).isEqualTo(2);
                assertThat(r.status()).isZero();
            });
            manager.call(set(1, DEAD));
            assertThat(Response.parse(client.settle().take())).singleElement().satisfies(r -> {
                assertThat(r.opaque()).isEqualTo(1);
                assertThat(r.status()).isEqualTo(0x07);
            });
        }

        @Test
        void whoWaits_mayGoAway_orLoseItsBucket() {
            manager.call(set(1, PENDING));
            WireClient gone = server.connect();
            gone.send(Frame.get("k").vbucket(1));
            WireClient left = server.connect();
            left.send(Frame.get("k").vbucket(1));
            server.settle();
            gone.disconnect();
            server.settle();
            manager.call(Frame.of(0x89).key("@no bucket@"));
            var destroyed = server.node().buckets().destroy("default", true);
            server.settle();
            assertThat(left.closed()).isTrue();
            assertThat(destroyed).isCompleted();
        }

        @Test
        void deletionOfTheVbucket_isNews() {
            manager.call(set(1, PENDING));
            WireClient client = server.connect();
            client.send(Frame.get("k").vbucket(1));
            server.settle();
            manager.call(set(1, DEAD));
            manager.call(delete(1));
            assertThat(Response.parse(client.settle().take()))
                    .singleElement()
                    .satisfies(r -> assertThat(r.status()).isEqualTo(0x07));
        }

        /** A state that changes just when the engine has called the vbucket pending is not missed. */
        @Test
        void aChangeBeforeTheCommandIsParked_isNotMissed() {
            boolean[] pending = {true};
            ScriptedEngine engine = new ScriptedEngine(cookie -> {
                if (pending[0]) {
                    pending[0] = false; // Another thread has set it active right behind our back, and nobody was told.
                    return Status.VBUCKET_PENDING;
                }
                return Status.NO_SUCH_KEY;
            });
            server.createBucket("racy", engine, false);
            WireClient client = server.connect();
            client.call(Frame.of(0x89).key("racy"));
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        /** Two vbuckets whose states change all the time, under clients that count: every command is answered once. */
        @Test
        void underAnyOrder_everyCommandIsAnswered() {
            for (long seed = 1; seed <= 20; seed++) {
                Limits limits = TestLimits.with("loops", 3).limits();
                List<Fault> faults = Stream.concat(Fault.LEGAL.stream(), Fault.HARMLESS.stream())
                        .filter(fault -> !fault.equals(Fault.NOTIFY_FROM_ODD_THREAD))
                        .toList();
                try (TestServer shuffled = new TestServer(limits, seed, true)) {
                    shuffled.createBucket("default", FaultPlan.seeded(seed, 30, faults));
                    run(shuffled, new Random(seed));
                } catch (Throwable e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }

        private void run(TestServer shuffled, Random random) {
            WireClient setter = shuffled.connect(0, true);
            int[] requests = new int[8];
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < requests.length; i++) {
                WireClient client = shuffled.connect(i % 3, true);
                if (i % 2 == 0) {
                    client.call(Frame.hello(UNORDERED));
                }
                clients.add(client);
            }
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(5) == 0) {
                    setter.send(set(random.nextInt(2), random.nextInt(3) == 0 ? ACTIVE : PENDING));
                } else {
                    int which = random.nextInt(clients.size());
                    requests[which]++;
                    clients.get(which)
                            .send(Frame.of(0x05)
                                    .key("n")
                                    .vbucket(random.nextInt(2))
                                    .extras("0000000000000001 0000000000000001 00000000"));
                }
                for (int step = random.nextInt(8); step > 0; step--) {
                    shuffled.step();
                }
            }
            setter.send(set(0, ACTIVE), set(1, ACTIVE));
            shuffled.settle();
            long answered = 0;
            for (int i = 0; i < requests.length; i++) {
                List<Response> answers = Response.parse(clients.get(i).take());
                assertThat(answers)
                        .hasSize(requests[i])
                        .allSatisfy(r -> assertThat(r.status()).isZero());
                answered += answers.size();
            }
            assertThat(count(setter, 0) + count(setter, 1)).isEqualTo(answered);
        }

        private static long count(WireClient client, int vbucket) {
            client.take();
            Response response = client.call(Frame.get("n").vbucket(vbucket));
            return response.status() == 0 ? Long.parseLong(response.text()) : 0;
        }
    }

    @Nested
    class Traffic {
        private final Frame off = Frame.of(0xae);
        private final Frame on = Frame.of(0xad);

        @Test
        void off_putsMutationsOff_andServesHits() {
            manager.call(Frame.set("k", "v"));
            Response answer = manager.call(off);
            assertThat(answer.status()).isZero();
            assertThat(answer.text()).isNotEmpty();
            for (Frame frame : List.of(
                    Frame.set("k", "w"),
                    Frame.of(0x04).key("k"),
                    Frame.of(0x05).key("n").extras("0000000000000001 0000000000000001 00000000"),
                    Frame.of(0x0e).key("k").value("w"),
                    Frame.of(0x1c).key("k").extras("00000001"),
                    Frame.of(0x1d).key("k").extras("00000001"),
                    Frame.get("missing"),
                    Frame.of(0x94).key("missing"),
                    Frame.get("k").vbucket(9))) {
                assertThat(manager.status(frame)).isEqualTo(0x86);
            }
            assertThat(manager.call(Frame.get("k")).text()).isEqualTo("v");
            assertThat(manager.status(Frame.of(0x94).key("k"))).isZero();
            assertThat(manager.status(get(9))).as("what a manager asks").isEqualTo(0x07);
            assertThat(manager.status(on)).isZero();
            assertThat(manager.status(Frame.get("missing"))).isEqualTo(0x01);
            assertThat(manager.status(Frame.set("other", "w"))).isZero();
        }

        @Test
        void off_isOfOneBucket() {
            server.createBucket("another", FaultPlan.none());
            manager.call(off);
            WireClient elsewhere = server.connect();
            elsewhere.call(Frame.of(0x89).key("another"));
            assertThat(elsewhere.status(Frame.set("k", "v"))).isZero();
        }

        @Test
        void aMutationThatTheEngineHasBegun_isAnswered() {
            boolean[] done = {false};
            List<Runnable> later = new ArrayList<>();
            server.createBucket(
                    "slow",
                    new ScriptedEngine(cookie -> {
                        if (cookie.attachment() != null) {
                            done[0] = true;
                            return Status.SUCCESS;
                        }
                        cookie.attach("begun");
                        var blocked = cookie.block();
                        later.add(() -> blocked.notifyIoComplete(Status.SUCCESS));
                        return Status.WOULD_BLOCK;
                    }),
                    false);
            manager.call(Frame.of(0x89).key("slow"));
            manager.send(Frame.set("k", "v"));
            server.settle();
            WireClient switcher = server.connect();
            switcher.call(Frame.of(0x89).key("slow"));
            assertThat(switcher.status(off)).isZero();
            later.get(0).run();
            assertThat(Response.parse(manager.settle().take()))
                    .singleElement()
                    .satisfies(r -> assertThat(r.status()).isZero());
            assertThat(done[0]).isTrue();
        }
    }

    @Test
    void aProviderSaysWhetherDocumentsOutliveIt() {
        assertThat(new NaiveEngineProvider().ephemeral()).isTrue();
        assertThat(server.bucket("default").spec().provider().ephemeral()).isTrue();
    }
}
