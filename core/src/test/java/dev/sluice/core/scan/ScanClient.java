package dev.sluice.core.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Requests of range scans, and their answers taken apart. */
final class ScanClient {

    static final int MORE = 0xa6;
    static final int COMPLETE = 0xa7;
    static final int CANCELLED = 0xa5;
    static final int XERROR = 0x07;
    static final int JSON = 0x0b;

    private ScanClient() {}

    static Frame create(String json) {
        return Frame.of(0xda).value(json).datatype(1);
    }

    /** A scan of the keys from one to another, both inclusive. */
    static String range(String start, String end, boolean keysOnly) {
        return "{\"key_only\":" + keysOnly + ",\"range\":{\"start\":\"" + base64(start) + "\",\"end\":\"" + base64(end)
                + "\"}}";
    }

    static String base64(String key) {
        return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates a scan; answers its id in hexadecimal. */
    static String open(WireClient client, String json) {
        Response response = client.call(create(json));
        assertThat(response.status()).as("creation: " + response.text()).isZero();
        assertThat(response.value()).hasSize(16);
        return HexFormat.of().formatHex(response.value());
    }

    static Frame next(String id, int items, int timeMs, int bytes) {
        return Frame.of(0xdb).extras(id + String.format(Locale.ROOT, "%08x%08x%08x", items, timeMs, bytes));
    }

    static Frame next(String id) {
        return next(id, 0, 0, 0);
    }

    static Frame cancel(String id) {
        return Frame.of(0xdc).extras(id);
    }

    /** The keys in the answers to one CONTINUE, whose last has this status and whose others are partial. */
    static List<String> keys(List<Response> responses, int status) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < responses.size(); i++) {
            Response response = responses.get(i);
            assertThat(response.opcode()).isEqualTo(0xdb);
            assertThat(response.status()).as("status").isEqualTo(i == responses.size() - 1 ? status : 0);
            keys.addAll(keys(response));
        }
        return keys;
    }

    /** The keys in one answer. */
    static List<String> keys(Response response) {
        assertThat(response.extras()).as("extras").hasSize(4).startsWith(0, 0, 0);
        boolean documents = response.extras()[3] == 1;
        List<String> keys = new ArrayList<>();
        int[] position = {0};
        byte[] value = response.value();
        while (position[0] < value.length) {
            if (documents) {
                position[0] += 25; // flags, expiry, seqno, CAS, datatype
            }
            int length = leb128(value, position);
            keys.add(new String(value, position[0], length, StandardCharsets.UTF_8));
            position[0] += length;
            if (documents) {
                int valueLength = leb128(value, position);
                position[0] += valueLength;
            }
        }
        assertThat(position[0]).as("a record is never split").isEqualTo(value.length);
        return keys;
    }

    private static int leb128(byte[] value, int[] position) {
        int number = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = value[position[0]++];
            number |= (b & 0x7f) << shift;
            if (b >= 0) {
                return number;
            }
        }
    }
}
