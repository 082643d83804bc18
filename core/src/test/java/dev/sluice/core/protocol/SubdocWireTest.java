package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestCookie;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the sub-document commands do to documents, their extended attributes and their tombstones. {@code protocol-subdoc} 3,
 * 6 to 9 and 11; the operations at paths have tests of their own.
 */
class SubdocWireTest extends WireContract {

    private static final int XATTR = 0x06;
    private static final int SNAPPY = 0x0a;

    private static final String LARGE = "x".repeat(100_000);

    /** Takes JSON, extended attributes and extended statuses. */
    private WireClient subdoc = client;

    /** The engine that the documents are in. */
    EngineProvider provider() {
        return new NaiveEngineProvider();
    }

    @BeforeEach
    void bucket() {
        server.createBucket("docs", new FaultInjectingProvider(provider(), disturbance.plan()), true);
        subdoc = select(XATTR, XERROR, JSON);
    }

    private WireClient select(int... features) {
        WireClient connected = connect(features);
        assertThat(connected.status(Frame.of(0x89).key("docs"))).isZero();
        return connected;
    }

    private EngineDriver engine() {
        return new EngineDriver(server.engine("docs").inner(), server.scheduler(), 1);
    }

    private Answer stored(String key) {
        return engine().get(0, Key.of(key), DocumentFilter.ALIVE_OR_DELETED);
    }

    private long set(String key, String body) {
        Response response = subdoc.call(Frame.set(key, body));
        assertThat(response.status()).isZero();
        return response.cas();
    }

    private long plant(String key, byte[] value, int datatype) {
        Answer answer = engine().store(
                        0,
                        Key.of(key),
                        Store.of(StoreMode.SET, value).datatype(datatype).flags(7));
        assertThat(answer.succeeded()).isTrue();
        return answer.cas();
    }

    private String body(String key) {
        return subdoc.call(Frame.get(key)).text();
    }

    private Response ask(String key, Subdoc request) {
        return subdoc.call(request.frame(key));
    }

    private int status(String key, Subdoc request) {
        return ask(key, request).status();
    }

    /** Asks, expects this status, and gives what was found. */
    private List<String> found(String key, int status, Subdoc request) {
        Response response = ask(key, request);
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        return Subdoc.found(response);
    }

