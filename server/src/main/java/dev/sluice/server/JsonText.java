package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/** Maps, lists and scalars as JSON. */
final class JsonText {

    private JsonText() {}

    static String of(Map<String, Object> object) {
        try {
            return new ObjectMapper().writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("values that are no JSON", e);
        }
    }
}
