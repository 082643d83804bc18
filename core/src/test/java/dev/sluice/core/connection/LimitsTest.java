package dev.sluice.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many, how long, and how things end. */
class LimitsTest {

    private static final FaultPlan SILENT_GETS =
            FaultPlan.always(Fault.NOTIFY_NEVER).only(Operation.GET);

    private TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    // ---- connections ------------------------------------------------------------------------------------------------

    @Test
    void connections_beyondTheLimit_areRefused_untilOneCloses() {
        server = new TestServer(TestLimits.with("connectionsMax", 2).limits(), 0, false);
        WireClient first = server.connect();
        server.connect();
        assertThat(server.connect().closed()).isTrue();
        assertThat(server.counter(ServerCounter.REJECTED_CONNECTIONS)).isEqualTo(1);
        first.disconnect();
        server.pump();
        assertThat(server.connect().status(Frame.noop())).isZero();
    }

    // ---- stop -------------------------------------------------------------------------------------------------------

    @Test
    void stop_answersWhatHasArrived_andTakesNoMore() {
        server = TestServer.naive(FaultPlan.everyFirstCall());
        WireClient client = server.connect();
        for (int i = 0; i < 100; i++) {
            client.send(Frame.set("k" + i, "v").opaque(i));
        }
        server.step(); // It was read.
        CompletableFuture<Void> stopped = server.node().stop();
        WireClient late = server.connect();
        server.advance(Duration.ofSeconds(1));
        assertThat(stopped).isCompleted();
        assertThat(late.closed()).isTrue();
        assertThat(client.closed()).isTrue();
        List<Response> responses = Response.parse(client.take());
        assertThat(responses).isNotEmpty();
        for (int i = 0; i < responses.size(); i++) {
            assertThat(responses.get(i).opaque()).isEqualTo(i);
        }
    }

