package dev.sluice.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an engine leaves with a command that never goes on is code of the engine's, and may be as broken as that. */
class EngineLeftoversTest {

    /** A way to leave something behind, to be run when the command is over. */
    enum Leftover {
        CANCEL_ACTION {
            @Override
            void leave(Cookie cookie, Runnable action) {
                cookie.block().onCancel(action);
            }
        },
        ATTACHMENT {
            @Override
            void leave(Cookie cookie, Runnable action) {
                AutoCloseable attachment = action::run;
                cookie.attach(attachment);
                BlockedCookie unused = cookie.block();
            }
        };

        /** Blocks the command. */
        abstract void leave(Cookie cookie, Runnable action);
    }

    private final List<ClassLoader> loaders = new ArrayList<>();

    /** A server whose engine never answers, and leaves behind what throws. */
    private TestServer server(Leftover leftover) {
        TestServer server = new TestServer();
        server.createBucket(
                "default",
                new ScriptedEngine(cookie -> {
                    leftover.leave(cookie, () -> {
                        loaders.add(Thread.currentThread().getContextClassLoader());
                        throw new NoClassDefFoundError("plugin/Missing");
                    });
                    return Status.WOULD_BLOCK;
                }),
                false);
        return server;
    }

    @ParameterizedTest
    @EnumSource
    void whatThrowsWhenItsClientGoes_isCounted_andKeepsNoUser(Leftover leftover) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader other = new ClassLoader(before) {};
        try (TestServer server = server(leftover)) {
            WireClient client = server.connect();
            client.send(Frame.get("k")).settle();
            Bucket bucket = server.bucket("default");
            assertThat(bucket.userCount()).isEqualTo(1);
            Thread.currentThread().setContextClassLoader(other); // As on a loop, which is nobody's plugin.
            client.disconnect();
            server.pump();
            assertThat(bucket.userCount()).isZero();
            assertThat(server.faults(EngineFault.BACKGROUND_EXCEPTION)).isEqualTo(1);
            assertThat(loaders).containsExactly(ScriptedEngine.class.getClassLoader());
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(other);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatThrowsWhenItsBucketGoes_holdsUpNeitherBucketNorConnection(Leftover leftover) {
        try (TestServer server = server(leftover)) {
            List<WireClient> clients = List.of(server.connect(), server.connect());
            clients.forEach(client -> client.send(Frame.get("k")).settle());
            CompletableFuture<Void> destroyed = server.node().buckets().destroy("default", false);
            server.advance(Duration.ofSeconds(2));
            assertThat(destroyed).isCompleted();
            assertThat(clients).allMatch(WireClient::closed);
            assertThat(loaders).hasSize(2);
        }
    }
}
