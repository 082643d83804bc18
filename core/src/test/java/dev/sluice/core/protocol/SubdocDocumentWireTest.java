package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.TestCookie;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What sub-document commands do with the document as a whole: CAS, locks, expiry, flags, durability, size, replicas, counts. */
class SubdocDocumentWireTest extends SubdocContract {

    @Test
    void cas_isHeldAgainstTheDocuments() {
        long cas = set("k", "{\"a\":1}");
        for (Subdoc request : new Subdoc[] {
            Subdoc.single(Subdoc.GET, "a"),
            Subdoc.lookup().get("a"),
            Subdoc.single(Subdoc.DICT_UPSERT, 0, "a", "2"),
            Subdoc.mutation().upsert("a", "2")
        }) {
            assertThat(status("k", request.cas(cas + 1))).isEqualTo(0x02);
        }
        assertThat(status("k", Subdoc.lookup().get("a").cas(cas))).isZero();
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").cas(cas))).isZero();
        assertThat(body("k")).isEqualTo("{\"a\":2}");
    }

    @Test
    void locks_keepMutationsOut_exceptWithTheirCas() {
        set("k", "{\"a\":1}");
        long lock = subdoc.call(Frame.of(0x94).key("k")).cas();
        Response read = ask("k", Subdoc.single(Subdoc.GET, "a"));
        assertThat(read.text()).isEqualTo("1");
        assertThat(read.cas()).isEqualTo(-1);
        assertThat(ask("k", Subdoc.lookup().get("a")).cas()).isEqualTo(-1);
        assertThat(status("k", Subdoc.mutation().upsert("a", "2"))).isEqualTo(0x09);
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").cas(lock + 1)))
                .isEqualTo(0x09);
        assertThat(select(XATTR).status(Subdoc.mutation().upsert("a", "2").frame("k")))
                .as("without XERROR")
                .isEqualTo(0x02);
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").cas(lock))).isZero();
        assertThat(body("k")).isEqualTo("{\"a\":2}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "3")))
                .as("unlocked")
                .isZero();
    }

    @Test
    void expiry_isThatOfTheRequest_orNone_orKept() {
        long now = server.clock().wallSeconds();
        set("k", "{}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "1").expiry(100))).isZero();
        assertThat(stored("k").expirySeconds()).isEqualTo(now + 100);
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").framing("50")))
                .isZero();
        assertThat(stored("k").expirySeconds()).as("kept").isEqualTo(now + 100);
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0, "a", "3").expiry(50)))
                .isZero();
        assertThat(stored("k").expirySeconds()).isEqualTo(now + 50);
        assertThat(status("k", Subdoc.mutation().upsert("a", "4"))).isZero();
        assertThat(stored("k").expirySeconds()).as("cleared").isZero();
        assertThat(status(
                        "new",
                        Subdoc.mutation()
                                .upsert("a", "1")
                                .doc(Subdoc.MKDOC)
                                .expiry(100)
                                .framing("50")))
                .isZero();
        assertThat(stored("new").expirySeconds()).as("of a new document").isEqualTo(now + 100);
    }

    @Test
    void flags_areKept_unlessOthersAreGiven() {
        plant("k", utf8("{}"), Datatype.JSON);
        assertThat(status("k", Subdoc.mutation().upsert("a", "1"))).isZero();
        assertThat(stored("k").flags()).isEqualTo(7);
        long now = server.clock().wallSeconds();
        assertThat(status(
                        "k",
                        Subdoc.single(Subdoc.DICT_UPSERT, 0, "a", "1")
                                .flags(0x80000001L)
                                .expiry(9)
                                .doc(0)))
                .isZero();
        assertThat(stored("k").flags()).isEqualTo(0x80000001);
        assertThat(stored("k").expirySeconds())
                .as("with twelve bytes of extras")
                .isEqualTo(now + 9);
        assertThat(status("new", Subdoc.mutation().upsert("a", "1").doc(Subdoc.MKDOC)))
                .isZero();
        assertThat(stored("new").flags()).isZero();
    }

    @Test
    void durability_goesToTheStore() {
        set("k", "{\"a\":1}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").framing("11 03")))
                .isEqualTo(0xa0);
        assertThat(body("k")).isEqualTo("{\"a\":1}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "2").framing("11 01")))
                .isZero();
        assertThat(status(
                        "k",
                        Subdoc.mutation().step(Subdoc.WHOLE_DELETE, 0, "", "").framing("11 03")))
                .isEqualTo(0xa0);
        assertThat(status(
                        "k",
                        Subdoc.mutation().step(Subdoc.WHOLE_DELETE, 0, "", "").framing("11 01")))
                .isEqualTo(0xcd);
    }

    @Test
    void theBucketsMinimum_holdsHereToo() {
        WireClient strict =
                connectTo(new WritePolicy(ConflictResolution.SEQNO, DurabilityLevel.PERSIST_TO_MAJORITY), XERROR);
        Subdoc make = Subdoc.mutation().upsert("a", "1").doc(Subdoc.MKDOC);
        assertThat(strict.status(make.frame("k"))).isEqualTo(0xa0);
    }

    @Test
    void sizes_areBounded_thoseOfTheSystemsXattrsApart() {
        int max = server.limits().valueBytesMax();
        set("k", "{}");
        int overhead = "{\"a\":\"\"}".length();
        String most = '"' + "x".repeat(max - overhead) + '"';
        assertThat(status("k", Subdoc.mutation().upsert("a", most))).isZero();
        assertThat(status("k", Subdoc.mutation().upsert("a", most.replace("\"x", "\"xx"))))
                .isEqualTo(0x03);
        assertThat(status("k", Subdoc.mutation().upsertXattr("_s", "1")))
                .as("of the system")
                .isZero();
        assertThat(status("k", Subdoc.mutation().upsertXattr("u", "1")))
                .as("of users")
                .isEqualTo(0x03);
    }

    @Test
    void replicas_areRead_whereTheVBucketIsOne() {
        set("k", "{\"a\":1}");
        Subdoc lookup = Subdoc.lookup().get("a").doc(Subdoc.REPLICA_READ);
        assertThat(status("k", lookup)).as("of an active vbucket").isEqualTo(0x07);
        VBuckets vbuckets = Objects.requireNonNull(server.engine("docs").inner().capability(VBuckets.class));
        assertThat(vbuckets.setState(new TestCookie(1), 0, VBucketState.REPLICA))
                .isEqualTo(Status.SUCCESS);
        assertThat(found("k", 0, lookup)).containsExactly("0:1");
        assertThat(status("k", Subdoc.lookup().get("a"))).isEqualTo(0x07);
        assertThat(status("k", Subdoc.mutation().upsert("a", "1"))).isEqualTo(0x07);
    }

    @Test
    void lookUps_countAsGets_andMutationsAsSets() {
        set("k", "{\"a\":1}");
        long gets = statistic("cmd_get");
        long sets = statistic("cmd_set");
        ask("k", Subdoc.lookup().get("a").get("b"));
        ask("k", Subdoc.single(Subdoc.GET, "a"));
        ask("missing", Subdoc.lookup().get("a"));
        ask("k", Subdoc.mutation().upsert("a", "1").upsert("b", "1"));
        ask("k", Subdoc.mutation().step(Subdoc.DICT_ADD, 0, "a", "1"));
        assertThat(statistic("cmd_get") - gets).isEqualTo(3);
        assertThat(statistic("cmd_set") - sets).isEqualTo(1);
    }

    private long statistic(String name) {
        for (Response response : subdoc.ask(Frame.of(0x10))) {
            if (response.keyText().equals(name)) {
                return Long.parseLong(response.text());
            }
        }
        throw new AssertionError("no statistic: " + name);
    }
}
