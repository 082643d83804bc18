package dev.sluice.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Collections;
import dev.sluice.engine.EngineProvider;
import dev.sluice.memory.MemoryEngineProvider;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Collections come and go while clients write to them, in an order that a seed decides, blocked commands included. What
 * must hold: a request that was sent after a drop was acknowledged is refused; and at the end each collection that is left
 * has just the documents whose stores were acknowledged, and the others have none.
 */
class DropSimulationTest {

    private static final int SEEDS = Integer.getInteger("sluice.simulation.seeds", 8);
    private static final long FIRST_SEED = Long.getLong("sluice.simulation.seed", 1);
    private static final int STEPS = 250;
    private static final int UNKNOWN_COLLECTION = 0x88;

    @ParameterizedTest
    @ValueSource(strings = {"naive", "memory"})
    void collectionsThatGo_takeTheirDocumentsAlong_andNoOthers(String engine) {
        int[] sums = new int[2];
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                int[] counts =
                        simulate(seed, engine.equals("naive") ? new NaiveEngineProvider() : new MemoryEngineProvider());
                sums[0] += counts[0];
                sums[1] += counts[1];
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dsluice.simulation.seed=" + seed + ")", e);
            }
        }
        assertThat(java.util.Arrays.stream(sums).boxed())
                .as("stores acknowledged, and refused")
                .allMatch(sum -> sum > 100);
    }

    /** Answers how many stores were acknowledged and how many refused. */
    private static int[] simulate(long seed, EngineProvider engine) {
        Random random = new Random(seed);
        try (TestServer server =
                new TestServer(TestLimits.with("loops", 1 + random.nextInt(3)).limits(), seed, true)) {
            List<Fault> faults = Fault.LEGAL.stream()
                    .filter(fault -> !fault.equals(Fault.NOTIFY_FROM_ODD_THREAD)) // threads are slow
                    .toList();
            FaultPlan plan = FaultPlan.seeded(seed, random.nextInt(80), faults);
            server.createBucket("default", new FaultInjectingProvider(engine, plan), false);
            return new Run(server, random).run();
        }
    }

    /** A store under way: which collection, and whether its drop had been acknowledged when it was sent. */
    private record Sent(int collection, boolean dropped) {}

    private static final class Run {
        private final TestServer server;
        private final Random random;
        private final WireClient admin;
        private final List<WireClient> writers = new ArrayList<>();
        private final Map<WireClient, List<Sent>> sent = new HashMap<>();
        private final Map<Integer, Integer> stored = new HashMap<>();
        private final Set<Integer> existing = new HashSet<>();
        private final Set<Integer> goneForSure = new HashSet<>();
        private final List<Integer> known = new ArrayList<>();
        private int nextId = 8;
        private long uid;
        private int keys;
        private int refused;
        private Set<Integer> asked = Set.of();

        Run(TestServer server, Random random) {
            this.server = server;
            this.random = random;
            this.admin = server.connect();
            for (int i = 0; i < 4; i++) {
                WireClient writer = server.connect(i % server.limits().loops(), true);
                writer.call(Frame.hello(0x12, 0x07));
                writers.add(writer);
                sent.put(writer, new ArrayList<>());
            }
        }

        int[] run() {
            for (int i = 0; i < STEPS; i++) {
                switch (random.nextInt(10)) {
                    case 0 -> change();
                    case 1, 2, 3 -> server.step();
                    case 4 -> writers.forEach(this::hear);
                    default -> write(writers.get(random.nextInt(writers.size())));
                }
            }
            server.settle();
            answered();
            writers.forEach(this::hear);
            assertThat(sent.values()).allMatch(List::isEmpty);
            check();
            return new int[] {
                stored.values().stream().mapToInt(Integer::intValue).sum(), refused
            };
        }

        private void write(WireClient writer) {
            if (known.isEmpty()) {
                return;
            }
            int collection = known.get(random.nextInt(known.size()));
            sent.get(writer).add(new Sent(collection, goneForSure.contains(collection)));
            writer.send(Frame.set("", "v").key(collection, "key" + keys++));
            for (int i = random.nextInt(4); i > 0; i--) {
                server.step();
            }
        }

        private void hear(WireClient writer) {
            List<Sent> waiting = sent.get(writer);
            for (Response response : Response.parse(writer.take())) {
                Sent store = waiting.remove(0);
                if (response.status() == 0) {
                    assertThat(store.dropped)
                            .as("sent after the drop was acknowledged")
                            .isFalse();
                    stored.merge(store.collection, 1, Integer::sum);
                } else {
                    assertThat(response.status()).isEqualTo(UNKNOWN_COLLECTION);
                    refused++;
                }
            }
        }

        /** One manifest at a time: the next is sent when the one before was acknowledged. */
        private void change() {
            answered();
            if (!asked.isEmpty() && !asked.equals(existing)) {
                return;
            }
            Set<Integer> wanted = new HashSet<>(existing);
            if (nextId < 0x70 && (wanted.size() < 2 || random.nextBoolean())) {
                wanted.add(nextId++);
            } else {
                wanted.remove(wanted.iterator().next());
            }
            asked = wanted;
            known.clear();
            known.addAll(existing);
            known.addAll(wanted);
            known.addAll(goneForSure.stream().limit(2).toList());
            StringBuilder json = new StringBuilder();
            for (int id : wanted) {
                json.append(",{\"uid\":\"").append(Integer.toHexString(id)).append("\",\"name\":\"c" + id + "\"}");
            }
            admin.send(Frame.of(0xb9)
                    .value("{\"uid\":\"" + Long.toHexString(++uid)
                            + "\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\","
                            + "\"collections\":[{\"uid\":\"0\",\"name\":\"_default\"}" + json + "]}]}"));
        }

        private void answered() {
            for (Response response : Response.parse(admin.take())) {
                assertThat(response.status()).as(response.text()).isZero();
                existing.stream().filter(id -> !asked.contains(id)).forEach(goneForSure::add);
                existing.clear();
                existing.addAll(asked);
            }
        }

        private void check() {
            Collections collections =
                    Objects.requireNonNull(server.engine("default").inner().capability(Collections.class));
            for (int id = 8; id < nextId; id++) {
                long items = 0;
                for (int vbucket = 0; vbucket < 4; vbucket++) {
                    Collections.Figures figures = collections.figures(vbucket, id);
                    assertThat(figures != null).isEqualTo(existing.contains(id));
                    items += figures == null ? 0 : figures.itemCount();
                }
                if (existing.contains(id)) {
                    assertThat(items).as("documents of " + id).isEqualTo((long) stored.getOrDefault(id, 0));
                }
            }
        }
    }
}
