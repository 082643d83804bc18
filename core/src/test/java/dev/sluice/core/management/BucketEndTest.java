package dev.sluice.core.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.AdministeredBuckets;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import dev.sluice.testkit.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bucket that goes, whatever its engine and its clients do. */
class BucketEndTest {

    private static final int COMMANDS = 1000;
    private static final int READERS = 50;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aThousandBlockedCommands_andReadersThatDoNotRead_holdNothingUp(long seed) {
        try (TestServer server = new TestServer(TestLimits.with("loops", 3).limits(), seed, true)) {
            AdministeredBuckets around = AdministeredBuckets.of(server);
            FaultInjectingEngine engine = server.createBucket("silent", FaultPlan.none());
            WireClient filler = selecting(server, 0);
            assertThat(filler.status(Frame.of(0x01)
                            .key("large")
                            .extras("00000000 00000000")
                            .value(new byte[1 << 20])))
                    .isZero();
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                WireClient reader = selecting(server, i % 3).window(100);
                for (int j = 0; j < 8; j++) {
                    reader.send(Frame.get("large"));
                }
                clients.add(reader);
            }
            server.pump();
            engine.plan(FaultPlan.always(Fault.NOTIFY_NEVER));
            for (int i = 0; i < COMMANDS; i++) {
                clients.add(selecting(server, i % 3).send(Frame.get("k")));
            }
            server.pump();
            assertThat(engine.silentCount()).isEqualTo(COMMANDS);

            WireClient admin = server.connect();
            admin.send(Frame.of(0x86).key("silent"));
            server.advance(Duration.ofSeconds(3));

            assertThat(admin.take()).as("answer").hasSize(24).startsWith(0x81, 0x86, 0, 0, 0, 0, 0, 0);
            assertThat(clients).allMatch(WireClient::closed);
            assertThat(server.node().buckets().exists("silent")).isFalse();
            assertThat(around.deleted()).hasSize(1);
            engine.notifySilent(Status.SUCCESS); // Now that nobody waits.
            server.pump();
            assertThat(admin.status(Frame.of(0x85).key("silent").value("{\"engine\":\"naive\"}")))
                    .isZero();
        }
    }

    private static WireClient selecting(TestServer server, int loop) {
        WireClient client = server.connect(loop, true);
        assertThat(client.status(Frame.of(0x89).key("silent"))).isZero();
        return client;
    }

    /** Many connections create, delete, pause, resume and select few buckets; the seed decides who comes when. */
    @Test
    void whoeverDoesWhatWhen_everybodyIsAnswered_andNoBucketIsLeftInBetween() {
        long first = Long.getLong("sluice.simulation.seed", 1);
        for (long seed = first; seed < first + 25; seed++) {
            try {
                race(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dsluice.simulation.seed=" + seed + ")", e);
            }
        }
    }

    private static void race(long seed) {
        Random random = new Random(seed);
        try (TestServer server = new TestServer(TestLimits.with("loops", 2).limits(), seed, true)) {
            AdministeredBuckets around = AdministeredBuckets.of(server);
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(server.connect(i % 2, true));
                clients.get(i).call(Frame.hello(0x07));
            }
            for (int i = 0; i < 200; i++) {
                int who = random.nextInt(clients.size());
                if (clients.get(who).closed()) {
                    clients.set(who, server.connect(who % 2, true));
                    clients.get(who).send(Frame.hello(0x07));
                }
                clients.get(who).send(command(random));
                for (int steps = random.nextInt(20); steps > 0; steps--) {
                    server.step();
                }
            }
            server.advance(Duration.ofSeconds(30));
            for (WireClient client : clients) {
                if (!client.closed()) {
                    assertThat(client.describe().command()).isEqualTo("IDLE");
                }
            }
            WireClient last = server.connect();
            last.call(Frame.hello(0x07));
            for (int i = 0; i < 3; i++) {
                String name = "b" + i;
                boolean exists = server.node().buckets().exists(name);
                assertThat(around.saved().containsKey(name))
                        .as("written down: " + name)
                        .isEqualTo(exists);
                int resumed = last.status(Frame.of(0x8b).key(name));
                assertThat(resumed).isIn(0x00, 0x01, 0x02);
                assertThat(last.status(Frame.of(0x86).key(name))).isEqualTo(exists ? 0x00 : 0x01);
            }
            assertThat(around.saved()).isEmpty();
        }
    }

    private static Frame command(Random random) {
        String name = "b" + random.nextInt(3);
        return switch (random.nextInt(8)) {
            case 0, 1 -> Frame.of(0x85).key(name).value("{\"engine\":\"naive\",\"quota\":1048576}");
            case 2 -> Frame.of(0x86).key(name);
            case 3 -> Frame.of(0x8a).key(name);
            case 4 -> Frame.of(0x8b).key(name);
            case 5 -> Frame.of(0x89).key(name);
            case 6 -> Frame.set("k", "v");
            default -> Frame.of(0x82).extras("00000006").key("max_size").value("2m");
        };
    }
}
