package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Collections;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.Operation;
import dev.sluice.testkit.TestBucketConfiguration;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A bucket's manifest where something is wrong with the file or with the engine, and where the engine knows nothing of it. */
class BucketManifestTest {

    private static final String WITH_8 = manifest(2, "{\"uid\":\"8\",\"name\":\"a\"}");
    private static final String WITHOUT = manifest(3, "");

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private static String manifest(int uid, String collections) {
        return "{\"uid\":\"" + uid + "\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":["
                + collections + "]}]}";
    }

    private static Frame set(String manifest) {
        return Frame.of(0xb9).value(manifest);
    }

    private WireClient connect() {
        WireClient client = server.connect();
        client.call(Frame.hello(0x12, 0x07, 0x0b));
        return client;
    }

    @Test
    void aDamagedFile_keepsTheBucketFromStarting_andIsNamed() throws Exception {
        Path directory = Files.createDirectories(server.directory().resolve("b"));
        Path file = Files.writeString(directory.resolve("manifest.json"), "{\"version\":1,");
        EngineProvider provider = new NaiveEngineProvider();
        CompletableFuture<Void> created = server.node()
                .buckets()
                .create(new BucketSpec(
                        TestBucketConfiguration.of(provider).bucketName("b"), 64L << 20, false, directory, provider));
        server.pump();
        assertThatThrownBy(created::join)
                .hasCauseInstanceOf(BucketException.class)
                .hasMessageContaining("bucket b: " + file + ": damaged: not JSON, or cut off");
        assertThat(server.node().buckets().ready("b")).isNull();
        Files.delete(file);
        server.createBucket("b", provider, false);
    }

    @Test
    void anEngineThatFails_leavesTheManifestInForce_andIsToldAgain() {
        AtomicInteger failures = new AtomicInteger();
        FaultInjectingProvider provider = new FaultInjectingProvider(
                new NaiveEngineProvider(),
                call -> call.operation() == Operation.SET_COLLECTIONS && failures.getAndIncrement() == 0
                        ? Fault.THROW
                        : Fault.PASS);
        server.createBucket("default", provider, false);
        WireClient client = connect();
        Response response = client.call(set(WITH_8));
        assertThat(response.status()).isEqualTo(0x86);
        assertThat(response.text()).contains("the engine has failed to take it");
        assertThat(client.call(Frame.of(0xba)).text()).isEqualTo(WITH_8);
        assertThat(client.status(set(WITH_8))).isZero();
        assertThat(client.status(Frame.set("", "v").key(8, "k"))).isZero();
        assertThat(server.faults(EngineFault.BACKGROUND_EXCEPTION)).isEqualTo(1);
    }

    @Test
    void anEngineThatKnowsNoCollections_servesThemAllTheSame() {
        server.createBucket("default", new WithoutCollections(), false);
        WireClient client = connect();
        assertThat(client.status(set(WITH_8))).isZero();
        assertThat(client.status(Frame.set("", "v").key(8, "k"))).isZero();
        assertThat(client.call(Frame.get("").key(8, "k")).text()).isEqualTo("v");
        assertThat(client.ask(Frame.of(0x10).key("collections")))
                .extracting(Response::keyText)
                .contains("0x0:0x8:ops_store")
                .doesNotContain("0x0:0x8:items");
        assertThat(client.status(set(WITHOUT))).isZero();
        assertThat(client.status(Frame.get("").key(8, "k"))).isEqualTo(0x88);
        assertThat(client.status(Frame.set("", "v").key(8, "k"))).isEqualTo(0x88);
    }

    @Test
    void aBucketThatGoes_whileItsManifestIsSet_endsAllTheSame() {
        server.createBucket("default", new NaiveEngineProvider(), false);
        WireClient client = connect();
        client.send(set(WITH_8));
        CompletableFuture<Void> gone = server.node().buckets().destroy("default", true);
        server.advance(java.time.Duration.ofSeconds(1));
        assertThat(gone).isCompleted();
        assertThat(client.closed()).isTrue();
    }

    /** A naive engine that does not say that it knows of collections. */
    private static final class WithoutCollections implements EngineProvider {
        private final NaiveEngineProvider provider = new NaiveEngineProvider();

        @Override
        public String type() {
            return provider.type();
        }

        @Override
        public int spiVersion() {
            return provider.spiVersion();
        }

        @Override
        public List<ConfigurationKey> configurationKeys() {
            return provider.configurationKeys();
        }

        @Override
        public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
            Engine engine = provider.create(configuration, context);
            return (Engine) Proxy.newProxyInstance(
                    WithoutCollections.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, args) -> {
                        if (method.getName().equals("capability") && args[0] == Collections.class) {
                            return null;
                        }
                        try {
                            return method.invoke(engine, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