    @Test
    void stop_withCommandsThatNobodyAnswers_isBounded() {
        server = TestServer.naive(SILENT_GETS);
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(server.connect().send(Frame.get("k")));
        }
        server.settle();
        FaultInjectingEngine engine = server.engine("default");
        CompletableFuture<Void> stopped = server.node().stop();
        server.advance(Duration.ofSeconds(9));
        assertThat(stopped).isNotCompleted();
        server.advance(Duration.ofSeconds(3));
        assertThat(stopped).isCompleted();
        assertThat(clients).allMatch(WireClient::closed);
        assertThat(engine.notifySilent(Status.SUCCESS)).isEqualTo(50);
    }

    @Test
    void stop_withAClientThatDoesNotRead_isBounded() {
        server = TestServer.naive();
        server.connect().exchange(Frame.set("k", "x".repeat(1 << 20)));
        WireClient client = server.connect().window(5);
        client.exchange(Frame.get("k"));
        CompletableFuture<Void> stopped = server.node().stop();
        server.advance(Duration.ofSeconds(12));
        assertThat(stopped).isCompleted();
        assertThat(client.closed()).isTrue();
    }

    @Test
    void stop_ofAnIdleServer_isImmediate() {
        server = TestServer.naive();
        WireClient client = server.connect();
        client.exchange(Frame.noop());
        CompletableFuture<Void> stopped = server.node().stop();
        server.advance(Duration.ofMillis(100));
        assertThat(stopped).isCompleted();
        assertThat(client.closed()).isTrue();
    }

    // ---- destroying a bucket ----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void destroy_withAThousandBlockedCommands_andStalledReaders_isBounded(boolean shuffled) {
        server = new TestServer(TestLimits.with("loops", 2).limits(), 7, shuffled);
        FaultInjectingEngine engine = server.createBucket("default", SILENT_GETS);
        server.createBucket("other", FaultPlan.none());
        server.connect().exchange(Frame.set("large", "x".repeat(1 << 20)));
        List<WireClient> blocked = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            blocked.add(server.connect(i % 2, true).send(Frame.get("k"), Frame.noop()));
        }
        List<WireClient> stalled = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            stalled.add(server.connect(i % 2, true)
                    .window(0)
                    .send(Frame.of(0x1d).key("large").extras("00000000"), Frame.noop()));
        }
        WireClient idle = server.connect();
        WireClient elsewhere = server.connect();
        elsewhere.exchange(Frame.of(0x89).key("other"), Frame.set("k", "v"));
        server.settle();
        assertThat(engine.silentCount()).isEqualTo(1000);
        Bucket bucket = server.bucket("default");

        CompletableFuture<Void> destroyed = server.node().buckets().destroy("default", true);
        server.advance(Duration.ofSeconds(5));

        assertThat(destroyed).isCompleted();
        assertThat(blocked).allMatch(WireClient::closed);
        assertThat(stalled).allMatch(WireClient::closed);
        assertThat(idle.closed()).isTrue();
        assertThat(elsewhere.call(Frame.get("k")).text()).isEqualTo("v");
        assertThat(server.directBytes()).isZero();
        assertThat(bucket.userCount()).isZero();
        // and whoever notifies now is late, which is legal
        engine.notifySilent(Status.SUCCESS);
        server.pump();
        assertThat(bucket.faults().count(EngineFault.NOTIFIED_LATE)).isEqualTo(1000);
        // the name is free
        server.createBucket("default", FaultPlan.none());
        assertThat(server.connect().status(Frame.set("k", "v"))).isZero();
    }

    @Test
    void destroy_ofABucketThatIsGoing_isRefused_andANewConnectionHasNoBucket() {
        server = TestServer.naive(SILENT_GETS);
        CompletableFuture<Void> first = server.node().buckets().destroy("default", false);
        assertThat(server.node().buckets().destroy("default", false)).isCompletedExceptionally();
        WireClient client = server.connect();
        client.exchange(Frame.hello(0x07));
        assertThat(client.status(Frame.get("k"))).isEqualTo(0x08);
        server.advance(Duration.ofSeconds(1));
        assertThat(first).isCompleted();
        assertThat(server.node().buckets().destroy("default", false)).isCompletedExceptionally();
    }

    // ---- engines that misbehave -------------------------------------------------------------------------------------

    @Test
    void engineThatNeverAnswers_costsItsOwnCommands() {
        server = TestServer.naive(SILENT_GETS);
        WireClient blocked = server.connect();
        assertThat(blocked.exchange(Frame.get("k"), Frame.noop())).isEmpty();
        WireClient other = server.connect();
        assertThat(other.status(Frame.set("k", "v"))).isZero();
        server.advance(Duration.ofHours(1));
        assertThat(blocked.closed()).isFalse();
        blocked.disconnect();
        server.pump();
        server.engine("default").notifySilent(Status.SUCCESS);
        server.pump();
        assertThat(server.faults(EngineFault.NOTIFIED_LATE)).isEqualTo(1);
        assertThat(other.status(Frame.noop())).isZero();
    }

    @Test
    void engineThatThrows_costsAReadATemporaryFailure_andAMutationItsConnection() {
        server = TestServer.naive(FaultPlan.always(Fault.THROW));
        WireClient client = server.connect();
        assertThat(client.status(Frame.get("k"))).isEqualTo(0x86);
        assertThat(client.status(Frame.of(0x94).key("k"))).isEqualTo(0x86);
        assertThat(client.status(Frame.of(0x0e).key("k").value("v")))
                .as("a read at first")
                .isEqualTo(0x86);
        WireClient other = server.connect();
        client.expectClose(Frame.set("k", "v"));
        server.connect().expectClose(Frame.of(0x04).key("k"));
        server.connect().expectClose(Frame.of(0x1c).key("k").extras("00000000"));
        assertThat(other.status(Frame.noop())).isZero();
        assertThat(server.faults(EngineFault.EXCEPTION)).isEqualTo(6);
        assertThat(server.counter(ServerCounter.INTERNAL_ERRORS)).isZero();
    }

    @Test
    void undecidedIncrement_isNeverRepeated() {
        server = TestServer.naive(FaultPlan.script(Fault.PASS, Fault.PASS, Fault.PASS, Fault.THROW_AFTER));
        server.connect().exchange(Frame.set("n", "1"), Frame.get("n"));
        Frame increment = Frame.of(0x05).key("n").extras("0000000000000001 0000000000000000 00000000");
        server.connect().expectClose(increment);
        assertThat(server.connect().call(Frame.get("n")).text()).isEqualTo("2");
    }
}
