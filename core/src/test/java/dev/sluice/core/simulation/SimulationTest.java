package dev.sluice.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.limits.Limits;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The whole path from bytes to bytes, many times, each time otherwise: who runs next, how bytes are cut, who reads slowly
 * or vanishes, when the engine blocks and notifies. The seed decides all of it; a failure names it.
 */
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("sluice.simulation.seeds", 30);
    private static final long FIRST_SEED = Long.getLong("sluice.simulation.seed", 1);
    private static final int STEPS = 300;

    @Test
    void everyClientHears_whatItsRequestsMustBeAnswered() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                simulate(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dsluice.simulation.seed=" + seed + ")", e);
            }
        }
    }

    private static void simulate(long seed) {
        Random random = new Random(seed);
        Limits limits = TestLimits.with("loops", 1 + random.nextInt(3))
                .and("outboundHighBytes", 4096L << random.nextInt(8))
                .and("outboundLowBytes", 4096)
                .and("copyBytesMax", 4096L << random.nextInt(5))
                .and("commandsPerTurn", 1 + random.nextInt(30))
                .and("valueOffLoadBytes", 1L << random.nextInt(17))
                .limits();
        List<Fault> faults = Stream.concat(Fault.LEGAL.stream(), Fault.HARMLESS.stream())
                .filter(fault -> seed % 10 == 0 || !fault.equals(Fault.NOTIFY_FROM_ODD_THREAD)) // threads are slow
                .toList();
        try (TestServer server = new TestServer(limits, seed, true)) {
            server.createBucket("default", FaultPlan.seeded(seed, random.nextInt(80), faults));
            new Run(server, random).run();
        }
    }

    /** One simulation. */
    private static final class Run {
        private final TestServer server;
        private final Random random;
        private final List<SimulatedClient> clients = new ArrayList<>();
        private int connected;
        private int incrementsSent;
        private int incrementsAnswered;
        private int counted;
        private int countedAnswered;

        Run(TestServer server, Random random) {
            this.server = server;
            this.random = random;
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            for (SimulatedClient client : List.copyOf(clients)) {
                client.wire().readFreely();
            }
            server.settle();
            for (SimulatedClient client : clients) {
                client.check();
                assertThat(client.satisfied()).as("everything was answered").isTrue();
                assertThat(client.wire().describe().command()).isEqualTo("IDLE");
                count(client);
            }
            long shared = incrementsSent == 0 ? 0 : shared();
            assertThat(shared).isBetween((long) incrementsAnswered, (long) incrementsSent);
            long inDocument = counted == 0 ? 0 : sharedInDocument();
            assertThat(inDocument).isBetween((long) countedAnswered, (long) counted);
            assertThat(server.faults(EngineFault.EXCEPTION)).isZero();
        }

        private long sharedInDocument() {
            String text = server.connect()
                    .call(Subdoc.single(Subdoc.GET, "deep.n").frame(SimulatedClient.SHARED_JSON))
                    .text();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        }

        private long shared() {
            String text =
                    server.connect().call(Frame.get(SimulatedClient.SHARED)).text();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        }

        private void step() {
            if (clients.isEmpty() || (clients.size() < 6 && random.nextInt(10) == 0)) {
                int loop = random.nextInt(server.limits().loops());
                clients.add(new SimulatedClient(
                        server.connect(loop, true), "c" + connected++ + "-", random, random.nextInt(3) == 0));
            }
            SimulatedClient client = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(20)) {
                case 0 -> {
                    if (random.nextInt(4) == 0) {
                        client.check();
                        client.wire().disconnect();
                        clients.remove(client);
                        count(client);
                    }
                }
                case 1 -> client.wire().window(random.nextInt(5000));
                case 2, 3 -> client.wire().readFreely();
                case 4 -> server.advance(Duration.ofMillis(random.nextInt(30)));
                case 5 -> server.pump();
                case 6 -> client.check();
                case 7, 8, 9, 10, 11 -> client.send();
                default -> {
                    for (int i = random.nextInt(30); i > 0; i--) {
                        server.step();
                    }
                }
            }
        }

        /** What the client has asked of the shared number, whether it has heard of it or not. */
        private void count(SimulatedClient client) {
            incrementsSent += client.increments();
            incrementsAnswered += client.incrementsAnswered();
            counted += client.counted();
            countedAnswered += client.countedAnswered();
        }
    }
}
