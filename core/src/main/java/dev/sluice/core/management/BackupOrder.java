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

/**
 * What stands in the value of IOCTL_SET with the key {@code backup}: {@code {"bucket": "travel", "name": "monday"}}, both
 * required. An extension of the protocol.
 *
 * @param bucket which bucket to back up
 * @param name what to call the backup
 */
record BackupOrder(String bucket, String name) {

    private static final int BYTES_MAX = 1 << 10;
    private static final int MEMBER_COUNT = 2;
    private static final String EXPECTED = "{\"bucket\": \"…\", \"name\": \"…\"}";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static BackupOrder of(byte[] value) throws BucketException {
        if (value.length > BYTES_MAX) {
            throw invalid("the value has " + value.length + " bytes (expected: at most " + BYTES_MAX + ")");
        }
        JsonNode root;
        try {
            root = JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw invalid("the value is no JSON (expected: " + EXPECTED + ")");
        } catch (IOException e) {
            throw new IllegalStateException("reading an array cannot fail", e);
        }
        JsonNode bucket = root.path("bucket");
        JsonNode name = root.path("name");
        if (!bucket.isTextual() || !name.isTextual() || root.size() != MEMBER_COUNT) {
            throw invalid("the value is another JSON (expected: " + EXPECTED + ")");
        }
        return new BackupOrder(bucket.textValue(), name.textValue());
    }

    private static BucketException invalid(String message) {
        return new BucketException(Reason.INVALID, message);
    }
}
