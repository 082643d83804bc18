package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** GET, SET, ADD, REPLACE, DELETE and their relatives. */
class DocumentWireTest extends WireContract {

    @Test
    void setAndGet_returnFlagsAndValueAsTheyCame() {
        client.expect(
                // magic, SET, key length, extras length, datatype, vbucket | body | opaque | CAS | flags, expiry | key,
                // value
                Hex.bytes("80 01 0003 08 00 0000 | 00000010 | 00000001 | 0000000000000000 | deadbeef 00000000"
                        + "| 'key' | 'hello'"),
                "81 01 0000 00 00 0000 | 00000000 | 00000001 | 18fae27693b40004");
        client.expect(
                Hex.bytes("80 00 0003 00 00 0000 | 00000003 | 00000002 | 0000000000000000 | 'key'"),
                "81 00 0000 04 00 0000 | 00000009 | 00000002 | 18fae27693b40004 | deadbeef | 'hello'");
    }

    @Nested
    class Look {
        @Test
        void get_ofNothing_isKeyEnoentWithoutBody() {
            client.expect(Frame.get("k"), "81 00 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void getk_returnsTheKey() {
            store("k", "v");
            client.expect(
                    Frame.of(0x0c).key("k"),
                    "81 0c 0001 04 00 0000 | 00000006 | 0000000a | 18fae27693b40004 | 00000000 | 'k' | 'v'");
        }

        @Test
        void getk_ofNothing_hasNoKey() {
            client.expect(Frame.of(0x0c).key("k"), "81 0c 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void getq_andGetkq_areSilentOnMissAndNotOnHit() {
            store("k", "v");
            client.expectSilence(Frame.of(0x09).key("x"), Frame.of(0x0d).key("x"));
            client.expect(
                    Frame.join(Frame.of(0x09).key("k"), Frame.of(0x0d).key("k")),
                    "81 09 0000 04 00 0000 | 00000005 | 0000000a | 18fae27693b40004 | 00000000 | 'v'",
                    "81 0d 0001 04 00 0000 | 00000006 | 0000000a | 18fae27693b40004 | 00000000 | 'k' | 'v'");
        }

        @Test
        void getq_ofAVbucketThatIsElsewhere_isNotSilent() {
            client.expect(
                    Frame.of(0x09).key("k").vbucket(4),
                    "81 09 0000 00 00 0007 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void documents_ofTwoVbuckets_areTwo() {
            client.exchange(Frame.set("k", "one"), Frame.set("k", "two").vbucket(1));
            assertThat(client.call(Frame.get("k")).text()).isEqualTo("one");
            assertThat(client.call(Frame.get("k").vbucket(1)).text()).isEqualTo("two");
        }

        @Test
        void longestKey_andOneLonger() {
            String longest = "k".repeat(250);
            store(longest, "v");
            assertThat(client.call(Frame.get(longest)).text()).isEqualTo("v");
            assertThat(client.status(Frame.get(longest + "k"))).isEqualTo(0x04);
        }

        @Test
        void emptyValue_isADocument() {
            client.exchange(Frame.set("k", ""));
            client.expect(Frame.get("k"), "81 00 0000 04 00 0000 | 00000004 | 0000000a | 18fae27693b40004 | 00000000");
        }
    }

    @Nested
    class Stores {
        @Test
        void add_whereNothingIs_stores() {
            client.expect(
                    Frame.of(0x02).key("k").extras("00000001 00000000").value("v"),
                    "81 02 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40004");
            assertThat(read("k")).isEqualTo("v");
        }

        @Test
        void add_whereADocumentIs_isKeyEexists() {
            store("k", "v");
            client.expect(
                    Frame.of(0x02).key("k").extras("00000001 00000000").value("w"),
                    "81 02 0000 00 00 0002 | 00000000 | 0000000a | 0000000000000000");
            assertThat(read("k")).isEqualTo("v");
        }

        @Test
        void replace_ofNothing_isKeyEnoent() {
            client.expect(
                    Frame.of(0x03).key("k").extras("00000001 00000000").value("w"),
                    "81 03 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void replace_ofADocument_stores() {
            store("k", "v");
            client.expect(
                    Frame.of(0x03).key("k").extras("00000001 00000000").value("w"),
                    "81 03 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
            assertThat(read("k")).isEqualTo("w");
        }

        @Test
        void setAndReplace_withTheCas_store_andWithAnotherDoNot() {
            long cas = store("k", "v");
            client.expect(
                    Frame.set("k", "w").cas(cas + 1), "81 01 0000 00 00 0002 | 00000000 | 0000000a | 0000000000000000");
            client.expect(
                    Frame.set("k", "w").cas(cas), "81 01 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
            Frame replace = Frame.of(0x03).key("k").extras("00000001 00000000").value("x");
            assertThat(client.status(replace.cas(cas))).isEqualTo(0x02);
            assertThat(client.status(replace.cas(cas + 1))).isZero();
            assertThat(read("k")).isEqualTo("x");
        }

        @Test
        void set_ofNothingWithACas_isKeyEnoent() {
            client.expect(Frame.set("k", "w").cas(1), "81 01 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void quietStores_sayNothingOfSuccess_andSayFailures() {
            client.expectSilence(
                    Frame.of(0x11).key("a").extras("00000000 00000000").value("1"),
                    Frame.of(0x12).key("b").extras("00000000 00000000").value("2"),
                    Frame.of(0x13).key("b").extras("00000000 00000000").value("3"));
            assertThat(read("a") + read("b")).isEqualTo("13");
            client.expect(
                    Frame.join(
                            Frame.of(0x11).key("a").extras("00000000 00000000").cas(7),
                            Frame.of(0x12).key("a").extras("00000000 00000000"),
                            Frame.of(0x13).key("c").extras("00000000 00000000")),
                    "81 11 0000 00 00 0002 | 00000000 | 0000000a | 0000000000000000",
                    "81 12 0000 00 00 0002 | 00000000 | 0000000a | 0000000000000000",
                    "81 13 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void mutations_withMutationSeqno_carryUuidAndSeqno() {
            WireClient other = connect(MUTATION_SEQNO);
            other.expect(
                    Frame.set("k", "v"),
                    "81 01 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40004 | 18fae27693b40000 0000000000000001");
            other.expect(
                    Frame.of(0x04).key("k"),
                    "81 04 0000 10 00 0000 | 00000010 | 0000000a | 18fae27693b40005 | 18fae27693b40000 0000000000000002");
        }

        @Test
        void value_beyondTheLimit_isE2big_andTheConnectionGoesOn() {
            byte[] tooLarge = new byte[server.limits().valueBytesMax() + 1];
            Response response = client.call(
                    Frame.of(0x01).key("k").extras("00000000 00000000").value(tooLarge));
            assertThat(response.status()).isEqualTo(0x03);
            assertThat(client.status(Frame.noop())).isZero();
        }

        @Test
        void value_ofTheLargestSize_comesBackAsItWas() {
            byte[] largest = new byte[server.limits().valueBytesMax()];
            java.util.Arrays.fill(largest, (byte) '7');
            client.exchange(Frame.of(0x01).key("k").extras("00000000 00000000").value(largest));
            assertThat(client.call(Frame.get("k")).value()).isEqualTo(largest);
        }
    }

    @Nested
    class Datatypes {
        @Test
        void json_isDetected_whateverTheClientSays() {
            WireClient json = connect(JSON);
            json.exchange(Frame.set("a", "{\"a\":1}"), Frame.set("b", "{\"a\":").datatype(1));
            json.expect(
                    Frame.get("a"),
                    "81 00 0000 04 01 0000 | 0000000b | 0000000a | 18fae27693b40004 | 00000000 | '{\"a\":1}'");
            json.expect(
                    Frame.get("b"),
                    "81 00 0000 04 00 0000 | 00000009 | 0000000a | 18fae27693b40005 | 00000000 | '{\"a\":'");
        }

        @Test
        void json_forAClientWithoutTheFeature_isRaw() {
            store("k", "[1]");
            client.expect(
                    Frame.get("k"),
                    "81 00 0000 04 00 0000 | 00000007 | 0000000a | 18fae27693b40004 | 00000000 | '[1]'");
        }

        @Test
        void scalarsAreJson_andNearMissesAreNot() {
            WireClient json = connect(JSON);
            for (String text : List.of("1", "-1.5e3", "\"a\"", "true", "null", " {} ", "[]", "\"\\u00e4\"")) {
                store("k", text);
                assertThat(json.call(Frame.get("k")).datatype()).as(text).isEqualTo(1);
            }
            for (String text : List.of("", "a", "01", "1 2", "{}x", "{'a':1}", "[1,]", "nul", "\"a", "NaN", "+1")) {
                store("k", text);
                assertThat(json.call(Frame.get("k")).datatype()).as(text).isZero();
            }
        }

        @Test
        void json_thatIsTooLongForTheLoop_isDetectedAllTheSame() {
            WireClient json = connect(JSON);
            String longText = "[\"" + "x".repeat(server.limits().valueOffLoadBytes()) + "\"]";
            store("a", longText);
            store("b", longText + "]");
            assertThat(json.call(Frame.get("a")).datatype()).isEqualTo(1);
            assertThat(json.call(Frame.get("b")).datatype()).isZero();
            assertThat(json.call(Frame.get("b")).text()).isEqualTo(longText + "]");
        }

        @Test
        void bytesThatAreNoUtf8_areNoJson() {
            WireClient json = connect(JSON);
            json.exchange(Frame.of(0x01).key("k").extras("00000000 00000000").value(Hex.bytes("22 ff 22")));
            assertThat(json.call(Frame.get("k")).datatype()).isZero();
            byte[] utf16 = "[1]".getBytes(StandardCharsets.UTF_16BE);
            json.exchange(Frame.of(0x01).key("k").extras("00000000 00000000").value(utf16));
            assertThat(json.call(Frame.get("k")).datatype()).isZero();
        }
    }

    @Nested
    class Delete {
        @Test
        void delete_ofADocument_answersTheTombstonesCas() {
            store("k", "v");
            connect(TCP_NO_DELAY)
                    .expect(Frame.of(0x04).key("k"), "81 04 0000 00 00 0000 | 00000000 | 0000000a | 18fae27693b40005");
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void delete_beforeHello_answersNoCas_asMemcachedDoes() {
            store("k", "v");
            client.expect(Frame.of(0x04).key("k"), "81 04 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void delete_ofNothing_isKeyEnoent() {
            client.expect(Frame.of(0x04).key("k"), "81 04 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void delete_withAnotherCas_isKeyEexists() {
            long cas = store("k", "v");
            client.expect(
                    Frame.of(0x04).key("k").cas(cas + 7),
                    "81 04 0000 00 00 0002 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(Frame.of(0x04).key("k").cas(cas))).isZero();
        }

        @Test
        void deleteq_saysOnlyFailure() {
            store("k", "v");
            client.expectSilence(Frame.of(0x14).key("k"));
            client.expect(Frame.of(0x14).key("k"), "81 14 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
        }
    }

    @Nested
    class Flush {
        @Test
        void flush_dropsEverything() {
            store("k", "v");
            client.expect(Frame.of(0x08), "81 08 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void flushq_isSilent_andDropsEverything() {
            store("k", "v");
            client.expectSilence(Frame.of(0x18).extras("00000000"));
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void flush_withADelay_isNotSupported() {
            store("k", "v");
            assertThat(client.status(Frame.of(0x08).extras("00000001"))).isEqualTo(0x83);
            assertThat(read("k")).isEqualTo("v");
        }

        @Test
        void flush_whereTheBucketDoesNotAllowIt_isNotSupported() {
            server.createBucket("precious", disturbance.plan());
            assertThat(client.status(Frame.of(0x89).key("precious"))).isZero();
            client.expect(Frame.of(0x08), "81 08 0000 00 00 0083 | 00000000 | 0000000a | 0000000000000000");
            client.expect(Frame.of(0x18), "81 18 0000 00 00 0083 | 00000000 | 0000000a | 0000000000000000");
        }
    }
}
