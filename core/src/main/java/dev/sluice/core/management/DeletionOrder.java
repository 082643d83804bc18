package dev.sluice.core.management;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the value of DELETE_BUCKET: {@code {"force": true, "type": "Couchbase"}}, both optional. Protocol: {@code
 * protocol-kv} 10.4.
 *
 * @param force whether nothing need be saved
 * @param type which type of bucket is meant; null for any
 */
record DeletionOrder(boolean force, @Nullable String type) {

    private static final int BYTES_MAX = 4 << 10;
    private static final String COUCHBASE = "Couchbase";
    private static final String CONFIG_ONLY = "ClusterConfigOnly";
    private static final Set<String> TYPES = Set.of(COUCHBASE, CONFIG_ONLY, "EWouldBlock", "No Bucket");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static DeletionOrder of(byte[] value) throws BucketException {
        if (value.length == 0) {
            return new DeletionOrder(false, null);
        }
        if (value.length > BYTES_MAX) {
            throw invalid("the value has " + value.length + " bytes (expected: at most " + BYTES_MAX + ")");
        }
        JsonNode root;
        try {
            root = JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw invalid("the value is no JSON (expected: an object of force and type)");
        } catch (IOException e) {
            throw new IllegalStateException("reading an array cannot fail", e);
        }
        if (!root.isObject()) {
            throw invalid("the value is no JSON object (expected: an object of force and type)");
        }
        boolean force = false;
        String type = null;
        for (Map.Entry<String, JsonNode> member : root.properties()) {
            JsonNode given = member.getValue();
            if (member.getKey().equals("force") && given.isBoolean()) {
                force = given.booleanValue();
            } else if (member.getKey().equals("type") && TYPES.contains(given.asText())) {
                type = given.asText();
            } else {
                throw invalid("member " + member.getKey() + " (expected: force, true or false; or type, one of "
                        + String.join(", ", TYPES.stream().sorted().toList()) + ")");
            }
        }
        return new DeletionOrder(force, type);
    }

    /** Whether a bucket with an engine may be meant. */
    boolean meansBucket() {
        return type == null || type.equals(COUCHBASE);
    }

    /** Whether a name of which there is the cluster map alone may be meant. */
    boolean meansConfigOnly() {
        return type == null || type.equals(CONFIG_ONLY);
    }

    private static BucketException invalid(String message) {
        return new BucketException(Reason.INVALID, message);
    }
}
