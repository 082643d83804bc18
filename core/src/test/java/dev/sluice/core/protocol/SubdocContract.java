package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.StoreMode;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/**
 * Sub-document commands to a bucket of its own, and looks at what they have left in its engine. {@code protocol-subdoc} 3, 6 to
 * 9 and 11; the operations at paths have tests of their own.
 */
abstract class SubdocContract extends WireContract {

    static final int XATTR = 0x06;
    static final int SNAPPY = 0x0a;

    static final String LARGE = "x".repeat(100_000);

    /** Takes JSON, extended attributes and extended statuses. */
    WireClient subdoc = client;

    /** The engine that the documents are in. */
    EngineProvider provider() {
        return new NaiveEngineProvider();
    }

    @BeforeEach
    void bucket() {
        server.createBucket("docs", new FaultInjectingProvider(provider(), disturbance.plan()), true);
        subdoc = select(XATTR, XERROR, JSON);
    }

    WireClient select(int... features) {
        WireClient connected = connect(features);
        assertThat(connected.status(Frame.of(0x89).key("docs"))).isZero();
        return connected;
    }

    EngineDriver engine() {
        return new EngineDriver(server.engine("docs").inner(), server.scheduler(), 1);
    }

    Answer stored(String key) {
        return engine().get(0, Key.of(key), DocumentFilter.ALIVE_OR_DELETED);
    }

    long set(String key, String body) {
        Response response = subdoc.call(Frame.set(key, body));
        assertThat(response.status()).isZero();
        return response.cas();
    }

    long plant(String key, byte[] value, int datatype) {
        Answer answer = engine().store(
                        0,
                        Key.of(key),
                        Store.of(StoreMode.SET, value).datatype(datatype).flags(7));
        assertThat(answer.succeeded()).isTrue();
        return answer.cas();
    }

    String body(String key) {
        return subdoc.call(Frame.get(key)).text();
    }

    Response ask(String key, Subdoc request) {
        return subdoc.call(request.frame(key));
    }

    int status(String key, Subdoc request) {
        return ask(key, request).status();
    }

    /** Asks, expects this status, and gives what was found. */
    List<String> found(String key, int status, Subdoc request) {
        Response response = ask(key, request);
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        return Subdoc.found(response);
    }

    String xattr(String key, String path) {
        Response response =
                ask(key, Subdoc.single(Subdoc.GET, Subdoc.XATTR, path, "").doc(Subdoc.ACCESS_DELETED));
        return response.status() == 0 || response.status() == 0xcd
                ? response.text()
                : Integer.toHexString(response.status());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
