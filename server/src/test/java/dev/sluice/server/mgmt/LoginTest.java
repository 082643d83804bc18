package dev.sluice.server.mgmt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.Node;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.ServerChecks;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.config.TransportKind;
import dev.sluice.server.frontend.EventLoops;
import dev.sluice.server.frontend.Handshakes;
import dev.sluice.server.frontend.Listeners;
import dev.sluice.server.tls.HandshakeLimits;
import dev.sluice.testkit.ManualClock;
import dev.sluice.testkit.SimulatedScheduler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A management listener that asks for a login. */
@ExtendWith(ServerChecks.class)
class LoginTest {

    private static final Visitors JOE = new Visitors() {
        private final ExecutorService pool = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "visitors");
            thread.setDaemon(true);
            return thread;
        });

        @Override
        public CompletableFuture<Boolean> login(String peer, String user, byte[] password) {
            if (user.equals("broken")) {
                return CompletableFuture.failedFuture(new IllegalStateException("no users today"));
            }
            if (user.equals("busy")) {
                return CompletableFuture.failedFuture(new RejectedExecutionException("4096 wait already"));
            }
            return CompletableFuture.supplyAsync(
                    () -> user.equals("joe") && new String(password, StandardCharsets.UTF_8).equals("pass:wörd"), pool);
        }

        @Override
        public boolean sees(String user, String bucket) {
            return false;
        }
    };

    private final HttpClient http = HttpClient.newHttpClient();
    private EventLoops loops;
    private Listeners listeners;

    @BeforeEach
    void listen() throws Exception {
        ManualClock clock = new ManualClock();
        SimulatedScheduler scheduler = new SimulatedScheduler(1, clock);
        Pools pools = new Pools(
                scheduler.pool("reader"), scheduler.pool("writer"), scheduler.pool("auxIo"), scheduler.pool("nonIo"));
        Node node = new Node("0", Limits.defaults(), clock, pools);
        loops = new EventLoops(TransportKind.NIO, 1);
        Handshakes handshakes = new Handshakes(new HandshakeLimits(1, 1), Runnable::run, clock);
        listeners = new Listeners(loops, node, Limits.defaults(), handshakes);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        listeners.open(new ListenerConfiguration(address, false, null), "mgmt", new ManagementService(node, JOE));
        listeners.accept();
    }

    @AfterEach
    void stop() {
        listeners.close();
        loops.stop(1_000).awaitUninterruptibly();
    }

    private HttpResponse<String> get(String path, @Nullable String authorization) throws Exception {
        int port = listeners.addresses("mgmt").get(0).getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rightPassword_letsIn() throws Exception {
        HttpResponse<String> response = get("/whoami", basic("joe:pass:wörd"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"id\":\"joe\",\"domain\":\"local\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"joe:wrong", "joe:", "jim:pass:wörd", ":", "joe"})
    void anythingElse_is401_andTheSameForAll(String pair) throws Exception {
        HttpResponse<String> response = get("/whoami", basic(pair));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("www-authenticate"))
                .hasValue("Basic realm=\"Sluice\", charset=\"UTF-8\"");
        assertThat(response.body()).isEqualTo("{\"error\":\"name and password of a user are needed\"}");
    }

    /** 401 is final for clients, who would give a right password up. */
    @ParameterizedTest
    @ValueSource(strings = {"broken:x", "busy:x"})
    void aLoginThatCannotBeLookedAt_is503(String pair) throws Exception {
        HttpResponse<String> response = get("/whoami", basic(pair));

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("www-authenticate")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Basic !", "Bearer abc", ""})
    void headersOfAnotherKind_are401(String header) throws Exception {
        assertThat(get("/pools", header).statusCode()).isEqualTo(401);
    }

    @Test
    void withoutOne_thereIsOnlyThePageThatSaysThatTheServerIsThere() throws Exception {
        assertThat(get("/", null).statusCode()).isEqualTo(200);
        assertThat(get("/pools/default/buckets/default", null).statusCode()).isEqualTo(401);
        assertThat(get("/nothing", null).statusCode()).isEqualTo(401);
    }
}
