package dev.sluice.core.datatype;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes values with xattrs, for tests: {@code XattrBytes.of("_sys", "1", "user", "{}").body("text")}. */
public final class XattrBytes {

    private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();

    private XattrBytes() {}

    /** Keys and values in turn. */
    public static XattrBytes of(String... keysAndValues) {
        XattrBytes bytes = new XattrBytes();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            byte[] pair = (keysAndValues[i] + '\0' + keysAndValues[i + 1] + '\0').getBytes(StandardCharsets.UTF_8);
            bytes.pairs.writeBytes(ByteBuffer.allocate(4).putInt(pair.length).array());
            bytes.pairs.writeBytes(pair);
        }
        return bytes;
    }

    public byte[] body(String body) {
        return body(body.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] body(byte[] body) {
        ByteBuffer value = ByteBuffer.allocate(4 + pairs.size() + body.length);
        return value.putInt(pairs.size()).put(pairs.toByteArray()).put(body).array();
    }
}
