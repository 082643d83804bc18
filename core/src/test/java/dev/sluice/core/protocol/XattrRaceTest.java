package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Operation;
import dev.sluice.testkit.Store;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What others do to a document between the look at its xattrs and the store that keeps them. The engine is made to wait with
 * its second call, the look; meanwhile the other comes; then it goes on.
 */
class XattrRaceTest {

    private static final XattrBytes OLD = XattrBytes.of("_s", "1", "u", "2");
    private static final XattrBytes NEW = XattrBytes.of("_s", "3");
    private static final Key KEY = Key.of("k");

    private TestServer server = new TestServer();
    private FaultInjectingEngine engine;
    private EngineDriver other;

    @BeforeEach
    void open() {
        server = new TestServer();
        engine = server.createBucket("default", FaultPlan.none());
        other = new EngineDriver(engine.inner(), server.scheduler(), 1);
        plant(OLD);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private long plant(XattrBytes xattrs) {
        return other.store(0, KEY, Store.of(StoreMode.SET, xattrs.body("old")).datatype(Datatype.XATTR))
                .cas();
    }

    /** Sends a request, stops it before it stores what it has merged, lets the other come, and answers what came of it. */
    private Response overtaken(Frame frame, Runnable meanwhile) {
        WireClient client = server.connect();
        client.call(Frame.hello(0x07));
        // The look has passed and the merged store waits: script the second store, or the store of a removal.
        boolean removal = frame.bytes()[1] == 0x04;
        engine.plan(FaultPlan.script(
                        removal ? new Fault[] {Fault.NOTIFY_NEVER} : new Fault[] {Fault.PASS, Fault.NOTIFY_NEVER})
                .only(Operation.STORE));
        client.send(frame).settle();
        assertThat(engine.silentCount()).as("waits before it stores").isEqualTo(1);
        assertThat(client.take()).isEmpty();
        meanwhile.run();
        engine.plan(FaultPlan.none());
        engine.notifySilent(Status.SUCCESS);
        client.settle();
        List<Response> answers = Response.parse(client.take());
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    private Answer now() {
        return other.get(0, KEY, DocumentFilter.ALIVE_OR_DELETED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x03})
    void overtakenByOtherXattrs_keepsThose(int opcode) {
        Frame frame = Frame.of(opcode).key("k").extras("00000000 00000000").value("new");
        assertThat(overtaken(frame, () -> plant(NEW)).status()).isZero();
        assertThat(now().value()).isEqualTo(NEW.body("new"));
    }

    @Test
    void overtakenByAPlainStore_hasNoXattrs() {
        assertThat(overtaken(Frame.set("k", "1"), () -> other.store(0, KEY, Store.set("plain")))
                        .status())
                .isZero();
        assertThat(now().text()).isEqualTo("1");
        assertThat(now().datatype()).isEqualTo(Datatype.JSON);
    }

    @Test
    void set_overtakenByARemoval_storesWithoutXattrs() {
        assertThat(overtaken(Frame.set("k", "new"), () -> other.remove(0, KEY)).status())
                .isZero();
        assertThat(now().deleted()).isFalse();
        assertThat(now().text()).isEqualTo("new");
        assertThat(now().datatype()).isEqualTo(Datatype.RAW);
    }

    @Test
    void replace_overtakenByARemoval_isKeyEnoent() {
        Frame frame = Frame.of(0x03).key("k").extras("00000000 00000000").value("new");
        assertThat(overtaken(frame, () -> other.remove(0, KEY)).status()).isEqualTo(0x01);
        assertThat(now().deleted()).isTrue();
    }

    @Test
    void withAClientsCas_overtaken_isKeyEexists_andGone_isKeyEnoent() {
        long cas = now().cas();
        assertThat(overtaken(Frame.set("k", "new").cas(cas), () -> plant(NEW)).status())
                .isEqualTo(0x02);
        assertThat(now().value()).isEqualTo(NEW.body("old"));
        long second = now().cas();
        assertThat(overtaken(Frame.set("k", "new").cas(second), () -> other.remove(0, KEY))
                        .status())
                .isEqualTo(0x01);
    }

    @Test
    void lockedMeanwhile_isLocked() {
        assertThat(overtaken(Frame.set("k", "new"), () -> other.lock(0, KEY, 15))
                        .status())
                .isEqualTo(0x09);
        assertThat(now().value()).isEqualTo(OLD.body("old"));
    }

    @Test
    void removal_overtaken_removesWhatIsThereNow() {
        assertThat(overtaken(Frame.of(0x04).key("k"), () -> plant(NEW)).status())
                .isZero();
        assertThat(now().deleted()).isTrue();
        assertThat(now().value()).isEqualTo(NEW.body(""));
    }

    @Test
    void removal_overtakenByAPlainStore_leavesNoXattrs() {
        assertThat(overtaken(Frame.of(0x04).key("k"), () -> other.store(0, KEY, Store.set("plain")))
                        .status())
                .isZero();
        assertThat(now().deleted()).isTrue();
        assertThat(now().value()).isEmpty();
    }

    @Test
    void removal_overtakenByAnother_isKeyEnoent() {
        assertThat(overtaken(Frame.of(0x04).key("k"), () -> other.remove(0, KEY))
                        .status())
                .isEqualTo(0x01);
        assertThat(now().value()).isEmpty();
    }

    @Test
    void removal_lockedMeanwhile_isLocked() {
        long cas = now().cas();
        assertThat(overtaken(Frame.of(0x04).key("k"), () -> other.lock(0, KEY, 15))
                        .status())
                .isEqualTo(0x09);
        server.advance(java.time.Duration.ofSeconds(16));
        assertThat(overtaken(Frame.of(0x04).key("k").cas(cas), () -> other.lock(0, KEY, 15))
                        .status())
                .isEqualTo(0x09);
        assertThat(now().deleted()).isFalse();
    }

    @Test
    void aStoreOfWhichNobodyKnows_isNotTriedAgain() {
        WireClient client = server.connect();
        engine.plan(FaultPlan.script(Fault.PASS, Fault.THROW_AFTER).only(Operation.STORE));
        client.expectClose(Frame.set("k", "new"));
        assertThat(now().value()).isEqualTo(OLD.body("new"));
    }

    @Test
    void closedWhileItMerges_changesNothing_andHoldsNothing() {
        WireClient client = server.connect();
        engine.plan(FaultPlan.script(Fault.NOTIFY_NEVER).only(Operation.GET));
        client.send(Frame.set("k", "new")).settle();
        client.disconnect();
        server.settle();
        engine.notifySilent(Status.SUCCESS);
        server.settle();
        assertThat(now().value()).isEqualTo(OLD.body("old"));
    }

    /** The other is faster every time: the loop is left to it, and after a hundred times it is enough. */
    @Test
    void overtakenForEver_isATemporaryFailure() {
        int[] stores = {0};
        FaultPlan overtaking = call -> {
            if (call.operation() == Operation.STORE && ++stores[0] % 2 == 0) {
                plant(NEW);
            }
            return Fault.PASS;
        };
        engine.plan(overtaking);
        assertThat(server.connect().status(Frame.set("k", "new"))).isEqualTo(0x86);
        engine.plan(FaultPlan.none());
        assertThat(stores[0]).isEqualTo(200);
        assertThat(now().value()).isEqualTo(NEW.body("old"));
    }

    /** An engine that speaks of xattrs and has none, or speaks of them to who knows of them, costs the command. */
    @Test
    void anEngineThatContradictsItself_costsTheCommand() {
        server.createBucket(
                "lying",
                new ScriptedEngine(cookie -> Status.HAS_XATTRS) {
                    @Override
                    public Status get(
                            dev.sluice.engine.Cookie cookie,
                            int vbucket,
                            dev.sluice.engine.DocumentKey key,
                            DocumentFilter filter,
                            dev.sluice.engine.DocumentView out) {
                        out.clear().cas(1);
                        return Status.SUCCESS;
                    }
                },
                false);
        WireClient client = server.connect();
        client.call(Frame.of(0x89).key("lying"));
        assertThat(client.status(Frame.set("k", "v"))).isEqualTo(0x86);
        assertThat(client.status(Frame.of(0x04).key("k"))).isEqualTo(0x86);
        client.expectClose(Frame.of(0x0e).key("k").value("x")); // A mutation that nobody knows of.
    }
}
