package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Extended attributes, read and written by sub-document commands; in large and in compressed documents too. */
class SubdocXattrWireTest extends SubdocContract {

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
}
