package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What others do to a document between the moment when it was fetched and the moment when its edited version is stored: the
 * engine is made to wait before it stores, the other comes, and then it goes on. {@code protocol-subdoc} 7.
 */
class SubdocRaceTest {

    private static final Key KEY = Key.of("k");

    private TestServer server = new TestServer();
    private FaultInjectingEngine engine = server.createBucket("unused", FaultPlan.none());
    private EngineDriver other = new EngineDriver(engine, server.scheduler(), 1);
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = new TestServer();
        engine = server.createBucket("default", FaultPlan.none());
        other = new EngineDriver(engine.inner(), server.scheduler(), 1);
        client = server.connect();
        assertThat(client.status(Frame.hello(0x06, 0x07))).isZero();
        write("{\"n\":1}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private long write(String body) {
        return other.store(0, KEY, Store.set(body).datatype(Datatype.JSON)).cas();
    }

    private Answer now() {
        return other.get(0, KEY, DocumentFilter.ALIVE_OR_DELETED);
    }

    /** Has the first call of this operation wait while the other comes. */
    private Response overtaken(Operation operation, Subdoc request, Runnable meanwhile) {
        engine.plan(FaultPlan.script(Fault.NOTIFY_NEVER).only(operation));
        client.send(request.frame("k")).settle();
        assertThat(engine.silentCount()).as("waits before it stores").isEqualTo(1);
        meanwhile.run();
        engine.plan(FaultPlan.none());
        engine.notifySilent(Status.SUCCESS);
        client.settle();
        List<Response> answers = Response.parse(client.take());
        assertThat(answers).hasSize(1);
        return answers.get(0);
    }

    private Response overtaken(Subdoc request, Runnable meanwhile) {
        return overtaken(Operation.STORE, request, meanwhile);
    }

    @Test
    void overtakenByAnotherVersion_editsThat() {
        Subdoc counter = Subdoc.mutation().step(Subdoc.COUNTER, 0, "n", "1").upsert("a", "1");
        Response response = overtaken(counter, () -> write("{\"n\":41}"));
        assertThat(Subdoc.done(response)).containsExactly("0:0:42");
        assertThat(now().text()).isEqualTo("{\"n\":42,\"a\":1}");
        assertThat(response.cas()).isEqualTo(now().cas());
    }

    @Test
    void overtaken_andNowAStepFails_saysThat() {
        Response response = overtaken(Subdoc.mutation().step(Subdoc.DICT_ADD, 0, "a", "1"), () -> write("{\"a\":7}"));
        assertThat(Subdoc.done(response)).containsExactly("0:c9");
        assertThat(now().text()).isEqualTo("{\"a\":7}");
    }

    @Test
    void overtaken_withACasOfTheClients_isAMismatch() {
        Subdoc mutation = Subdoc.mutation().upsert("a", "1").cas(now().cas());
        assertThat(overtaken(mutation, () -> write("{}")).status()).isEqualTo(0x02);
        assertThat(now().text()).isEqualTo("{}");
    }

    @Test
    void overtakenByARemoval_isAMiss_orMakesTheDocument() {
        assertThat(overtaken(Subdoc.mutation().upsert("a", "1"), () -> other.remove(0, KEY))
                        .status())
                .isEqualTo(0x01);
        write("{\"n\":1}");
        assertThat(overtaken(Subdoc.mutation().upsert("a", "1").doc(Subdoc.MKDOC), () -> other.remove(0, KEY))
                        .status())
                .isZero();
        assertThat(now().text()).isEqualTo("{\"a\":1}");
    }

    @Test
    void making_overtakenByAnotherMaker_isAnEdit_orTooLate() {
        other.remove(0, KEY);
        assertThat(overtaken(Subdoc.mutation().upsert("a", "1").doc(Subdoc.MKDOC), () -> write("{\"n\":2}"))
                        .status())
                .isZero();
        assertThat(now().text()).isEqualTo("{\"n\":2,\"a\":1}");
        other.remove(0, KEY);
        assertThat(overtaken(Subdoc.mutation().upsert("a", "1").doc(Subdoc.ADD), () -> write("{\"n\":2}"))
                        .status())
                .isEqualTo(0x02);
    }