    private String xattr(String key, String path) {
        Response response =
                ask(key, Subdoc.single(Subdoc.GET, Subdoc.XATTR, path, "").doc(Subdoc.ACCESS_DELETED));
        return response.status() == 0 || response.status() == 0xcd
                ? response.text()
                : Integer.toHexString(response.status());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(long number) {
        return "\"0x" + HexFormat.of().toHexDigits(number) + '"';
    }

    private static String crc(String body) {
        CRC32C crc = new CRC32C();
        byte[] bytes = utf8(body);
        crc.update(bytes, 0, bytes.length);
        return "\"0x" + HexFormat.of().toHexDigits((int) crc.getValue()) + '"';
    }

    // ---- one path ---------------------------------------------------------------------------------------------------

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

    // ---- several paths ----------------------------------------------------------------------------------------------

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

    // ---- documents that are made ------------------------------------------------------------------------------------

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

    // ---- CAS, locks, expiry, flags, durability
    // -----------------------------------------------------------------------

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

    // ---- extended attributes ----------------------------------------------------------------------------------------

    @Test
    void xattrs_areReadAndWritten_besideTheBody() {
        set("k", "{\"a\":1}");
        assertThat(status(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("x", "{\"y\":[1]}")
                                .step(Subdoc.DICT_UPSERT, 0x05, "_s.deep.er", "true")
                                .upsert("a", "2")))
                .isZero();
        assertThat(stored("k").value())
                .isEqualTo(XattrBytes.of("x", "{\"y\":[1]}", "_s", "{\"deep\":{\"er\":true}}")
                        .body("{\"a\":2}"));
        assertThat((int) stored("k").datatype()).isEqualTo(Datatype.XATTR | Datatype.JSON);
        assertThat(found(
                        "k",
                        0xcc,
                        Subdoc.lookup()
                                .xattr("x.y[0]")
                                .xattr("_s")
                                .xattr("z")
                                .xattr("x.z")
                                .get("a")))
                .containsExactly("0:1", "0:{\"deep\":{\"er\":true}}", "c0:", "c0:", "0:2");
        Response counter = ask("k", Subdoc.single(Subdoc.COUNTER, 0x04, "x.n", "3"));
        assertThat(counter.text()).isEqualTo("3");
        assertThat(status("k", Subdoc.single(Subdoc.ARRAY_PUSH_LAST, 0x04, "x.y", "2,3")))
                .isZero();
        assertThat(xattr("k", "x")).isEqualTo("{\"y\":[1,2,3],\"n\":3}");
        assertThat(body("k")).isEqualTo("{\"a\":2}");
    }

    @Test
    void xattrs_areTakenAway() {
        set("k", "text");
        assertThat(status("k", Subdoc.mutation().upsertXattr("x", "{\"a\":1}").upsertXattr("y", "1")))
                .isZero();
        assertThat(status("k", Subdoc.single(Subdoc.DELETE, 0x04, "x.a", ""))).isZero();
        assertThat(xattr("k", "x")).isEqualTo("{}");
        assertThat(status("k", Subdoc.single(Subdoc.DELETE, 0x04, "x", ""))).isZero();
        assertThat(xattr("k", "x")).isEqualTo("c0");
        assertThat(status("k", Subdoc.single(Subdoc.DELETE, 0x04, "x", ""))).isEqualTo(0xc0);
        assertThat(status("k", Subdoc.single(Subdoc.DELETE, 0x04, "y", ""))).isZero();
        assertThat((int) stored("k").datatype()).as("no section is left").isEqualTo(Datatype.RAW);
        assertThat(stored("k").value()).isEqualTo(utf8("text"));
    }

    @Test
    void compressedDocuments_areReadAsOthers_andStoredInflated() {
        for (String filler : new String[] {"y".repeat(300), LARGE}) {
            byte[] plain = XattrBytes.of("x", "\"" + filler + "\"").body("{\"a\":1,\"f\":\"" + filler + "\"}");
            plant("k", Objects.requireNonNull(SnappyCodec.deflate(plain, 0, plain.length)), 7);
            assertThat(found(
                            "k",
                            0,
                            Subdoc.lookup()
                                    .xattr("x")
                                    .xattr("$document.datatype")
                                    .get("a")))
                    .containsExactly("0:\"" + filler + "\"", "0:[\"json\",\"xattr\",\"snappy\"]", "0:1");
            assertThat(status("k", Subdoc.mutation().upsert("a", "2"))).isZero();
            assertThat((int) stored("k").datatype()).isEqualTo(Datatype.JSON | Datatype.XATTR);
            assertThat(stored("k").value())
                    .isEqualTo(XattrBytes.of("x", "\"" + filler + "\"").body("{\"a\":2,\"f\":\"" + filler + "\"}"));
        }
    }

    @Test
    void activeCompression_leavesWhatIsEditedInflated() {
        server.datatypes("docs", new DatatypeSettings(CompressionMode.ACTIVE, 1.2, true));
        WireClient snappy = select(XATTR, JSON, SNAPPY);
        snappy.call(Frame.set("k", "{\"f\":\"" + LARGE + "\"}"));
        assertThat(snappy.status(Subdoc.mutation().upsert("a", "1").frame("k"))).isZero();
        assertThat((int) stored("k").datatype()).isEqualTo(Datatype.JSON);
        assertThat(snappy.call(Subdoc.lookup().get("f").frame("k")).datatype()).isZero();
    }

    @Test
    void largeDocuments_goThroughAnotherThread_withTheSameAnswers() {
        set("k", "{\"a\":\"" + LARGE + "\",\"b\":1}");
        assertThat(ask("k", Subdoc.single(Subdoc.GET, "a")).text()).isEqualTo('"' + LARGE + '"');
        assertThat(found("k", 0xcc, Subdoc.lookup().get("a").get("c").get("b").get("a")))
                .containsExactly("0:\"" + LARGE + '"', "c0:", "0:1", "0:\"" + LARGE + '"');
        assertThat(status(
                        "k",
                        Subdoc.mutation().upsertXattr("x", '"' + LARGE + '"').upsert("b", "2")))
                .isZero();
        assertThat(found("k", 0, Subdoc.lookup().xattr("x").get("b"))).containsExactly("0:\"" + LARGE + '"', "0:2");
        assertThat(Subdoc.done(ask("k", Subdoc.mutation().step(Subdoc.REPLACE, 0, "z", "1"))))
                .containsExactly("0:c0");
    }

    @Test
    void binaryXattrs_areStringsInside_andBytesOutside() {
        byte[] bytes = Hex.bytes("00 01 ff fe");
        set("k", "{}");
        assertThat(subdoc.status(Subdoc.mutation()
                        .step(Subdoc.DICT_UPSERT, 0x24, "x", bytes)
                        .frame("k")))
                .isZero();
        assertThat(xattr("k", "x")).isEqualTo("\"cb-content-base64-encoded:AAH//g==\"");
        Response binary = ask("k", Subdoc.single(Subdoc.GET, 0x24, "x", ""));
        assertThat(binary.value()).isEqualTo(bytes);
        assertThat(binary.datatype()).isZero();
        byte[] marked = utf8("cb-content-base64-encoded:%");
        assertThat(subdoc.status(Subdoc.mutation()
                        .step(Subdoc.DICT_UPSERT, 0x24, "m", marked)
                        .frame("k")))
                .as("bytes may look like anything")
                .isZero();
        assertThat(ask("k", Subdoc.single(Subdoc.GET, 0x24, "m", "")).value()).isEqualTo(marked);
        assertThat(status("k", Subdoc.mutation().upsertXattr("y", "1"))).isZero();
        assertThat(status("k", Subdoc.single(Subdoc.GET, 0x24, "y", ""))).isEqualTo(0xd8);
        assertThat(subdoc.status(
                        Subdoc.single(Subdoc.REPLACE_BODY, 0x24, "x", "").frame("k")))
                .isZero();
        assertThat(subdoc.call(Frame.get("k")).value()).isEqualTo(bytes);
        assertThat((int) stored("k").datatype()).isEqualTo(Datatype.XATTR);
    }

    @Test
    void theBody_isReplacedByAnXattr() {
        set("k", "text");
        assertThat(status("k", Subdoc.mutation().upsertXattr("txn", "{\"op\":{\"stgd\":{\"new\": 1}}}")))
                .isZero();
        Subdoc commit = Subdoc.mutation()
                .step(Subdoc.REPLACE_BODY, 0x04, "txn.op.stgd", "")
                .step(Subdoc.DELETE, 0x04, "txn", "");
        assertThat(status("k", commit)).isZero();
        assertThat(stored("k").value()).isEqualTo(utf8("{\"new\": 1}"));
        assertThat((int) stored("k").datatype()).isEqualTo(Datatype.JSON);
        assertThat(Subdoc.done(ask("k", commit))).containsExactly("0:c0");
        assertThat(status(
                        "k",
                        Subdoc.mutation()
                                .upsertXattr("b", "\"yes\"")
                                .step(Subdoc.REPLACE_BODY, 0x04, "b", "")
                                .upsert("c", "1")))
                .as("a scalar is no document")
                .isEqualTo(0xcc);
    }

    // ---- macros and virtual attributes ------------------------------------------------------------------------------

    @Test
    void macros_areExpanded_asTheDocumentIsStored() {
        set("k", "{\"a\":1}");
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, 0x15, "_sync.cas", "\"${Mutation.CAS}\"")
                .step(Subdoc.DICT_UPSERT, 0x15, "_sync.seqno", "\"${Mutation.seqno}\"")
                .step(Subdoc.DICT_UPSERT, 0x15, "_sync.crc", "\"${Mutation.value_crc32c}\"")
                .step(Subdoc.ARRAY_PUSH_LAST, 0x15, "_sync.list", "\"${Mutation.CAS}\"")
                .step(Subdoc.DICT_UPSERT, 0x05, "_sync.text", "\"${Mutation.CAS}\"")
                .upsert("a", "2");
        long cas = ask("k", mutation).cas();
        String expanded = hex(Long.reverseBytes(cas));
        long seqno = stored("k").seqno();
        assertThat(found("k", 0, Subdoc.lookup().xattr("_sync")))
                .containsExactly("0:{\"cas\":" + expanded + ",\"seqno\":" + hex(seqno) + ",\"crc\":" + crc("{\"a\":2}")
                        + ",\"list\":[" + expanded + "],\"text\":\"${Mutation.CAS}\"}");
        assertThat(status("k", Subdoc.mutation().upsert("a", "3"))).isZero();
        assertThat(xattr("k", "_sync.cas")).as("later").isEqualTo(expanded);
    }

