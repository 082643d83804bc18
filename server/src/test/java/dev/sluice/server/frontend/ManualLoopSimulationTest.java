package dev.sluice.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.Node;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.ManualClock;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.SimulatedScheduler;
import dev.sluice.testkit.TestBucketConfiguration;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The production pipeline, Netty included, in one thread on virtual time: a manual event loop, channels in memory, pools
 * whose order a seed decides, and engines that block early, late and from odd threads. Clients make random requests in
 * random pieces, stop reading, and vanish; each checks every answer against a model.
 *
 * <p>A failure names its seed; {@code -Dsluice.simulation.seed=N} runs that one alone, {@code -Dsluice.simulation.seeds=N}
 * runs so many.
 */
class ManualLoopSimulationTest {

    private static final int SEEDS = Integer.getInteger("sluice.simulation.seeds", 40);
    private static final int STEPS = 400;
    private static final int CLIENTS = 5;

    @Test
    void randomClients_onVirtualTime_getWhatTheModelSays() {
        Long only = Long.getLong("sluice.simulation.seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            try (World world = new World(seed)) {
                world.live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** One server, its clients, and everything that moves them. */
    private static final class World implements AutoCloseable {

        private final Random random;
        private final MockTicker ticker = Ticker.newMockTicker();
        private final ManualClock clock = new ManualClock();
        private final ManualIoEventLoop eventLoop =
                new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
        private final NettyLoop loop = new NettyLoop(eventLoop, 0);
        private final SimulatedScheduler scheduler;
        private final Node node;
        private final LocalAddress address;
        private final Channel listener;
        private final List<SimulatedClient> clients = new ArrayList<>();
        private int clientsMade;

        World(long seed) {
            random = new Random(seed);
            scheduler = new SimulatedScheduler(seed, clock);
            Pools pools = new Pools(
                    scheduler.pool("reader"),
                    scheduler.pool("writer"),
                    scheduler.pool("auxIo"),
                    scheduler.pool("nonIo"));
            EngineClock engineClock = clock;
            node = new Node("0", Limits.defaults(), engineClock, pools);
            createBucket(
                    new FaultInjectingProvider(new NaiveEngineProvider(), FaultPlan.seeded(seed, 40, Fault.LEGAL)));
            address = new LocalAddress("simulation-" + seed);
            listener = new ServerBootstrap()
                    .group(eventLoop)
                    .channel(LocalServerChannel.class)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 19, 1 << 20))
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new ConnectionHandler(node, loop, true));
                        }
                    })
                    .bind(address)
                    .channel();
            settle();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(connect());
            }
        }

        private void createBucket(EngineProvider provider) {
            CompletableFuture<Void> created = node.buckets()
                    .create(new BucketSpec(
                            TestBucketConfiguration.of(provider).bucketName(Node.DEFAULT_BUCKET),
                            64L << 20,
                            false,
                            Path.of("target").toAbsolutePath(),
                            provider));
            scheduler.runAll();
            assertThat(created).isCompleted();
        }

        private SimulatedClient connect() {
            SimulatedClient client = new SimulatedClient("c" + clientsMade++ + ":", random);
            Channel channel = new Bootstrap()
                    .group(eventLoop)
                    .channel(LocalChannel.class)
                    .handler(client)
                    .connect(address)
                    .channel();
            client.connected(channel);
            settle();
            return client;
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                int chosen = random.nextInt(clients.size());
                SimulatedClient client = clients.get(chosen);
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> client.makeRequest();
                    case 4, 5, 6 -> client.sendPiece();
                    case 7 -> scheduler.runOne();
                    case 8 -> eventLoop.runNow();
                    case 9 -> client.reading(random.nextBoolean());
                    case 10 -> passTime(random.nextInt(30));
                    default -> {
                        if (random.nextInt(20) == 0) {
                            client.disconnect();
                            clients.set(chosen, connect());
                        }
                    }
                }
            }
            for (SimulatedClient client : clients) {
                client.reading(true);
                client.sendAll();
            }
            for (int i = 0; i < 100; i++) {
                passTime(20);
            }
            for (SimulatedClient client : clients) {
                assertThat(client.closed()).as("closed by the server").isFalse();
                assertThat(client.answersOutstanding())
                        .as("answers that never came")
                        .isEqualTo("[]");
            }
        }

        /** Runs loop and pools until neither has anything to do. */
        private void settle() {
            boolean busy = true;
            while (busy) {
                busy = eventLoop.runNow() > 0;
                busy |= scheduler.runAll() > 0;
            }
        }

        private void passTime(int milliseconds) {
            ticker.advance(milliseconds, TimeUnit.MILLISECONDS);
            clock.advanceNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
            settle();
        }

        @Override
        public void close() {
            clients.forEach(SimulatedClient::disconnect);
            settle();
            CompletableFuture<Void> stopped = node.stop();
            for (int i = 0; i < 100 && !stopped.isDone(); i++) {
                passTime(20);
            }
            Future<?> closing = listener.close();
            settle();
            assertThat(closing.isSuccess()).isTrue();
            clients.forEach(SimulatedClient::release);
            assertThat(stopped).as("stop").isCompleted();
            assertThat(node.counters().value(ServerCounter.INTERNAL_ERRORS)).isZero();
            assertThat(node.counters().connections()).isZero();
            assertThat(node.inboundBudget().usedBytes()).isZero();
            Future<?> ended = eventLoop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            for (int i = 0; i < 100 && !ended.isDone(); i++) {
                ticker.advance(1, TimeUnit.MILLISECONDS);
                eventLoop.runNow();
            }
            assertThat(ended.isDone()).as("end of the loop").isTrue();
        }
    }
}