    private void tombstone(String xattr) {
        other.remove(0, KEY);
        assertThat(client.status(Subdoc.mutation()
                        .upsertXattr("txn", xattr)
                        .doc(Subdoc.MKDOC | Subdoc.ACCESS_DELETED | Subdoc.CREATE_AS_DELETED)
                        .frame("k")))
                .isEqualTo(0xcd);
    }

    @Test
    void reviving_overtakenByACreation_isTooLate() {
        tombstone("{\"body\":{}}");
        Subdoc revive = Subdoc.mutation()
                .step(Subdoc.REPLACE_BODY, Subdoc.XATTR, "txn.body", "")
                .doc(Subdoc.REVIVE | Subdoc.ACCESS_DELETED);
        assertThat(overtaken(revive, () -> write("{\"other\":1}")).status()).isEqualTo(0xd6);
        assertThat(now().text()).isEqualTo("{\"other\":1}");
    }

    @Test
    void reviving_overtakenByAnotherChangeOfTheTombstone_revivesThat() {
        tombstone("{\"body\":{\"v\":1}}");
        Subdoc revive = Subdoc.mutation()
                .step(Subdoc.REPLACE_BODY, Subdoc.XATTR, "txn.body", "")
                .step(Subdoc.DELETE, Subdoc.XATTR, "txn", "")
                .doc(Subdoc.REVIVE | Subdoc.ACCESS_DELETED);
        Subdoc change =
                Subdoc.mutation().upsertXattr("txn", "{\"body\":{\"v\":2}}").doc(Subdoc.ACCESS_DELETED);
        WireClient second = server.connect();
        assertThat(second.status(Frame.hello(0x06, 0x07))).isZero();
        Response response = overtaken(
                revive, () -> assertThat(second.status(change.frame("k"))).isEqualTo(0xcd));
        assertThat(response.status()).isZero();
        assertThat(now().deleted()).isFalse();
        assertThat(now().text()).isEqualTo("{\"v\":2}");
    }

    @Test
    void changingATombstone_overtakenByACreation_changesTheDocument() {
        tombstone("1");
        Subdoc change = Subdoc.mutation().upsertXattr("x", "1").doc(Subdoc.ACCESS_DELETED);
        assertThat(overtaken(change, () -> write("{\"other\":1}")).status()).isZero();
        assertThat(now().deleted()).isFalse();
        assertThat(now().value()).endsWith("{\"other\":1}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void deleting_overtakenByXattrs_keepsTheSystems() {
        Response response = overtaken(
                Operation.REMOVE,
                Subdoc.mutation().step(Subdoc.WHOLE_DELETE, 0, "", ""),
                () -> other.store(
                        0,
                        KEY,
                        Store.of(StoreMode.SET, XattrBytes.of("_s", "1").body("{}"))
                                .datatype(Datatype.XATTR | Datatype.JSON)));
        assertThat(response.status()).isEqualTo(0xcd);
        assertThat(now().deleted()).isTrue();
        assertThat(now().value()).isEqualTo(XattrBytes.of("_s", "1").body(""));
    }

    @Test
    void overtakenAlways_isATemporaryFailure_andNobodyElseWaits() {
        engine.plan(FaultPlan.always(Fault.answer(Status.KEY_EXISTS)).only(Operation.STORE));
        client.send(Subdoc.mutation().upsert("a", "1").frame("k"));
        WireClient witness = server.connect();
        witness.send(Frame.noop());
        client.settle();
        assertThat(Response.parse(client.take()).get(0).status()).isEqualTo(0x86);
        assertThat(Response.parse(witness.take()).get(0).status()).isZero();
        assertThat(now().text()).isEqualTo("{\"n\":1}");
    }

    @Test
    void undecided_isNeverRepeated() {
        engine.plan(FaultPlan.script(Fault.THROW_AFTER).only(Operation.STORE));
        client.expectClose(Subdoc.mutation().step(Subdoc.COUNTER, 0, "n", "1").frame("k"));
        assertThat(now().text()).isEqualTo("{\"n\":2}");
        engine.plan(FaultPlan.script(Fault.THROW_AFTER).only(Operation.STORE));
        WireClient durable = server.connect();
        durable.call(Frame.hello(0x06, 0x07));
        assertThat(durable.status(Subdoc.mutation()
                        .step(Subdoc.COUNTER, 0, "n", "1")
                        .framing("11 01")
                        .frame("k")))
                .isEqualTo(0xa3);
        assertThat(now().text()).isEqualTo("{\"n\":3}");
    }
}