    @Test
    void macrosOfTheDocument_tellOfBefore() {
        long cas = plantWithRevision();
        Answer before = stored("k");
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, 0x14, "cas", "\"${$document.CAS}\"")
                .step(Subdoc.DICT_UPSERT, 0x14, "rev", "\"${$document.revid}\"")
                .step(Subdoc.DICT_UPSERT, 0x14, "flags", "\"${$document.flags}\"")
                .step(Subdoc.DICT_UPSERT, 0x14, "bytes", "\"${$document.value_bytes}\"")
                .step(Subdoc.DICT_UPSERT, 0x14, "modified", "\"${$document.last_modified}\"")
                .step(Subdoc.DICT_UPSERT, 0x14, "all", "\"${$document}\"")
                .upsert("a", "100");
        assertThat(status("k", mutation)).isZero();
        assertThat(found(
                        "k",
                        0,
                        Subdoc.lookup()
                                .xattr("cas")
                                .xattr("rev")
                                .xattr("flags")
                                .xattr("bytes")
                                .xattr("modified")
                                .xattr("all.CAS")
                                .xattr("all.value_crc32c")))
                .containsExactly(
                        "0:" + hex(cas),
                        "0:\"" + before.revSeqno() + '"',
                        "0:7",
                        "0:7",
                        "0:" + Long.divideUnsigned(cas, 1_000_000_000L),
                        "0:" + hex(cas),
                        "0:" + crc("{\"a\":1}"));
        assertThat(Subdoc.done(
                        ask("k", Subdoc.mutation().step(Subdoc.DICT_UPSERT, 0x14, "x", "\"${$document.nothing}\""))))
                .containsExactly("0:d5");
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, 0x14, "x", "\"${$documentary}\"")))
                .isEqualTo(0xd5);
    }

    private long plantWithRevision() {
        plant("k", utf8("{}"), Datatype.JSON);
        return plant("k", utf8("{\"a\":1}"), Datatype.JSON);
    }

    @Test
    void theDocument_isAnAttribute() {
        long cas = plantWithRevision();
        Answer stored = stored("k");
        String whole = xattr("k", "$document");
        assertThat(whole)
                .contains("\"CAS\":" + hex(cas))
                .contains("\"seqno\":" + hex(stored.seqno()))
                .contains("\"revid\":\"" + stored.revSeqno() + '"')
                .contains("\"exptime\":0,")
                .contains("\"flags\":7,")
                .contains("\"value_bytes\":7,")
                .contains("\"datatype\":[\"json\"]")
                .contains("\"deleted\":false")
                .contains("\"last_modified\":\"" + Long.divideUnsigned(cas, 1_000_000_000L) + '"')
                .contains("\"value_crc32c\":" + crc("{\"a\":1}"));
        assertThat(whole).matches(".*\"vbucket_uuid\":\"0x[0-9a-f]{16}\".*");
        assertThat(found(
                        "k",
                        0xcc,
                        Subdoc.lookup()
                                .xattr("$document.CAS")
                                .xattr("$document.value_crc32c")
                                .xattr("$document.datatype[0]")
                                .xattr("$document.nothing")
                                .xattr("$nothing")
                                .xattr("$XTOC")
                                .step(Subdoc.EXISTS, 0x04, "$document.deleted", "")
                                .get("a")))
                .containsExactly(
                        "0:" + hex(cas), "0:" + crc("{\"a\":1}"), "0:\"json\"", "c0:", "d1:", "0:[]", "0:", "0:1");
        plant("raw", XattrBytes.of("x", "1").body("text"), Datatype.XATTR);
        assertThat(xattr("raw", "$document.datatype")).isEqualTo("[\"xattr\"]");
        assertThat(xattr("raw", "$document.value_bytes")).isEqualTo("4");
        assertThat(xattr("raw", "$vbucket"))
                .isEqualTo("{\"HLC\":{\"now\":\"" + server.clock().wallSeconds() + "\",\"mode\":\"real\"}}");
        assertThat(xattr("raw", "$vbucket.HLC.mode")).isEqualTo("\"real\"");
    }

    @Test
    void xtoc_listsTheKeys() {
        plant("k", XattrBytes.of("_s", "1", "u\u00e4", "2").body("{}"), Datatype.XATTR | Datatype.JSON);
        assertThat(xattr("k", "$XTOC")).isEqualTo("[\"_s\",\"uä\"]");
        assertThat(xattr("k", "$XTOC[1]")).isEqualTo("\"uä\"");
        assertThat(ask("k", Subdoc.single(Subdoc.GET_COUNT, 0x04, "$XTOC", "")).text())
                .isEqualTo("2");
    }

    // ---- deleted documents ------------------------------------------------------------------------------------------

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

    // ---- replicas, statistics ---------------------------------------------------------------------------------------

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
