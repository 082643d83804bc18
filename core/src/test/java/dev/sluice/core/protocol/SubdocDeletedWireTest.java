package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.engine.Datatype;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Deleted documents that are read, changed, created and revived by sub-document commands, and what expiry and deletion leave. */
class SubdocDeletedWireTest extends SubdocContract {

    @Test
    void deletedDocuments_areSeen_byThoseWhoAsk() {
        plant("k", XattrBytes.of("_s", "1", "u", "2").body("{\"a\":1}"), Datatype.XATTR | Datatype.JSON);
        assertThat(subdoc.status(Frame.of(0x04).key("k"))).isZero();
        Subdoc lookup = Subdoc.lookup().xattr("_s").xattr("$document.deleted");
        assertThat(status("k", lookup)).isEqualTo(0x01);
        assertThat(found("k", 0xcd, lookup.doc(Subdoc.ACCESS_DELETED))).containsExactly("0:1", "0:true");
        Subdoc more = Subdoc.lookup().xattr("_s").xattr("u").get("a").step(Subdoc.WHOLE_GET, 0, "", "");
        assertThat(found("k", 0xd3, more.doc(Subdoc.ACCESS_DELETED))).containsExactly("0:1", "c0:", "c6:", "c0:");
        Response single = ask("k", Subdoc.single(Subdoc.GET, 0x04, "_s", "").doc(Subdoc.ACCESS_DELETED));
        assertThat(single.status()).isEqualTo(0xcd);
        assertThat(single.text()).isEqualTo("1");
        assertThat(single.cas()).isEqualTo(stored("k").cas());
        assertThat(status("never", lookup)).isEqualTo(0x01);
    }

    @Test
    void deletedDocuments_areChanged_andStayDeleted() {
        set("k", "{}");
        subdoc.call(Frame.of(0x04).key("k"));
        Subdoc change = Subdoc.mutation().upsertXattr("u", "1");
        assertThat(status("k", change)).isEqualTo(0x01);
        Response response = ask("k", change.doc(Subdoc.ACCESS_DELETED));
        assertThat(response.status()).isEqualTo(0xcd);
        assertThat(response.cas()).isEqualTo(stored("k").cas());
        assertThat(stored("k").deleted()).isTrue();
        assertThat(stored("k").value()).isEqualTo(XattrBytes.of("u", "1").body(""));
        assertThat(status("k", change.cas(response.cas() + 1))).isEqualTo(0x02);
        assertThat(status("k", change.cas(response.cas()))).isEqualTo(0xcd);
        change.cas(0);
        assertThat(Subdoc.done(ask("k", Subdoc.mutation().upsert("a", "1").doc(Subdoc.ACCESS_DELETED))))
                .as("a body")
                .containsExactly("0:c6");
        assertThat(status(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("b", "{}")
                                .step(Subdoc.REPLACE_BODY, 0x04, "b", "")
                                .doc(Subdoc.ACCESS_DELETED)))
                .isEqualTo(0xd7);
        assertThat(subdoc.status(Frame.get("k"))).isEqualTo(0x01);
    }

    @Test
    void liveDocuments_areChangedAsAlways_byThoseWhoWouldSeeDeletedOnes() {
        set("k", "{}");
        assertThat(status(
                        "k",
                        Subdoc.mutation().upsertXattr("u", "1").upsert("a", "1").doc(Subdoc.ACCESS_DELETED)))
                .isZero();
        assertThat(body("k")).isEqualTo("{\"a\":1}");
    }

    @Test
    void documents_areCreatedAsDeleted() {
        Subdoc create = Subdoc.mutation().step(Subdoc.DICT_UPSERT, 0x05, "txn.id", "1");
        int bits = Subdoc.ADD | Subdoc.ACCESS_DELETED | Subdoc.CREATE_AS_DELETED;
        Response response = ask("k", create.doc(bits));
        assertThat(response.status()).isEqualTo(0xcd);
        assertThat(stored("k").deleted()).isTrue();
        assertThat(stored("k").value())
                .isEqualTo(XattrBytes.of("txn", "{\"id\":1}").body(""));
        assertThat(status("k", create.doc(bits))).as("a tombstone is there").isEqualTo(0x02);
        set("alive", "{}");
        assertThat(status("alive", create.doc(bits))).isEqualTo(0x02);
        assertThat(Subdoc.done(
                        ask("body", Subdoc.mutation().upsert("a", "1").doc(Subdoc.MKDOC | Subdoc.CREATE_AS_DELETED))))
                .as("with a body")
                .containsExactly("0:c6");
        assertThat(subdoc.status(Frame.get("k"))).isEqualTo(0x01);
    }

