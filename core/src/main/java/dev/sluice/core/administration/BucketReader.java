package dev.sluice.core.administration;

import dev.sluice.core.engine.Problem;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Knows what a bucket's object in the configuration means. Any thread; may look at files. */
public interface BucketReader {

    /**
     * Reads an object.
     *
     * @param name checked: a bucket may be called that
     * @param problems told of each mistake
     * @return null where there was a mistake
     */
    @Nullable
    BucketPlan read(String name, Map<String, @Nullable Object> object, Consumer<Problem> problems);

    /**
     * Reads a JSON text that should be one object, as strictly as the configuration file.
     *
     * @return null where there was a mistake
     */
    @Nullable
    Map<String, @Nullable Object> parse(String json, Consumer<Problem> problems);

    /** Which of a bucket's keys can change while it serves; null where the key, or the engine, is not known. */
    @Nullable
    Boolean isDynamic(@Nullable String engineType, String key);
}
