package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which map a bucket has when, and of which version. */
class BucketMapTest {

    private static final NodeAddresses ADDRESSES = new NodeAddresses(null, 11210, 0, 8091, 0, Map.of());
    private static final BucketFacts FACTS = new BucketFacts("b", "u", 4, true, List.of());

    private final ManualClock clock = new ManualClock();
    private final ClusterMaps cluster = new ClusterMaps(clock);
    private final AtomicInteger changes = new AtomicInteger();
    private final BucketMap map = new BucketMap(cluster, changes::incrementAndGet);

    private ClusterMap current() {
        return Objects.requireNonNull(map.current(), "no map");
    }

    private static String text(ClusterMap map) {
        return new String(map.json(), StandardCharsets.UTF_8);
    }

    @Test
    void thereIsNoMap_beforeBucketAndAddressesAreKnown() {
        assertThat(map.current()).isNull();
        map.facts(FACTS);
        assertThat(map.current()).isNull();
        assertThat(cluster.global()).isNull();
        cluster.addresses(ADDRESSES);
        assertThat(text(current())).contains("\"name\":\"b\"");
        assertThat(cluster.global()).isNotNull();
    }

    @Test
    void aMapIsWrittenOnce_untilSomethingChanges() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        ClusterMap first = current();
        assertThat(current()).isSameAs(first);
        map.manifestUid(3);
        ClusterMap second = current();
        assertThat(second.version().newerThan(first.version())).isTrue();
        assertThat(text(second)).contains("\"collectionsManifestUid\":\"3\"");
        map.manifestUid(3);
        assertThat(current()).as("the same manifest").isSameAs(second);
        assertThat(changes).as("told").hasValue(2);
    }

    @Test
    void newAddresses_makeANewerMap_ofEveryKind() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        ClusterMap first = current();
        ClusterMap global = Objects.requireNonNull(cluster.global());
        AtomicInteger told = new AtomicInteger();
        cluster.onChange(everyMap -> told.addAndGet(everyMap ? 1 : 100));
        cluster.addresses(new NodeAddresses("h", 11210, 0, 8091, 0, Map.of()));
        assertThat(told).hasValue(1);
        assertThat(current().version().newerThan(first.version())).isTrue();
        assertThat(text(current())).contains("\"hostname\":\"h\"");
        assertThat(Objects.requireNonNull(cluster.global()).version().newerThan(global.version()))
                .isTrue();
    }

    @Test
    void aBucketThatIsMadeAgain_hasANewerMap() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        map.manifestUid(1);
        map.manifestUid(2);
        BucketMap again = new BucketMap(cluster, () -> {});
        again.facts(FACTS);
        assertThat(Objects.requireNonNull(again.current())
                        .version()
                        .newerThan(current().version()))
                .isTrue();
    }

    @Test
    void aRestart_makesANewerMap_howeverOftenTheOldOneChanged() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        for (int i = 0; i < 1000; i++) {
            map.manifestUid(i);
        }
        clock.advance(Duration.ofMillis(1));
        ClusterMaps restarted = new ClusterMaps(clock);
        restarted.addresses(ADDRESSES);
        BucketMap after = new BucketMap(restarted, () -> {});
        after.facts(FACTS);
        assertThat(Objects.requireNonNull(after.current())
                        .version()
                        .newerThan(current().version()))
                .isTrue();
    }

    @Test
    void aStoredMap_takesThePlaceOfOurs_whateverItsVersion() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        ClusterMap stored = new ClusterMap(new MapVersion(1, 1), new byte[] {'{', '}'});
        map.store(stored);
        assertThat(current()).isSameAs(stored);
        map.manifestUid(9);
        assertThat(current()).isSameAs(stored);
        cluster.store(stored);
        assertThat(cluster.global()).isSameAs(stored);
    }

    @Test
    void anOlderManifest_thatIsToldOfLate_changesNothing() {
        cluster.addresses(ADDRESSES);
        map.facts(FACTS);
        map.manifestUid(6);
        ClusterMap newest = current();
        int told = changes.get();
        map.manifestUid(5);
        assertThat(current()).isSameAs(newest);
        assertThat(changes).hasValue(told);
        map.manifestUid(Long.MIN_VALUE); // 2^63, as uids are unsigned.
        map.manifestUid(7);
        assertThat(text(current())).doesNotContain("\"collectionsManifestUid\":\"7\"");
    }

    @Nested
    class Versions {
        @Test
        void epochDecides_thenRevision_signed() {
            MapVersion version = new MapVersion(5, 5);
            assertThat(new MapVersion(5, 6).newerThan(version)).isTrue();
            assertThat(new MapVersion(6, 1).newerThan(version)).isTrue();
            assertThat(new MapVersion(5, 5).newerThan(version)).isFalse();
            assertThat(new MapVersion(4, 9).newerThan(version)).isFalse();
            assertThat(new MapVersion(-1, 1).newerThan(MapVersion.NONE)).isTrue();
            assertThat(new MapVersion(1, 1).newerThan(new MapVersion(-1, 9))).isTrue();
        }
    }
}