    @Test
    void deletedDocuments_areRevived() {
        int bits = Subdoc.ADD | Subdoc.ACCESS_DELETED | Subdoc.CREATE_AS_DELETED;
        long cas = ask(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("txn", "{\"stgd\":{\"a\":1}}")
                                .upsertXattr("_s", "2")
                                .doc(bits))
                .cas();
        Subdoc revive = Subdoc.mutation()
                .step(Subdoc.REPLACE_BODY, 0x04, "txn.stgd", "")
                .step(Subdoc.DELETE, 0x04, "txn", "")
                .doc(Subdoc.REVIVE | Subdoc.ACCESS_DELETED);
        assertThat(status("k", revive.cas(cas + 1))).isEqualTo(0x02);
        Response response = ask("k", revive.cas(cas));
        assertThat(response.status()).isZero();
        assertThat(stored("k").deleted()).isFalse();
        assertThat(stored("k").value()).isEqualTo(XattrBytes.of("_s", "2").body("{\"a\":1}"));
        assertThat(stored("k").expirySeconds()).isZero();
        assertThat(status("k", revive.cas(0))).as("a live one").isEqualTo(0xd6);
        assertThat(status("missing", revive)).isEqualTo(0x01);
    }

    @Test
    void wholeDelete_keepsTheSystemsXattrs() {
        Subdoc delete = Subdoc.mutation().step(Subdoc.WHOLE_DELETE, 0, "", "");
        for (String body : new String[] {"{}", LARGE}) {
            plant("k", XattrBytes.of("_s", "1", "u", "2").body(body), Datatype.XATTR);
            assertThat(status("k", delete)).isEqualTo(0xcd);
            assertThat(stored("k").deleted()).isTrue();
            assertThat(stored("k").value()).isEqualTo(XattrBytes.of("_s", "1").body(""));
            plant("k", XattrBytes.of("u", "2").body(body), Datatype.XATTR);
            assertThat(status("k", delete)).isEqualTo(0xcd);
            assertThat(stored("k").deleted()).isTrue();
            assertThat(stored("k").value()).isEmpty();
            assertThat((int) stored("k").datatype()).isZero();
        }
        assertThat(status("k", delete)).isEqualTo(0x01);
        plant("k", utf8("{}"), Datatype.JSON);
        assertThat(status(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("_new", "1")
                                .upsertXattr("v", "1")
                                .step(Subdoc.WHOLE_DELETE, 0, "", "")))
                .isEqualTo(0xcd);
        assertThat(stored("k").value()).isEqualTo(XattrBytes.of("_new", "1").body(""));
    }

    @Test
    void wholeDelete_ofADeletedDocument_clearsIt() {
        ask("k", Subdoc.mutation().upsertXattr("u", "1").doc(Subdoc.MKDOC | Subdoc.CREATE_AS_DELETED));
        assertThat(status(
                        "k",
                        Subdoc.mutation().step(Subdoc.WHOLE_DELETE, 0, "", "").doc(Subdoc.ACCESS_DELETED)))
                .isEqualTo(0xcd);
        assertThat(stored("k").deleted()).isTrue();
        assertThat(stored("k").value()).isEmpty();
    }

    @Test
    void expiredDocuments_areMisses() {
        set("k", "{}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "1").expiry(10))).isZero();
        server.advance(Duration.ofSeconds(11));
        assertThat(status("k", Subdoc.lookup().get("a"))).isEqualTo(0x01);
        assertThat(status("k", Subdoc.mutation().upsert("a", "1"))).isEqualTo(0x01);
        assertThat(status("k", Subdoc.mutation().upsert("b", "1").doc(Subdoc.ADD)))
                .isZero();
        assertThat(body("k")).isEqualTo("{\"b\":1}");
    }

    @Test
    void expiredDocuments_keepTheXattrsOfTheSystem() {
        assertThat(status(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("_s", "1")
                                .upsertXattr("u", "2")
                                .upsert("a", "1")
                                .doc(Subdoc.MKDOC)
                                .expiry(10)))
                .isZero();
        server.advance(Duration.ofSeconds(11));
        Subdoc lookup = Subdoc.lookup()
                .xattr("_s")
                .xattr("$document.deleted")
                .xattr("u")
                .get("a");
        assertThat(found("k", 0xd3, lookup.doc(Subdoc.ACCESS_DELETED))).containsExactly("0:1", "0:true", "c0:", "c6:");
        assertThat(status("k", Subdoc.mutation().upsertXattr("v", "3").doc(Subdoc.ACCESS_DELETED)))
                .isEqualTo(0xcd);
        assertThat(stored("k").value())
                .isEqualTo(XattrBytes.of("_s", "1", "v", "3").body(""));
    }
}
