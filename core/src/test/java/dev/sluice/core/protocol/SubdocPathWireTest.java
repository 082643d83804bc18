package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.testkit.Answer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Look-ups and mutations of bodies, at one path and at several, and documents that are made by them. */
class SubdocPathWireTest extends SubdocContract {

    // ---- one path
    // ------------------------------------------------------------------------------------------------------

    @Test
    void lookUps_answerTheFragment_itsDatatype_andTheDocumentsCas() {
        long cas = set("k", "{\"a\": [1, {\"b\" : 2 }],\"s\":\"x\"}");
        Response get = ask("k", Subdoc.single(Subdoc.GET, "a[1]"));
        assertThat(get.status()).isZero();
        assertThat(get.text()).isEqualTo("{\"b\" : 2 }");
        assertThat(get.datatype()).isEqualTo(Datatype.JSON);
        assertThat(get.cas()).isEqualTo(cas);
        assertThat(get.extras()).isEmpty();
        Response exists = ask("k", Subdoc.single(Subdoc.EXISTS, "s"));
        assertThat(exists.status()).isZero();
        assertThat(exists.value()).isEmpty();
        assertThat(exists.datatype()).isZero();
        assertThat(exists.cas()).isEqualTo(cas);
        Response count = ask("k", Subdoc.single(Subdoc.GET_COUNT, ""));
        assertThat(count.text()).isEqualTo("2");
        assertThat(count.datatype()).isEqualTo(Datatype.JSON);
        assertThat(select(XATTR).call(Subdoc.single(Subdoc.GET, "s").frame("k")).datatype())
                .as("to a client without JSON")
                .isZero();
    }

    @Test
    void lookUps_thatFindNothing_sayWhy() {
        set("k", "{\"a\":[1],\"s\":\"x\"}");
        set("text", "no json");
        set("scalar", "17");
        assertThat(status("k", Subdoc.single(Subdoc.GET, "b"))).isEqualTo(0xc0);
        assertThat(status("k", Subdoc.single(Subdoc.EXISTS, "a[1]"))).isEqualTo(0xc0);
        assertThat(status("k", Subdoc.single(Subdoc.GET, "a.b"))).isEqualTo(0xc1);
        assertThat(status("k", Subdoc.single(Subdoc.GET_COUNT, "s"))).isEqualTo(0xc1);
        assertThat(status("k", Subdoc.single(Subdoc.GET, "a[x]"))).isEqualTo(0xc2);
        assertThat(status("k", Subdoc.single(Subdoc.GET, "a" + ".a".repeat(31))))
                .isEqualTo(0xc3);
        assertThat(status("text", Subdoc.single(Subdoc.GET, "a"))).isEqualTo(0xc6);
        assertThat(status("scalar", Subdoc.single(Subdoc.GET, "a"))).isEqualTo(0xc6);
        assertThat(status("missing", Subdoc.single(Subdoc.GET, "a"))).isEqualTo(0x01);
        assertThat(ask("k", Subdoc.single(Subdoc.GET, "b")).cas()).isZero();
    }

    @Test
    void mutations_answerCasAndToken_andLeaveTheRestAsItWas() {
        set("k", "{ \"a\" : 1 }");
        WireClient tokens = select(XATTR, JSON, MUTATION_SEQNO);
        Response response =
                tokens.call(Subdoc.single(Subdoc.DICT_UPSERT, 0, "a", "[2]").frame("k"));
        assertThat(response.status()).isZero();
        assertThat(response.value()).isEmpty();
        assertThat(response.datatype()).isZero();
        Answer stored = stored("k");
        assertThat(response.cas()).isEqualTo(stored.cas());
        assertThat(HexFormat.of().formatHex(response.extras()))
                .endsWith(HexFormat.of().toHexDigits(stored.seqno()));
        assertThat(body("k")).isEqualTo("{ \"a\" : [2] }");
        assertThat((int) stored.datatype()).isEqualTo(Datatype.JSON);
        assertThat(ask("k", Subdoc.single(Subdoc.DELETE, "a")).extras())
                .as("without MUTATION_SEQNO")
                .isEmpty();
    }

