package dev.sluice.core.administration;

import dev.sluice.core.bucket.BucketSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bucket as somebody wants it: the object that says so, and what was read from it.
 *
 * @param object as in the configuration file
 * @param spec what follows from it; its quota counts only where it was given
 * @param quotaGiven whether the bucket has a quota of its own, or a share of what the others leave
 */
public record BucketPlan(Map<String, @Nullable Object> object, BucketSpec spec, boolean quotaGiven) {

    public BucketPlan {
        object = Collections.unmodifiableMap(new LinkedHashMap<>(object));
    }

    public String name() {
        return spec.name();
    }
}
