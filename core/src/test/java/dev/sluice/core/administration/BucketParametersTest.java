package dev.sluice.core.administration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.engine.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The original's parameters that mean one thing for one type of bucket and nothing for the other. */
class BucketParametersTest {

    private static final class EveryKeyIsKnown implements BucketReader {

        @Override
        public @Nullable BucketPlan read(
                String name, Map<String, @Nullable Object> object, Consumer<Problem> problems) {
            throw new AssertionError("nobody reads: the tests ask for the object");
        }

        @Override
        public @Nullable Map<String, @Nullable Object> parse(String json, Consumer<Problem> problems) {
            throw new AssertionError("nobody parses: the tests have no JSON");
        }

        @Override
        public Boolean isDynamic(@Nullable String engineType, String key) {
            return true;
        }
    }

    private static Map<String, @Nullable Object> object(String configuration) {
        List<Problem> problems = new ArrayList<>();
        Map<String, @Nullable Object> object =
                BucketParameters.toObject("a", configuration, new EveryKeyIsKnown(), problems::add);
        assertThat(problems).isEmpty();
        return object;
    }

    @Test
    void persistentBuckets_haveTheirOwnPolicyAndAge() {
        String both = "item_eviction_policy=full_eviction;ephemeral_full_policy=auto_delete;"
                + "persistent_metadata_purge_age=60;ephemeral_metadata_purge_age=7";

        assertThat(object(both))
                .containsEntry("engine", "persistent")
                .containsEntry("evictionPolicy", "full")
                .containsEntry("tombstonePurgeAge", "60s");
        assertThat(object("item_eviction_policy=value_only")).containsEntry("evictionPolicy", "valueOnly");
    }

    @Test
    void ephemeralBuckets_haveTheirs() {
        String both = "bucket_type=ephemeral;item_eviction_policy=full_eviction;ephemeral_full_policy=auto_delete;"
                + "persistent_metadata_purge_age=60;ephemeral_metadata_purge_age=7";

        assertThat(object(both))
                .containsEntry("engine", "memory")
                .containsEntry("evictionPolicy", "autoDelete")
                .containsEntry("tombstonePurgeAge", "7s");
    }
}
