package dev.sluice.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.InflatedBudget;
import dev.sluice.engine.Datatype;
import dev.sluice.memory.MemoryEngineProvider;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Values of the largest size, compressed: what they take in memory between socket and engine, and who waits for it. */
class InflatedValuesTest {

    private static final int MIB = 1 << 20;
    private static final int LARGEST = 20 * MIB;
    private static final int SNAPPY = 0x0a;
    private static final int XERROR = 0x07;

    /** 20 MiB that Snappy can make something of, with an end that tells whether all of it came. */
    private static byte[] largest() {
        byte[] value = new byte[LARGEST];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i / 1000);
        }
        return value;
    }

    private static byte[] snappy(byte[] value) {
        return Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length));
    }

    private static WireClient snappyClient(TestServer server) {
        WireClient client = server.connect();
        client.call(Frame.hello(SNAPPY));
        return client;
    }

    private static Frame set(String key, byte[] value) {
        return Frame.set(key, "").value(value).datatype(Datatype.SNAPPY);
    }

    private static void passive(TestServer server) {
        server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, 1.2, true));
    }

    /** Through an engine that copies what it stores, in every mode, with and without xattrs in the way. */
    @Test
    void twentyMebibytes_goInAndOut() {
        try (TestServer server =
                new TestServer(TestLimits.with("inboundBytesMax", 128L * MIB).limits(), 0, false)) {
            server.createBucket("default", new MemoryEngineProvider(), false);
            byte[] value = largest();
            WireClient snappy = snappyClient(server);
            WireClient plain = server.connect();
            for (CompressionMode mode : CompressionMode.values()) {
                server.datatypes("default", new DatatypeSettings(mode, 1.2, true));
                assertThat(snappy.status(set("k", snappy(value))))
                        .as(mode.text())
                        .isZero();
                assertThat(Arrays.equals(plain.call(Frame.get("k")).value(), value))
                        .as(mode.text())
                        .isTrue();
                assertThat(snappy.call(Frame.get("k")).datatype())
                        .as(mode.text())
                        .isEqualTo(mode == CompressionMode.OFF ? 0 : Datatype.SNAPPY);
            }
            assertThat(snappy.status(set("k", snappy(Arrays.copyOf(value, LARGEST + 1)))))
                    .isEqualTo(0x03);
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();
        }
    }

    @Test
    void aSlowReader_ofAnInflatedValue_holdsThatValueAndOnePiece_untilItHasReadOrGone() {
        try (TestServer server = TestServer.naive()) {
            passive(server);
            snappyClient(server).call(set("k", snappy(largest())));
            WireClient slow = server.connect().window(1000);
            slow.send(Frame.get("k"), Frame.noop()).settle();
            assertThat(server.node().inflatedBudget().usedBytes()).isEqualTo(LARGEST);
            assertThat(server.directBytes()).isLessThan(2L * server.limits().copyBytesMax());
            slow.readFreely();
            server.settle();
            List<Response> answers = Response.parse(slow.take());
            assertThat(answers).hasSize(2);
            assertThat(Arrays.equals(answers.get(0).value(), largest())).isTrue();
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();

            slow.window(1000).send(Frame.get("k")).settle();
            assertThat(server.node().inflatedBudget().usedBytes()).isEqualTo(LARGEST);
            slow.disconnect();
            server.settle();
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();
        }
    }

    /** The limit is 30 MiB here, so one of 20 is in and the next is not. Who takes Snappy costs nothing. */
    @Test
    void manySlowReaders_areBoundedTogether_andTheOthersHearTmpfail() {
        try (TestServer server = TestServer.naive()) {
            passive(server);
            WireClient snappy = snappyClient(server);
            snappy.call(set("k", snappy(largest())));
            WireClient slow = server.connect().window(1000);
            slow.send(Frame.get("k")).settle();
            for (int i = 0; i < 5; i++) {
                assertThat(server.connect().status(Frame.get("k"))).isEqualTo(0x86);
                assertThat(server.connect().status(Frame.of(0x0e).key("k").value("x")))
                        .isEqualTo(0x86);
                assertThat(snappy.status(set("other", snappy(largest())))).isEqualTo(0x86);
            }
            assertThat(server.node().inflatedBudget().usedBytes()).isEqualTo(LARGEST);
            assertThat(snappy.status(Frame.get("k"))).isZero();
            slow.disconnect();
            server.settle();
            assertThat(server.connect().status(Frame.get("k"))).isZero();
        }
    }

    /** Who is not told the lock's CAS cannot give it back, and would keep everybody out for the lock's time. */
    @Test
    void aLockThatCannotBeShown_isGivenUp() {
        for (FaultPlan plan : List.of(FaultPlan.none(), FaultPlan.everyFirstCall())) {
            try (TestServer server = TestServer.naive(plan)) {
                passive(server);
                WireClient snappy = server.greeted(SNAPPY, XERROR);
                snappy.call(set("k", snappy(largest())));
                server.connect().window(1000).send(Frame.get("k")).settle();
                Frame lock = Frame.of(0x94).key("k");
                Response refused = server.greeted(XERROR).call(lock);
                assertThat(refused.status()).isEqualTo(0x86);
                assertThat(refused.text()).contains("take too much memory");
                assertThat(snappy.status(lock)).as("nobody has it").isZero();
            }
        }
    }

    @Test
    void whatAnEngineHoldsUp_isCharged_untilTheCommandEnds() {
        try (TestServer server = TestServer.naive()) {
            WireClient snappy = snappyClient(server);
            server.engine("default").plan(FaultPlan.script(Fault.NOTIFY_NEVER).only(Operation.STORE));
            snappy.send(set("k", snappy(largest()))).settle();
            assertThat(server.engine("default").silentCount()).isEqualTo(1);
            assertThat(server.node().inflatedBudget().usedBytes()).isEqualTo(LARGEST);
            snappy.disconnect();
            server.settle();
            assertThat(server.node().inflatedBudget().usedBytes()).isZero();
        }
    }

    /** Read-modify-writes that are overtaken again and again pay for one document at a time. */
    @Test
    void attempts_payOnce() {
        try (TestServer server = TestServer.naive()) {
            byte[] stored = snappy(XattrBytes.of("_s", "1").body(new byte[10 * MIB]));
            EngineDriver other = new EngineDriver(server.engine("default").inner(), server.scheduler(), 1);
            Runnable plant = () -> other.store(
                    0,
                    Key.of("k"),
                    dev.sluice.testkit.Store.of(dev.sluice.engine.StoreMode.SET, stored)
                            .datatype(Datatype.SNAPPY | Datatype.XATTR));
            plant.run();
            int[] stores = {0};
            server.engine("default").plan(call -> {
                if (call.operation() == Operation.STORE && ++stores[0] < 12) {
                    plant.run();
                }
                return Fault.PASS;
            });
            assertThat(server.connect().status(Frame.of(0x0e).key("k").value("x")))
                    .isZero();
            assertThat(stores[0]).isEqualTo(12);
            plant.run();
            stores[0] = 0;
            assertThat(server.connect().status(Frame.set("k", "new"))).isZero();
        }
    }

    @Test
    void theBudget_letsOneThrough_andGivesBackOnce() {
        InflatedBudget budget = new InflatedBudget(100);
        InflatedBudget.Lease large = budget.tryLease(500);
        assertThat(large).isNotNull();
        assertThat(budget.tryLease(1)).isNull();
        large.run();
        large.run();
        assertThat(budget.usedBytes()).isZero();
        InflatedBudget.Lease first = budget.tryLease(60);
        InflatedBudget.Lease second = budget.tryLease(40);
        assertThat(budget.tryLease(1)).isNull();
        assertThat(first).isNotNull();
        assertThat(second).isNotNull();
        second.run();
        assertThat(budget.usedBytes()).isEqualTo(60);
    }

    @Test
    void withoutXerror_theStatusIsTheSame() {
        try (TestServer server = TestServer.naive()) {
            WireClient client = server.connect();
            client.call(Frame.hello(SNAPPY, XERROR));
            assertThat(client.status(set("k", new byte[] {(byte) 0x80}))).isEqualTo(0x04);
            assertThat(snappyClient(server).status(set("k", new byte[] {(byte) 0x80})))
                    .isEqualTo(0x04);
        }
    }
}
