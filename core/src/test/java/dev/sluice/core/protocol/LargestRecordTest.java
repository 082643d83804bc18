package dev.sluice.core.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.Limits;
import dev.sluice.testkit.FaultPlan;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/** MUTATE_WITH_META at the limit of values: what counts is the value alone, inflated, without the metadata behind it. */
class LargestRecordTest {

    private static final int VALUE_BYTES_MAX = 1 << 20;
    private static final Limits LIMITS = Limits.defaults().with("valueBytesMax", VALUE_BYTES_MAX);
    private static final String META = "{\"command\":\"set\",\"cas\":4660,\"flags\":7,\"expiration\":0,\"options\":0}";

    private static byte[] record(int valueBytes) {
        byte[] record = new byte[valueBytes + META.length()];
        Arrays.fill(record, 0, valueBytes, (byte) 'x');
        System.arraycopy(META.getBytes(UTF_8), 0, record, valueBytes, META.length());
        return record;
    }

    private static Frame frame(byte[] record, int datatype) {
        return Frame.of(0x4b)
                .key("k")
                .extras(HexFormat.of().toHexDigits(META.length()))
                .value(record)
                .datatype(datatype);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largestValue_isStored_andOneByteMoreIsTooBig(boolean compressed) throws Exception {
        try (TestServer server = new TestServer(LIMITS, 1, false)) {
            server.createBucket("default", FaultPlan.none());
            WireClient client = server.connect();
            client.call(Frame.hello(0x07, 0x0a));
            byte[] fits = record(VALUE_BYTES_MAX);
            byte[] tooBig = record(VALUE_BYTES_MAX + 1);
            int datatype = compressed ? 2 : 0;
            assertThat(client.status(frame(compressed ? Snappy.compress(tooBig) : tooBig, datatype)))
                    .isEqualTo(0x03);
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x01);
            assertThat(client.status(frame(compressed ? Snappy.compress(fits) : fits, datatype)))
                    .isZero();
            assertThat(client.call(Frame.get("k")).value()).hasSize(VALUE_BYTES_MAX);
        }
    }
}
