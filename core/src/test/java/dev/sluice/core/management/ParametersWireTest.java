package dev.sluice.core.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.AdministeredBuckets;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** SET_PARAM, the limits on what clients write, the configuration file, and tokens. */
class ParametersWireTest {

    private static final int KEY_ENOENT = 0x01;
    private static final int EINVAL = 0x04;
    private static final int NO_BUCKET = 0x08;
    private static final int NOT_SUPPORTED = 0x83;

    private TestServer server = new TestServer();
    private AdministeredBuckets around = AdministeredBuckets.of(server);
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = new TestServer();
        around = AdministeredBuckets.of(server);
        client = server.connect();
        client.call(Frame.hello(0x07, 0x0b));
        Frame create = Frame.of(0x85).key("a").value("ep\0bucket_type=ephemeral;max_size=16m;max_vbuckets=4");
        assertThat(client.status(create)).isZero();
        client.call(Frame.of(0x89).key("a"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static Frame set(int group, String name, String value) {
        return Frame.of(0x82).extras("0000000" + group).key(name).value(value);
    }

    @Nested
    class SetParam {
        @Test
        void maxSize_isTheQuota_atOnceAndAfterARestart() {
            client.expect(set(6, "max_size", "8m"), "81 82 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(8 << 20);
            assertThat(around.saved().get("a").bucket()).containsEntry("quota", 8L << 20);
            assertThat(client.status(set(1, "cache_size", "12582912"))).isZero();
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(12 << 20);
        }

        @Test
        void parametersOfTheEngine_reachIt() {
            assertThat(client.status(set(1, "mem_low_wat_percent", "0.5"))).isZero();
            assertThat(client.status(set(6, "ephemeral_full_policy", "fail_new_data")))
                    .isZero();
            assertThat(client.status(set(1, "exp_pager_stime", "30"))).isZero();
            List<Response> config = client.ask(Frame.of(0x10).key("config"));
            assertThat(config.stream().map(r -> r.keyText() + "=" + r.text()))
                    .contains(
                            "ep_mem_low_wat_percent=0.5",
                            "ep_ephemeral_full_policy=fail_new_data",
                            "ep_exp_pager_stime=30");
        }

        @Test
        void keysOfTheConfigurationFile_canBeSetToo() {
            assertThat(client.status(set(6, "highWatermark", "0.9"))).isZero();
            assertThat(client.status(set(6, "quota", "4MiB"))).isZero();
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(4 << 20);
        }

        @Test
        void whatIsNotThere_orCannotChange_isKeyEnoent() {
            for (String name : List.of("nonsense", "max_vbuckets", "vbuckets", "engine", "ht_size", "backend")) {
                assertThat(client.status(set(6, name, "1"))).as(name).isEqualTo(KEY_ENOENT);
            }
            assertThat(client.status(set(2, "max_size", "8m"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(set(4, "max_size", "8m"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void valuesThatAreNone_areEinval_andChangeNothing() {
            for (String value : List.of("much", "-1", "1", "99t")) {
                assertThat(client.status(set(6, "max_size", value))).as(value).isEqualTo(EINVAL);
            }
            Response contradiction = client.call(set(6, "mem_low_wat_percent", "0.99"));
            assertThat(contradiction.status()).isEqualTo(EINVAL);
            assertThat(contradiction.text()).contains("highWatermark");
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(16 << 20);
            assertThat(around.saved().get("a").bucket()).doesNotContainKey("lowWatermark");
            assertThat(client.status(set(6, "mem_high_wat_percent", "0.8"))).isZero();
        }

        @Test
        void groups() {
            assertThat(client.status(set(0, "max_size", "8m"))).isEqualTo(EINVAL);
            assertThat(client.status(set(7, "max_size", "8m"))).isEqualTo(EINVAL);
        }

        @Test
        void withoutABucket_isNoBucket() {
            client.call(Frame.of(0x89).key("@no bucket@"));
            assertThat(client.status(set(6, "max_size", "8m"))).isEqualTo(NO_BUCKET);
        }
    }

    @Nested
    class IngressLimits {
        private Frame limit(String status) {
            return Frame.of(0x2b).key("a").extras(status);
        }

        private Frame with(int opcode, String extras, String value) {
            return Frame.of(opcode).key("k").extras(extras).value(value);
        }

        @Test
        void whatMakesTheBucketLarger_isRefused_therestIsNot() {
            client.call(Frame.set("k", "1"));
            client.expect(limit("0037"), "81 2b 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            List<Frame> refused = List.of(
                    Frame.set("k", "v"),
                    with(0x02, "00000000 00000000", "v"),
                    with(0x03, "00000000 00000000", "v"),
                    with(0x05, "0000000000000001 0000000000000001 00000000", ""),
                    with(0x06, "0000000000000001 0000000000000001 00000000", ""),
                    with(0x0e, "", "v"),
                    with(0x0f, "", "v"),
                    with(0x1c, "00000000", ""),
                    with(0x1d, "00000000", ""),
                    with(0x1e, "00000000", ""),
                    with(0x11, "00000000 00000000", "v"));
            for (Frame frame : refused) {
                assertThat(client.status(frame)).as("%02x", frame.bytes()[1]).isEqualTo(0x37);
            }
            assertThat(client.call(Frame.get("k")).text()).isEqualTo("1");
            assertThat(client.status(Frame.of(0x04).key("k"))).isZero();
            assertThat(client.status(limit("0000"))).isZero();
            assertThat(client.status(Frame.set("k", "v"))).isZero();
        }

        @Test
        void everyStatus_isAnsweredAsItWasSet_alsoWithoutXerror() {
            WireClient plain = server.connect();
            plain.call(Frame.of(0x89).key("a"));
            for (int status : new int[] {0x35, 0x36, 0x37, 0x38}) {
                assertThat(client.status(limit("00" + Integer.toHexString(status))))
                        .isZero();
                assertThat(plain.status(Frame.set("k", "v"))).isEqualTo(status);
            }
        }

        @Test
        void otherStatuses_areEinval_andOtherBucketsKeyEnoent() {
            for (String status : List.of("0001", "0034", "0039", "ffff")) {
                assertThat(client.status(limit(status))).as(status).isEqualTo(EINVAL);
            }
            assertThat(client.status(Frame.of(0x2b).key("b").extras("0035"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void validationComesFirst() {
            client.call(limit("0035"));
            assertThat(client.status(Frame.of(0x01).key("k"))).isEqualTo(EINVAL);
        }
    }

    @Nested
    class ConfigurationFile {
        @Test
        void withoutMistakes_isSuccess() {
            client.expect(Frame.of(0x25).value("{}"), "81 25 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            client.expect(Frame.of(0x26), "81 26 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void manyMistakes_areNotAllNamed() {
            around.mistakes(Collections.nCopies(100_000, "$.listeners: 1").toArray(new String[0]));
            Response response = client.call(Frame.of(0x25).value("{}"));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(response.text())
                    .contains("$.listeners: 1; and 99900 more")
                    .hasSizeLessThan(10_000);
        }

        /** Whoever has written it: it is escaped on the event loop. */
        @Test
        void longMistakes_areCut() {
            around.mistakes("x".repeat(1 << 20));
            assertThat(client.call(Frame.of(0x25).value("{}")).text())
                    .hasSizeBetween(64 << 10, 65 << 10)
                    .endsWith("x...\"}}");
        }

        @Test
        void aConfigurationOfMoreThanAMegabyte_isEinval() {
            Response response = client.call(Frame.of(0x25).value(new byte[(1 << 20) + 1]));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(response.text()).contains("1048577 bytes (expected: at most 1048576)");
            assertThat(client.status(Frame.of(0x25).value(new byte[1 << 20]))).isZero();
        }

        @Test
        void mistakes_areEinval_andNamed() {
            around.mistakes("$.limts: unknown key", "$.buckets: 7");
            for (Frame frame : List.of(Frame.of(0x25).value("{}"), Frame.of(0x26))) {
                Response response = client.call(frame);
                assertThat(response.status()).isEqualTo(EINVAL);
                assertThat(response.text()).contains("$.limts: unknown key; $.buckets: 7");
            }
        }
    }

    @Test
    void controlTokens_areNotSupported_onceTheyAreRight() {
        assertThat(client.status(Frame.of(0xf5))).isEqualTo(NOT_SUPPORTED);
        assertThat(client.status(Frame.of(0xf4).extras("00000000 00000001").cas(7)))
                .isEqualTo(NOT_SUPPORTED);
        assertThat(client.status(Frame.of(0xf4).extras("00000000 00000000"))).isEqualTo(EINVAL);
    }
}
