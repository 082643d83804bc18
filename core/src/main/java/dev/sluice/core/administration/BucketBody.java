package dev.sluice.core.administration;

import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.engine.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the value of CREATE_BUCKET: {@code module 0x00 configuration-string}, as the original has it, or a bucket's
 * JSON object as the configuration file has it. The two are told apart by the first byte: no module begins with a brace.
 * Protocol: {@code protocol-kv} 10.1.
 */
public final class BucketBody {

    private static final int BYTES_MAX = 1 << 20;

    /** So many mistakes are named; who has corrected them hears of the next ones. */
    private static final int ERRORS_MAX = 100;

    private static final String MODULE = "ep";
    private static final String NO_BUCKET_MODULE = "nobucket";
    private static final String EXTENSION = ".so";

    private final String text;

    private BucketBody(String text) {
        this.text = text;
    }

    /** Reads a value; what it says is looked at later. */
    public static BucketBody of(byte[] value) throws BucketException {
        if (value.length > BYTES_MAX) {
            throw invalid("the value has " + value.length + " bytes (expected: at most " + BYTES_MAX + ")");
        }
        try {
            return new BucketBody(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new BucketException(Reason.INVALID, "the value is no UTF-8", e);
        }
    }

    /** The bucket's object. */
    Map<String, @Nullable Object> object(String bucket, BucketReader reader) throws BucketException {
        List<Problem> problems = new ArrayList<>();
        Map<String, @Nullable Object> object = isJson()
                ? reader.parse(text, problems::add)
                : BucketParameters.toObject(bucket, configuration(), reader, problems::add);
        if (object == null || !problems.isEmpty()) {
            throw invalid(Problem.joined(problems));
        }
        return object;
    }

    /** What each parameter is worth; of a JSON object its mistakes together. */
    public Map<String, Object> validate(String bucket, BucketReader reader) throws BucketException {
        if (!isJson()) {
            return BucketParameters.validate(configuration());
        }
        List<Problem> problems = new ArrayList<>();
        Map<String, @Nullable Object> object = reader.parse(text, problems::add);
        if (object != null && problems.isEmpty()) {
            BucketPlan unused = reader.read(bucket, object, problems::add);
        }
        return Map.of(
                "errors",
                problems.stream().limit(ERRORS_MAX).map(Problem::toString).toList());
    }

    private boolean isJson() {
        return text.startsWith("{");
    }

    /** Checks the module and answers what stands behind it; nothing where there is no separator. */
    private String configuration() throws BucketException {
        int zero = text.indexOf('\0');
        String module = zero < 0 ? text : text.substring(0, zero);
        String file = module.substring(module.lastIndexOf('/') + 1);
        String stem = file.endsWith(EXTENSION) ? file.substring(0, file.length() - EXTENSION.length()) : file;
        if (stem.equals(NO_BUCKET_MODULE)) {
            throw new BucketException(Reason.NOT_SUPPORTED, "the module " + NO_BUCKET_MODULE + " makes no bucket");
        }
        if (!stem.equals(MODULE)) {
            throw invalid("module " + Problem.describe(module) + " (expected: " + MODULE
                    + ", or a JSON object in place of module and configuration)");
        }
        return zero < 0 ? "" : text.substring(zero + 1);
    }

    private static BucketException invalid(String message) {
        return new BucketException(Reason.INVALID, message);
    }
}
