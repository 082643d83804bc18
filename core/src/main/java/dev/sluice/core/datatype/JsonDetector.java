package dev.sluice.core.datatype;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Tells whether a value is one JSON text in UTF-8, scalars included. The client's own word for it is not trusted.
 * Protocol: {@code protocol-kv} 2.3.
 *
 * <p>Jackson's streaming parser does the work and keeps nothing of the text. Most values that are no JSON are told by
 * their first byte. Jackson also reads UTF-16 and UTF-32, which are not JSON here: they are told by a zero among the first
 * bytes, which UTF-8 JSON cannot have.
 */
public final class JsonDetector {

    /** Deeper texts are stored as bytes: nobody could edit them. */
    private static final int DEPTH_MAX = 1000;

    /**
     * Names are canonicalized although nobody looks at them: without that, Jackson reads through a decoder that mends bytes
     * which are no UTF-8.
     */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxDocumentLength(-1)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private JsonDetector() {}

    /** Whether the bytes are one JSON text. Time grows with the length; see {@code Limits.valueOffLoadBytes}. */
    public static boolean isJson(byte[] array, int offset, int length) {
        if (length == 0 || !mayBegin(array, offset, length)) {
            return false;
        }
        try (JsonParser parser = FACTORY.createParser(array, offset, length)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException | IllegalStateException e) { // The latter where names collide on purpose.
            return false;
        }
    }

    private static boolean mayBegin(byte[] array, int offset, int length) {
        for (int i = 0; i < Math.min(4, length); i++) {
            if (array[offset + i] == 0) {
                return false;
            }
        }
        for (int i = offset; i < offset + length; i++) {
            byte b = array[i];
            switch (b) {
                case ' ', '\t', '\r', '\n' -> {
                    continue;
                }
                case '{', '[', '"', '-', 't', 'f', 'n' -> {
                    return true;
                }
                default -> {
                    return b >= '0' && b <= '9';
                }
            }
        }
        return false;
    }
}
