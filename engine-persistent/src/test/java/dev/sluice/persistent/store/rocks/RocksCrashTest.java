package dev.sluice.persistent.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.Docs;
import dev.sluice.persistent.store.FailPoint;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoredVBucket;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that dies at each fail point: what it has said to be durable is there, and batches are whole. */
class RocksCrashTest {

    private static final int VB = 7;
    private static final int KEYS = 40;

    @TempDir
    Path directory;

    private static StoreBatch batch(int number) {
        StoreBatch batch = new StoreBatch();
        for (int i = 0; i < 10; i++) {
            long seqno = number * 10L + i + 1;
            String key = "k" + (number * 7 + i * 3) % KEYS;
            batch.put(VB, i == 9 ? Docs.tombstone(key, seqno) : Docs.doc(key, seqno, "v" + seqno));
        }
        batch.record(VB, Docs.active(number * 10L + 10));
        return batch;
    }

    @ParameterizedTest
    @EnumSource(FailPoint.class)
    void whatWasDurable_isThere(FailPoint point) throws Exception {
        boolean manifest = point == FailPoint.BEFORE_MANIFEST || point == FailPoint.AFTER_MANIFEST;
        int acknowledged = run(point + (manifest ? ":2" : ":20"));
        assertThat(acknowledged).isEqualTo(manifest ? 0 : 19);
        try (KvStore store = RocksStore.open(RocksSettings.at(directory.resolve("store")));
                Snapshot snapshot = store.snapshot()) {
            StoredVBucket stored = store.vbucket(VB);
            int batches = stored == null ? 0 : (int) (stored.record().highSeqno() / 10);
            assertThat(batches).isBetween(acknowledged, acknowledged + 1);
            List<String> expected = new ArrayList<>();
            try (KvStore model = RocksStore.open(RocksSettings.at(directory.resolve("model")))) {
                for (int number = 0; number < batches; number++) {
                    model.commit(batch(number), false);
                }
                try (Snapshot modelled = model.snapshot()) {
                    expected.addAll(Docs.texts(modelled.documents(VB, KeyRange.all(), Content.WHOLE)));
                    assertThat(model.vbucket(VB)).isEqualTo(stored);
                }
            }
            assertThat(Docs.texts(snapshot.documents(VB, KeyRange.all(), Content.WHOLE)))
                    .isEqualTo(expected);
            assertThat(Docs.texts(snapshot.changes(VB, 0, Content.WHOLE)))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /** Runs the child until it dies; answers how many batches it had acknowledged. */
    private int run(String failPoint) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + FailPoints.PROPERTY + "=" + failPoint,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.resolve("store").toString())
                .redirectErrorStream(true)
                .start();
        int acknowledged = 0;
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                assertThat(line).isEqualTo("durable " + acknowledged);
                acknowledged++;
            }
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isEqualTo(137);
        } finally {
            child.destroyForcibly();
        }
        return acknowledged;
    }

    /** Commits for ever. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            RocksSettings settings = RocksSettings.at(Path.of(arguments[0])).withFailPoints(FailPoints.ofProcess());
            try (KvStore store = RocksStore.open(settings)) {
                for (int number = 0; ; number++) {
                    store.commit(batch(number), true);
                    System.out.println("durable " + number);
                }
            }
        }
    }
}
