package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import dev.sluice.testkit.ManualClock;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.TestBucketConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketIdentitiesTest {

    @TempDir
    private Path data = Path.of("");

    private final ManualClock clock = new ManualClock();

    /** What keeps its documents. */
    private final EngineProvider durable = new ScriptedEngine(cookie -> Status.SUCCESS) {
        @Override
        public boolean ephemeral() {
            return false;
        }
    };

    private BucketSpec spec(EngineProvider provider) {
        return new BucketSpec(
                TestBucketConfiguration.of(provider).bucketName("b"), 1 << 20, false, data.resolve("b"), provider);
    }

    private String uuid(EngineProvider provider) {
        clock.advance(Duration.ofSeconds(1));
        return new BucketIdentities(clock).of(spec(provider));
    }

    @Test
    void aBucketThatKeepsItsDocuments_keepsItsUuid_untilItsDirectoryGoes() throws IOException {
        String first = uuid(durable);
        assertThat(first).matches("[0-9a-f]{32}");
        assertThat(uuid(durable)).isEqualTo(first);
        Files.delete(data.resolve("b").resolve("bucket.uuid"));
        assertThat(uuid(durable)).isNotEqualTo(first);
    }

    @Test
    void aBucketInMemory_isAnotherOneEachTime_andLeavesNoFile() {
        assertThat(uuid(new NaiveEngineProvider())).isNotEqualTo(uuid(new NaiveEngineProvider()));
        assertThat(data.resolve("b")).doesNotExist();
    }

    @Test
    void bucketsOfOneMoment_differ() {
        BucketIdentities identities = new BucketIdentities(clock);
        BucketSpec spec = spec(new NaiveEngineProvider());
        assertThat(identities.of(spec)).isNotEqualTo(identities.of(spec));
    }

    @Test
    void aFileThatHoldsNoUuid_isReplaced() throws IOException {
        Files.createDirectories(data.resolve("b"));
        Files.writeString(data.resolve("b").resolve("bucket.uuid"), "nonsense");
        String made = uuid(durable);
        assertThat(uuid(durable)).isEqualTo(made);
    }

    @Test
    void aDirectoryThatCannotBe_costsNothingButTheUuid() throws IOException {
        Files.writeString(data.resolve("b"), "a file where the directory would be");
        assertThat(uuid(durable)).matches("[0-9a-f]{32}");
    }
}
