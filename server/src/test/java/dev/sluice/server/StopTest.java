package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Stopping while engines owe answers. */
@ExtendWith(ServerChecks.class)
class StopTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void commandsThatNobodyEverAnswers_doNotKeepTheServer() throws Exception {
        FaultPlan silent = FaultPlan.always(Fault.NOTIFY_NEVER).only(Operation.GET);
        SluiceServer server = FaultyServers.start("\"limits\": {\"stop\": \"200ms\"}", silent);
        List<BinaryClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            BinaryClient client = new BinaryClient(server.ports().get(0));
            assertThat(client.call(BinaryClient.noop(i)).opaque()).isEqualTo(i);
            client.send(BinaryClient.get(i, "never"));
            clients.add(client);
        }
        long before = System.nanoTime();

        server.close();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PATIENCE);
        for (BinaryClient client : clients) {
            client.close();
        }
    }

    @Test
    void commandsThatAreAnsweredSoon_areAnswered() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        FaultPlan late = call -> {
            if (call.operation() != Operation.GET || !call.first()) {
                return Fault.PASS;
            }
            arrived.countDown();
            return Fault.NOTIFY_LATE;
        };
        SluiceServer server = FaultyServers.start("", late);
        try (BinaryClient client = new BinaryClient(server.ports().get(0))) {
            assertThat(client.call(BinaryClient.set(1, "key", new byte[] {'v'})).status())
                    .isZero();
            client.send(BinaryClient.get(2, "key"));
            assertThat(arrived.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

            server.close();

            assertThat(client.receive().value()).isEqualTo("v");
            assertThat(client.closedByServer()).isTrue();
        }
    }
}