    @Test
    void eachMutation_works() {
        set("k", "{\"a\":[],\"n\":1}");
        assertThat(status("k", Subdoc.single(Subdoc.DICT_ADD, 0, "d", "1"))).isZero();
        assertThat(status("k", Subdoc.single(Subdoc.DICT_ADD, 0, "d", "1"))).isEqualTo(0xc9);
        assertThat(status("k", Subdoc.single(Subdoc.REPLACE, 0, "d", "2"))).isZero();
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_PUSH_LAST, 0, "a", "3")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_PUSH_FIRST, 0, "a", "1")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_INSERT, 0, "a[1]", "2")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_ADD_UNIQUE, 0, "a", "4")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_ADD_UNIQUE, 0, "a", "4")))
                .isEqualTo(0xc9);
        assertThat(status("k", Subdoc.single(Subdoc.DELETE, "d"))).isZero();
        Response counter = ask("k", Subdoc.single(Subdoc.COUNTER, 0, "n", "41"));
        assertThat(counter.text()).isEqualTo("42");
        assertThat(counter.datatype()).isEqualTo(Datatype.JSON);
        assertThat(status("k", Subdoc.single(Subdoc.COUNTER, 0, "n", "0"))).isEqualTo(0xc8);
        assertThat(status("k", Subdoc.single(Subdoc.COUNTER, 0, "n", Long.toString(Long.MAX_VALUE))))
                .isEqualTo(0xc5);
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0, "x.y", "1")))
                .isEqualTo(0xc0);
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, Subdoc.MKDIR_P, "x.y", "1")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0, "z", "nojson")))
                .isEqualTo(0xc5);
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0, "z", "1,\"y\":2")))
                .as("two pairs are not one value")
                .isEqualTo(0xc5);
        assertThat(body("k")).isEqualTo("{\"a\":[1,2,3,4],\"n\":42,\"x\":{\"y\":1}}");
    }

    @Test
    void depth_hasTheLimitOfThePath() {
        String path = "a" + ".a".repeat(30);
        set("k", "{}");
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, Subdoc.MKDIR_P, path, "1")))
                .as("31 components")
                .isZero();
        assertThat(ask("k", Subdoc.single(Subdoc.GET, path)).text()).isEqualTo("1");
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, Subdoc.MKDIR_P, path + ".a", "1")))
                .isEqualTo(0xc3);
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0, path, "[1]")))
                .isEqualTo(0xca);
    }

    // ---- several paths
    // -------------------------------------------------------------------------------------------------

    @Test
    void lookUpsOfSeveral_answerEach() {
        long cas = set("k", "{\"a\":[1,2]}");
        Subdoc all = Subdoc.lookup()
                .get("a[0]")
                .step(Subdoc.EXISTS, 0, "a", "")
                .step(Subdoc.GET_COUNT, 0, "a", "")
                .step(Subdoc.WHOLE_GET, 0, "", "");
        assertThat(found("k", 0, all)).containsExactly("0:1", "0:", "0:2", "0:{\"a\":[1,2]}");
        Subdoc some = Subdoc.lookup().get("b").get("a").get("a.x").step(Subdoc.EXISTS, 0, "b", "");
        assertThat(found("k", 0xcc, some)).containsExactly("c0:", "0:[1,2]", "c1:", "c0:");
        Response response = ask("k", some);
        assertThat(response.cas()).isEqualTo(cas);
        assertThat(response.datatype()).isZero();
        assertThat(response.extras()).isEmpty();
        assertThat(status("missing", all)).isEqualTo(0x01);
    }

    @Test
    void theBytesOfALookUpOfSeveral() {
        store("k", "{\"a\":17}");
        WireClient plain = server.connect();
        plain.expect(
                Subdoc.lookup().get("a").get("b").frame("k"),
                "81 d0 0000 00 00 00cc | 0000000e | 0000000a | 18fae27693b40004",
                "0000 00000002 '17'   00c0 00000000");
    }

    @Test
    void mutationsOfSeveral_areAllOrNothing() {
        set("k", "{\"n\":1}");
        Subdoc good = Subdoc.mutation()
                .upsert("a", "1")
                .step(Subdoc.COUNTER, 0, "n", "4")
                .step(Subdoc.REPLACE, 0, "a", "2")
                .step(Subdoc.COUNTER, 0, "m", "-1");
        Response response = ask("k", good);
        assertThat(response.status()).isZero();
        assertThat(Subdoc.done(response)).containsExactly("1:0:5", "3:0:-1");
        assertThat(body("k")).isEqualTo("{\"n\":5,\"a\":2,\"m\":-1}");
        long cas = stored("k").cas();
        Subdoc bad = Subdoc.mutation()
                .upsert("b", "1")
                .step(Subdoc.DICT_ADD, 0, "a", "1")
                .upsert("c", "1");
        Response failed = ask("k", bad);
        assertThat(failed.status()).isEqualTo(0xcc);
        assertThat(failed.value()).isEqualTo(Hex.bytes("01 00c9"));
        assertThat(failed.extras()).isEmpty();
        assertThat(stored("k").cas()).isEqualTo(cas);
    }

    @Test
    void sixteen_areWritten() {
        set("k", "{}");
        Subdoc mutation = Subdoc.mutation();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            mutation.upsert("p" + i, Integer.toString(i));
            expected.append(i == 0 ? "{" : ",")
                    .append("\"p")
                    .append(i)
                    .append("\":")
                    .append(i);
        }
        assertThat(status("k", mutation)).isZero();
        assertThat(body("k")).isEqualTo(expected + "}");
        assertThat(status("k", mutation.upsert("p16", "16"))).isEqualTo(0xcb);
        assertThat(body("k")).isEqualTo(expected + "}");
    }

    @Test
    void everyStep_seesWhatTheOnesBeforeHaveLeft_behindXattrs() {
        set("k", "{\"a\": [1, 2], \"n\": 1}");
        Subdoc mutation = Subdoc.mutation()
                .upsertXattr("x", "1")
                .step(Subdoc.ARRAY_PUSH_LAST, 0, "a", "3")
                .step(Subdoc.DELETE, 0, "a[0]", "")
                .step(Subdoc.COUNTER, 0, "n", "41")
                .upsert("b", "\"" + "y".repeat(1000) + "\"")
                .step(Subdoc.DELETE, 0, "b", "")
                .step(Subdoc.REPLACE, 0, "a[-1]", "{\"c\": null}");
        assertThat(Subdoc.done(ask("k", mutation))).containsExactly("3:0:42");
        assertThat(stored("k").value())
                .isEqualTo(XattrBytes.of("x", "1").body("{\"a\": [2,{\"c\": null}], \"n\": 42}"));
    }

    @Test
    void wholeBodies_areReadAndWritten() {
        set("k", "{\"a\":1}");
        assertThat(status("k", Subdoc.mutation().step(Subdoc.WHOLE_SET, 0, "", "no json")))
                .isZero();
        assertThat((int) stored("k").datatype()).isZero();
        assertThat(found(
                        "k",
                        0xcc,
                        Subdoc.lookup().step(Subdoc.WHOLE_GET, 0, "", "").get("a")))
                .containsExactly("0:no json", "c6:");
        assertThat(status("k", Subdoc.mutation().upsertXattr("x", "1").step(Subdoc.WHOLE_SET, 0, "", "[]")))
                .isZero();
        assertThat((int) stored("k").datatype()).isEqualTo(Datatype.JSON | Datatype.XATTR);
        assertThat(status("new", Subdoc.mutation().step(Subdoc.WHOLE_SET, 0, "", "{}")))
                .isEqualTo(0x01);
        assertThat(status(
                        "new",
                        Subdoc.mutation()
                                .step(Subdoc.WHOLE_SET, 0, "", "{}")
                                .upsert("a", "1")
                                .doc(Subdoc.ADD)))
                .isZero();
        assertThat(body("new")).isEqualTo("{\"a\":1}");
        set("empty", "");
        assertThat(found("empty", 0xcc, Subdoc.lookup().step(Subdoc.WHOLE_GET, 0, "", "")))
                .containsExactly("c0:");
    }

    // ---- documents that are made
    // ---------------------------------------------------------------------------------------

    @Test
    void mutations_ofWhatIsMissing_needMkdocOrAdd() {
        Subdoc upsert = Subdoc.single(Subdoc.DICT_UPSERT, 0, "a.b", "1");
        assertThat(status("k", upsert)).isEqualTo(0x01);
        assertThat(status("k", upsert.doc(Subdoc.MKDOC).cas(7)))
                .as("with a CAS")
                .isEqualTo(0x01);
        assertThat(status("k", upsert.doc(Subdoc.MKDOC).cas(0))).isZero();
        assertThat(body("k")).isEqualTo("{\"a\":{\"b\":1}}");
        assertThat(status("k", upsert.doc(Subdoc.ADD))).isEqualTo(0x02);
        assertThat(status("added", upsert.doc(Subdoc.ADD))).isZero();
        assertThat(body("added")).isEqualTo("{\"a\":{\"b\":1}}");
        Subdoc two = Subdoc.mutation().upsert("x.y", "1").upsert("z", "2").doc(Subdoc.MKDOC);
        assertThat(status("k", two)).isZero();
        assertThat(body("k")).isEqualTo("{\"a\":{\"b\":1},\"x\":{\"y\":1},\"z\":2}");
    }

    @Test
    void whatIsMade_beginsAsTheFirstPathSays() {
        assertThat(status(
                        "array",
                        Subdoc.single(Subdoc.ARRAY_PUSH_LAST, 0, "", "1").doc(Subdoc.MKDOC)))
                .isZero();
        assertThat(body("array")).isEqualTo("[1]");
        assertThat(status(
                        "insert",
                        Subdoc.single(Subdoc.ARRAY_INSERT, 0, "[0]", "1").doc(Subdoc.ADD)))
                .isZero();
        assertThat(body("insert")).isEqualTo("[1]");
        assertThat(status("xattr", Subdoc.mutation().upsertXattr("x", "1").doc(Subdoc.MKDOC)))
                .isZero();
        assertThat(body("xattr")).isEqualTo("{}");
        assertThat((int) stored("xattr").datatype()).isEqualTo(Datatype.JSON | Datatype.XATTR);
        Subdoc xattrFirst = Subdoc.mutation()
                .upsertXattr("x", "1")
                .step(Subdoc.ARRAY_PUSH_LAST, 0, "", "1")
                .doc(Subdoc.MKDOC);
        Response response = ask("second", xattrFirst);
        assertThat(Subdoc.done(response)).containsExactly("1:c1");
        assertThat(stored("second").succeeded()).isFalse();
    }
}
