package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.rubyeye.xmemcached.GetsResponse;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.command.BinaryCommandFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** xmemcached: another independent client of the classic protocol, which merges and pipelines by itself. */
@ExtendWith(ServerChecks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class XMemcachedTest {

    private static final long TIMEOUT_MS = 20_000;

    private SluiceServer server;
    private MemcachedClient client;

    @BeforeAll
    void connect() throws Exception {
        server = TestServers.start(ClassicClientContract.BUCKETS);
        XMemcachedClientBuilder builder = new XMemcachedClientBuilder(server.addresses());
        builder.setCommandFactory(new BinaryCommandFactory());
        builder.setOpTimeout(TIMEOUT_MS);
        client = builder.build();
    }

    @AfterAll
    void disconnect() throws Exception {
        client.shutdown();
        server.close();
    }

    @Test
    void documents_areStoredAndRead() throws Exception {
        assertThat(client.set("x-key", 0, "value")).isTrue();
        assertThat((String) client.get("x-key")).isEqualTo("value");
        assertThat(client.add("x-key", 0, "other")).isFalse();
        assertThat(client.replace("x-key", 0, "other")).isTrue();
        assertThat((String) client.get("x-key")).isEqualTo("other");
        assertThat(client.append("x-key", "!")).isTrue();
        assertThat(client.prepend("x-key", "an")).isTrue();
        assertThat((String) client.get("x-key")).isEqualTo("another!");
        assertThat(client.delete("x-key")).isTrue();
        assertThat((String) client.get("x-key")).isNull();
    }

    @Test
    void counters_count() throws Exception {
        assertThat(client.incr("x-counter", 5, 10)).isEqualTo(10);
        assertThat(client.incr("x-counter", 5)).isEqualTo(15);
        assertThat(client.decr("x-counter", 16)).isZero();
    }

    @Test
    void cas_detectsAChange() throws Exception {
        assertThat(client.set("x-cas", 0, "one")).isTrue();
        GetsResponse<String> seen = client.gets("x-cas");
        assertThat(client.cas("x-cas", 0, "two", seen.getCas())).isTrue();
        assertThat(client.cas("x-cas", 0, "three", seen.getCas())).isFalse();
    }

    @Test
    void touch_andGetAndTouch() throws Exception {
        assertThat(client.set("x-touch", 0, "value")).isTrue();
        assertThat(client.touch("x-touch", 1000)).isTrue();
        assertThat((String) client.getAndTouch("x-touch", 1000)).isEqualTo("value");
    }

    @Test
    void bulkGet_findsWhatIsThere() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(client.set("x-" + i, 0, "v" + i)).isTrue();
        }
        Map<String, String> found = client.get(List.of("x-1", "x-99", "x-100"));
        assertThat(found).isEqualTo(Map.of("x-1", "v1", "x-99", "v99"));
    }

    @Test
    void flushAndStatistics() throws Exception {
        assertThat(client.set("x-flushed", 0, "value")).isTrue();
        client.flushAll();
        assertThat((String) client.get("x-flushed")).isNull();
        assertThat(client.getStats().values())
                .singleElement()
                .satisfies(s -> assertThat(s).containsKey("pid"));
    }
}
