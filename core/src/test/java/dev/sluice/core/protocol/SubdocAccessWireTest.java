package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.fixture.WireClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What users need for sub-document commands. {@code protocol-subdoc} 7 and 8.1. */
class SubdocAccessWireTest {

    private static final int EACCESS = 0x24;

    private TestServer server = new TestServer();
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = TestServer.naive();
        client = open(server.connect());
        assertThat(client.status(Subdoc.mutation()
                        .upsertXattr("_s", "{\"a\":1}")
                        .upsertXattr("u", "2")
                        .upsert("b", "3")
                        .doc(Subdoc.MKDOC)
                        .frame("k")))
                .isZero();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static WireClient open(WireClient connected) {
        assertThat(connected.status(Frame.hello(0x06, 0x07, 0x0b))).isZero();
        return connected;
    }

    private void drop(String privilege) {
        assertThat(client.status(Frame.of(0xfb).key(privilege))).isZero();
    }

    @Test
    void withoutSystemXattrRead_theSystemsAreHidden() {
        drop("SystemXattrRead");
        Response some = client.call(
                Subdoc.lookup().xattr("u").xattr("_s.a").xattr("$XTOC").get("b").frame("k"));
        assertThat(some.status()).isEqualTo(0xcc);
        assertThat(Subdoc.found(some)).as("all xattrs of such a request").containsExactly("24:", "24:", "24:", "0:3");
        assertThat(client.status(
                        Subdoc.single(Subdoc.GET, Subdoc.XATTR, "_s", "").frame("k")))
                .isEqualTo(EACCESS);
        Response allowed = client.call(Subdoc.lookup()
                .xattr("u")
                .xattr("$XTOC")
                .xattr("$document.deleted")
                .get("b")
                .frame("k"));
        assertThat(allowed.status()).isZero();
        assertThat(Subdoc.found(allowed)).containsExactly("0:2", "0:[\"u\"]", "0:false", "0:3");
        assertThat(client.status(Subdoc.mutation().upsertXattr("_s", "1").frame("k")))
                .as("writing is another privilege")
                .isZero();
    }

    @Test
    void withoutSystemXattrWrite_theSystemsAreNotWritten() {
        drop("SystemXattrWrite");
        Response failed = client.call(
                Subdoc.mutation().upsertXattr("u", "1").upsertXattr("_s", "1").frame("k"));
        assertThat(failed.status()).isEqualTo(0xcc);
        assertThat(Subdoc.done(failed)).containsExactly("0:24");
        assertThat(client.status(
                        Subdoc.single(Subdoc.DELETE, Subdoc.XATTR, "_s", "").frame("k")))
                .isEqualTo(EACCESS);
        assertThat(client.status(Subdoc.mutation().upsertXattr("u", "1").frame("k")))
                .isZero();
        assertThat(client.status(Subdoc.lookup().xattr("_s").frame("k"))).isZero();
    }

    @Test
    void whoMayNotReadTheSystems_cannotMakeThemTheBody() {
        drop("SystemXattrRead");
        assertThat(client.status(Subdoc.single(Subdoc.REPLACE_BODY, Subdoc.XATTR, "_s", "")
                        .frame("k")))
                .isEqualTo(EACCESS);
        assertThat(client.status(Subdoc.single(Subdoc.REPLACE_BODY, Subdoc.XATTR, "u", "")
                        .frame("k")))
                .isZero();
    }

    @Test
    void lookUpsNeedRead_mutationsUpsert_andCountersBoth() {
        new TestUsers()
                .user("reader", "data-read:default")
                .user("writer", "data-write:default")
                .of(server);
        WireClient reader = open(server.connect(0, false));
        assertThat(reader.status(TestUsers.login("reader"))).isZero();
        assertThat(reader.status(Subdoc.lookup().get("b").frame("k"))).isZero();
        assertThat(reader.status(Subdoc.mutation().upsert("b", "1").frame("k"))).isEqualTo(EACCESS);
        WireClient writer = open(server.connect(0, false));
        assertThat(writer.status(TestUsers.login("writer"))).isZero();
        assertThat(writer.status(Subdoc.mutation().upsert("b", "1").frame("k"))).isZero();
        assertThat(writer.status(Subdoc.single(Subdoc.GET, "b").frame("k"))).isEqualTo(EACCESS);
        assertThat(writer.status(Subdoc.single(Subdoc.COUNTER, 0, "b", "1").frame("k")))
                .isEqualTo(EACCESS);
        Response several = writer.call(Subdoc.mutation()
                .upsert("c", "1")
                .step(Subdoc.COUNTER, 0, "b", "1")
                .frame("k"));
        assertThat(several.status()).as("whoever counts, reads").isEqualTo(EACCESS);
        assertThat(several.text()).contains("the Read privilege");
        assertThat(reader.call(Subdoc.single(Subdoc.EXISTS, "c").frame("k")).status())
                .isEqualTo(0xc0);
    }

    @Test
    void withoutXerror_aMissingPrivilegeClosesTheConnection() {
        WireClient old = server.connect();
        assertThat(old.status(Frame.hello(0x06))).isZero();
        assertThat(old.status(Frame.of(0xfb).key("SystemXattrRead"))).isZero();
        Response several = old.call(Subdoc.lookup().xattr("_s").frame("k"));
        assertThat(several.status()).as("within an answer it is a status").isEqualTo(0xcc);
        old.expectClose(Subdoc.single(Subdoc.GET, Subdoc.XATTR, "_s", "").frame("k"));
    }
}
