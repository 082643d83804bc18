package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.datatype.XattrBytes;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.engine.Datatype;
import dev.sluice.testkit.Answer;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Macros that are expanded as a document is stored, and attributes that are made when they are asked for. */
class SubdocMacroWireTest extends SubdocContract {

    private static String hex(long number) {
        return "\"0x" + HexFormat.of().toHexDigits(number) + '"';
    }

    private static String crc(String body) {
        CRC32C crc = new CRC32C();
        byte[] bytes = utf8(body);
        crc.update(bytes, 0, bytes.length);
        return "\"0x" + HexFormat.of().toHexDigits((int) crc.getValue()) + '"';
    }

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

    // ---- texts that look like what stands for a macro until it is expanded
    // -------------------------------------------

    private static final int EXPANDED = Subdoc.XATTR | Subdoc.MKDIR_P | Subdoc.EXPAND;
    private static final String CAS = "\"${Mutation.CAS}\"";
    private static final String SEQNO = "\"${Mutation.seqno}\"";
    private static final String CHECKSUM = "\"${Mutation.value_crc32c}\"";

    /** Stand for CAS, sequence number and checksum where nothing is in the way. */
    private static final String FIRST = "9e3779b97f4a7c15";

    private static final String SECOND = "3c6ef372fe94f82a";
    private static final String THIRD = "7ddf743f";

    private static final String ALL = "[\"0x" + FIRST + "\",\"0x" + SECOND + "\",\"0x" + THIRD + "\"]";

    @Test
    void bytesThatBecomeTheBody_mayBeAnything() {
        set("k", "{}");
        assertThat(status("k", Subdoc.single(Subdoc.DICT_UPSERT, Subdoc.XATTR | Subdoc.BINARY, "b", ALL)))
                .isZero();
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.cas", CAS)
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.seqno", SEQNO)
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.sum", CHECKSUM)
                .step(Subdoc.REPLACE_BODY, Subdoc.XATTR | Subdoc.BINARY, "b", "");
        assertThat(status("k", mutation)).isZero();
        assertThat(body("k")).isEqualTo(ALL);
        assertThat(xattr("k", "x.sum")).isEqualTo(crc(ALL));
    }

    @Test
    void keysThatAPathMakes_mayBeAnything() {
        set("k", "{}");
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, Subdoc.XATTR | Subdoc.MKDIR_P, "x.0x" + FIRST, "1")
                .step(Subdoc.DICT_UPSERT, Subdoc.XATTR, "x.`0x" + THIRD + "`", "2")
                .step(Subdoc.DICT_UPSERT, EXPANDED, "y", CAS)
                .step(Subdoc.DICT_UPSERT, EXPANDED, "z", CHECKSUM);
        assertThat(status("k", mutation)).isZero();
        assertThat(xattr("k", "x")).isEqualTo("{\"0x" + FIRST + "\":1,\"0x" + THIRD + "\":2}");
        assertThat(xattr("k", "z")).isEqualTo(crc("{}"));
    }

    @Test
    void whatTheDocumentWas_mayBeAnything() {
        assertThat(subdoc.status(Frame.of(0xa2)
                        .key("k")
                        .extras("00000000 00000000 0000000000000001" + SECOND)
                        .value(utf8("{}"))))
                .isZero();
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, EXPANDED, "before", "\"${$document.CAS}\"")
                .step(Subdoc.DICT_UPSERT, EXPANDED, "seqno", SEQNO);
        assertThat(status("k", mutation)).isZero();
        assertThat(xattr("k", "before")).isEqualTo("\"0x" + SECOND + '"');
        assertThat(xattr("k", "seqno")).isEqualTo(hex(stored("k").seqno()));
    }

    @Test
    void macrosThatBecomeTheBody_areExpandedThere_beforeItsChecksum() {
        set("k", "text");
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.cas", CAS)
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.seqno", SEQNO)
                .step(Subdoc.DICT_UPSERT, EXPANDED, "y", CHECKSUM)
                .step(Subdoc.REPLACE_BODY, Subdoc.XATTR, "x", "")
                .upsert("more", "1");
        String expanded = hex(Long.reverseBytes(ask("k", mutation).cas()));
        String seqno = hex(stored("k").seqno());
        assertThat(body("k")).isEqualTo("{\"cas\":" + expanded + ",\"seqno\":" + seqno + ",\"more\":1}");
        assertThat(xattr("k", "y")).isEqualTo(crc(body("k")));
    }

    @Test
    void aChecksumThatBecomesTheBody_isThatOfZerosInItsPlace() {
        set("k", "text");
        Subdoc mutation = Subdoc.mutation()
                .step(Subdoc.DICT_UPSERT, EXPANDED, "x.sum", CHECKSUM)
                .step(Subdoc.REPLACE_BODY, Subdoc.XATTR, "x", "");
        assertThat(status("k", mutation)).isZero();
        assertThat(body("k")).isEqualTo("{\"sum\":" + crc("{\"sum\":\"0x00000000\"}") + "}");
        assertThat(xattr("k", "x.sum")).as("outside of the body").isEqualTo(crc(body("k")));
    }
}
