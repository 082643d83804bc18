package dev.sluice.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.spy.memcached.BinaryConnectionFactory;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.CachedData;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.internal.OperationFuture;
import net.spy.memcached.transcoders.Transcoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What an application of classic memcached does, through spymemcached, an independent client that is widely used. How the
 * engine behaves is the subclass's choice; what the client sees must not depend on it.
 */
@ExtendWith(ServerChecks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClassicClientContract {

    static final String BUCKETS = "\"buckets\": {\"default\": {\"engine\": \"memory\", \"flush\": true}}";

    private static final int TIMEOUT_SECONDS = 20;

    private SluiceServer server;
    private MemcachedClient client;

    abstract SluiceServer startServer() throws Exception;

    @BeforeAll
    void connect() throws Exception {
        server = startServer();
        client = new MemcachedClient(new BinaryConnectionFactory(), server.addresses());
    }

    @AfterAll
    void disconnect() {
        client.shutdown(TIMEOUT_SECONDS, SECONDS);
        server.close();
    }

    @BeforeEach
    void flush() throws Exception {
        assertThat(client.flush().get(TIMEOUT_SECONDS, SECONDS)).isTrue();
    }

    @Test
    void set_isRead() throws Exception {
        assertThat(client.set("key", 0, "value").get()).isTrue();
        assertThat(client.get("key")).isEqualTo("value");
        assertThat(client.get("other")).isNull();
    }

    @Test
    void add_onlyWhereNothingIs() throws Exception {
        assertThat(client.add("key", 0, "first").get()).isTrue();
        assertThat(client.add("key", 0, "second").get()).isFalse();
        assertThat(client.get("key")).isEqualTo("first");
    }

    @Test
    void replace_onlyWhereSomethingIs() throws Exception {
        assertThat(client.replace("key", 0, "first").get()).isFalse();
        assertThat(client.set("key", 0, "first").get()).isTrue();
        assertThat(client.replace("key", 0, "second").get()).isTrue();
        assertThat(client.get("key")).isEqualTo("second");
    }

    @Test
    void delete_removes() throws Exception {
        assertThat(client.set("key", 0, "value").get()).isTrue();
        assertThat(client.delete("key").get()).isTrue();
        assertThat(client.get("key")).isNull();
        assertThat(client.delete("key").get()).isFalse();
    }

    @Test
    void counters_count() {
        assertThat(client.incr("counter", 5, 10)).isEqualTo(10);
        assertThat(client.incr("counter", 5)).isEqualTo(15);
        assertThat(client.decr("counter", 3)).isEqualTo(12);
        assertThat(client.decr("counter", 100)).isZero();
        assertThat(client.incr("missing", 1)).isEqualTo(-1);
    }

    @Test
    void appendAndPrepend_extend() throws Exception {
        assertThat(client.set("key", 0, "b").get()).isTrue();
        assertThat(client.append("key", "c").get()).isTrue();
        assertThat(client.prepend("key", "a").get()).isTrue();
        assertThat(client.get("key")).isEqualTo("abc");
        assertThat(client.append("missing", "c").get()).isFalse();
    }

    @Test
    void cas_detectsAChange() throws Exception {
        assertThat(client.set("key", 0, "one").get()).isTrue();
        CASValue<Object> seen = client.gets("key");
        assertThat(client.cas("key", seen.getCas(), "two")).isEqualTo(CASResponse.OK);
        assertThat(client.cas("key", seen.getCas(), "three")).isEqualTo(CASResponse.EXISTS);
        assertThat(client.cas("missing", seen.getCas(), "four")).isEqualTo(CASResponse.NOT_FOUND);
        assertThat(client.get("key")).isEqualTo("two");
    }

    @Test
    void touch_keepsTheValue() throws Exception {
        assertThat(client.set("key", 0, "value").get()).isTrue();
        assertThat(client.touch("key", 1000).get()).isTrue();
        assertThat(client.getAndTouch("key", 2000).getValue()).isEqualTo("value");
        assertThat(client.touch("missing", 1000).get()).isFalse();
        assertThat(client.getAndTouch("missing", 1000)).isNull();
    }

    @Test
    void bulkGet_findsWhatIsThere() throws Exception {
        Map<String, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 500; i++) {
            expected.put("key" + i, "value" + i);
            assertThat(client.set("key" + i, 0, "value" + i).get()).isTrue();
        }
        List<String> keys = IntStream.range(0, 1000).mapToObj(i -> "key" + i).toList();

        assertThat(client.getBulk(keys)).isEqualTo(expected);
    }

    @Test
    void largeValue_comesBackWhole() throws Exception {
        byte[] value = new byte[10 << 20];
        new Random(1).nextBytes(value);

        CachedData raw = new CachedData(7, value, value.length);
        assertThat(client.set("large", 0, raw, new Raw()).get()).isTrue();

        CachedData read = client.get("large", new Raw());
        assertThat(read.getFlags()).isEqualTo(7);
        assertThat(read.getData()).isEqualTo(value);
    }

    @Test
    void manyAtOnce_areAllAnswered() throws Exception {
        List<OperationFuture<Boolean>> stores = IntStream.range(0, 5_000)
                .mapToObj(i -> client.set("k" + i, 0, "v" + i))
                .toList();
        for (OperationFuture<Boolean> store : stores) {
            assertThat(store.get(TIMEOUT_SECONDS, SECONDS)).isTrue();
        }
        assertThat(client.get("k4999")).isEqualTo("v4999");
    }

    @Test
    void flush_dropsEverything() throws Exception {
        assertThat(client.set("key", 0, "value").get()).isTrue();
        assertThat(client.flush().get()).isTrue();
        assertThat(client.get("key")).isNull();
    }

    @Test
    void statisticsAndVersion_areThere() {
        Map<SocketAddress, Map<String, String>> statistics = client.getStats();
        assertThat(statistics.values())
                .singleElement()
                .satisfies(s -> assertThat(s).containsKeys("pid", "uptime", "curr_items", "curr_connections"));
        assertThat(client.getVersions().values()).singleElement().asString().contains(Version.text());
    }

    /** Values as they are; the client's own transcoder would compress a large one. */
    private static final class Raw implements Transcoder<CachedData> {

        @Override
        public boolean asyncDecode(CachedData data) {
            return false;
        }

        @Override
        public CachedData encode(CachedData data) {
            return data;
        }

        @Override
        public CachedData decode(CachedData data) {
            return data;
        }

        @Override
        public int getMaxSize() {
            return CachedData.MAX_SIZE;
        }
    }
}
