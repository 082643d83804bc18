package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.WritePolicy;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.NaiveEngineProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Conversations in bytes, each held with an engine that answers at once and with engines that block first, notify early,
 * late, twice, or from a strange thread. The bytes are the same.
 *
 * <pre>
 *   81 00 0000 04 00 0000 | 00000009 | 0000000a | 18fae27693b40004 | 00000007 | 'hello'
 *   |  |  |    |  |  |      |          |          |                  |          |
 *   |  |  |    |  |  status body       opaque     CAS                extras     key, value
 *   |  |  |    |  datatype  length
 *   |  |  |    extras length
 *   |  |  key length
 *   |  opcode
 *   magic
 * </pre>
 *
 * <p>The clock stands at {@code 0x18fae27693b40000} nanoseconds since 1970, which is the uuid of vbucket 0; the first
 * mutation has the CAS {@code …0004}, as each of the four vbuckets has taken a number.
 */
@ParameterizedClass
@EnumSource(Disturbance.class)
abstract class WireContract {

    static final int TCP_NO_DELAY = 0x03;
    static final int MUTATION_SEQNO = 0x04;
    static final int XERROR = 0x07;
    static final int SELECT_BUCKET = 0x08;
    static final int JSON = 0x0b;

    /** The CAS of the first mutation of a conversation. */
    static final long FIRST_CAS = 0x18fae27693b40004L;

    private static final Limits LIMITS = TestLimits.with("valueBytesMax", 256 << 10)
            .and("frameBytesMax", 1 << 20)
            .limits();

    @Parameter
    Disturbance disturbance = Disturbance.NONE;

    TestServer server = new TestServer();

    /** Has said nothing yet, and works on the bucket {@code default}. */
    WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = new TestServer(LIMITS, 0, false);
        FaultInjectingProvider provider = new FaultInjectingProvider(new NaiveEngineProvider(), disturbance.plan());
        server.createBucket("default", provider, true);
        client = server.connect();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** A client that has said HELLO with these features, and nothing else. */
    WireClient connect(int... features) {
        WireClient connected = server.connect();
        assertThat(connected.status(Frame.hello(features))).isZero();
        return connected;
    }

    /** A client of a bucket that asks this of writes, with these features. */
    WireClient connectTo(WritePolicy writes, int... features) {
        return connectTo(new NaiveEngineProvider(), writes, features);
    }

    /** A client of a bucket of its own with engines of this provider, disturbed like the others. */
    WireClient connectTo(EngineProvider provider, WritePolicy writes, int... features) {
        server.createBucket("other", new FaultInjectingProvider(provider, disturbance.plan()), writes);
        WireClient connected = connect(features);
        assertThat(connected.status(Frame.of(0x89).key("other"))).isZero();
        return connected;
    }

    /** Stores a document of flags 0 that never expires; answers its CAS. */
    long store(String key, String value) {
        return server.connect().call(Frame.set(key, value)).cas();
    }

    /** What there is under a key, as another client sees it. */
    String read(String key) {
        return server.connect().call(Frame.get(key)).text();
    }
}
