package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.core.statistics.ServerCounter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.auth.AuthInfo;
import net.rubyeye.xmemcached.command.BinaryCommandFactory;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.ConnectionFactoryBuilder.Protocol;
import net.spy.memcached.auth.AuthDescriptor;
import net.spy.memcached.auth.PlainCallbackHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients of the classic protocol that log in by PLAIN, each into the bucket that its user is called like. */
@ExtendWith(ServerChecks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SaslClientsTest {

    private static final int TIMEOUT_SECONDS = 20;

    private SluiceServer server;

    @BeforeAll
    void start() throws Exception {
        String app = UserEntry.of("app", "s3cret".getBytes(UTF_8), new Random(1));
        String other = UserEntry.of("other", "s3cret".getBytes(UTF_8), new Random(2));
        server = TestServers.start("\"buckets\": {\"default\": {\"engine\": \"memory\"}, \"app\": {\"engine\":"
                + " \"memory\"}}, \"users\": {" + app + ", " + other + "}");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private net.spy.memcached.MemcachedClient spy(String user, String password) throws Exception {
        AuthDescriptor descriptor =
                new AuthDescriptor(new String[] {"PLAIN"}, new PlainCallbackHandler(user, password));
        return new net.spy.memcached.MemcachedClient(
                new ConnectionFactoryBuilder()
                        .setProtocol(Protocol.BINARY)
                        .setAuthDescriptor(descriptor)
                        .setOpTimeout(SECONDS.toMillis(TIMEOUT_SECONDS))
                        .build(),
                server.addresses());
    }

    @Test
    void spymemcached_logsIn_andWorksInTheBucketOfItsName() throws Exception {
        net.spy.memcached.MemcachedClient app = spy("app", "s3cret");
        net.spy.memcached.MemcachedClient other = spy("other", "s3cret");
        try {
            assertThat(app.set("spy", 0, "value").get(TIMEOUT_SECONDS, SECONDS)).isTrue();
            assertThat(app.get("spy")).isEqualTo("value");
            assertThat(other.get("spy")).as("in the bucket default").isNull();
        } finally {
            app.shutdown();
            other.shutdown();
        }
    }

    @Test
    void spymemcached_withAWrongPassword_getsNothingDone() throws Exception {
        long before = server.node().counters().value(ServerCounter.AUTH_ERRORS);
        net.spy.memcached.MemcachedClient client = spy("app", "wrong");
        try {
            await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .until(() -> server.node().counters().value(ServerCounter.AUTH_ERRORS) > before);
            assertThat(client.set("spy-wrong", 0, "value").isDone()).isFalse();
        } finally {
            client.shutdown();
        }
    }

    private MemcachedClient xmemcached(String password) throws Exception {
        // It finds its credentials by the text of the host that a connection has in the end.
        InetSocketAddress address =
                new InetSocketAddress("localhost", server.ports().get(0));
        XMemcachedClientBuilder builder = new XMemcachedClientBuilder(List.of(address));
        builder.setCommandFactory(new BinaryCommandFactory());
        builder.addAuthInfo(address, AuthInfo.plain("app", password));
        builder.setOpTimeout(SECONDS.toMillis(TIMEOUT_SECONDS));
        return builder.build();
    }

    @Test
    void xmemcached_logsIn() throws Exception {
        MemcachedClient client = xmemcached("s3cret");
        try {
            // It may send commands before its own login is through; those are refused, and it says so.
            await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .ignoreExceptions()
                    .until(() -> client.set("x", 0, "value"));
            assertThat((String) client.get("x")).isEqualTo("value");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void xmemcached_withAWrongPassword_isRefused() throws Exception {
        long before = server.node().counters().value(ServerCounter.AUTH_ERRORS);
        MemcachedClient client = xmemcached("wrong");
        try {
            await().atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .until(() -> server.node().counters().value(ServerCounter.AUTH_ERRORS) > before);
            assertThatThrownBy(() -> client.set("x-wrong", 0, "value")).isInstanceOf(Exception.class);
        } finally {
            client.shutdown();
        }
    }
}
