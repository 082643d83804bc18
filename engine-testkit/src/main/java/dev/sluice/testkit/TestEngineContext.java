package dev.sluice.testkit;

import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * What a server offers to an engine, with every part in the test's hands: time stands still, pools run when told to, one
 * node is the whole topology, and files go to a directory that {@link #close} deletes.
 */
public final class TestEngineContext implements EngineContext, AutoCloseable {
    private final long seed;
    private final SimulatedScheduler scheduler;
    private final SimulatedScheduler.Pool readerPool;
    private final SimulatedScheduler.Pool writerPool;
    private final SimulatedScheduler.Pool auxIoPool;
    private final SimulatedScheduler.Pool nonIoPool;
    private final TestMemoryAccount memory = new TestMemoryAccount();
    private final TestMetricRegistry metrics = new TestMetricRegistry();
    private final TestTopology topology = new TestTopology();
    private final Path dataDirectory;
    private final List<Integer> vbucketStateChanges = new CopyOnWriteArrayList<>();

    /** A context over a fresh directory, with a clock and a scheduler of its own. */
    public TestEngineContext(long seed) {
        this(seed, new SimulatedScheduler(seed, new ManualClock()), createDirectory());
    }

    private TestEngineContext(long seed, SimulatedScheduler scheduler, Path dataDirectory) {
        this.seed = seed;
        this.scheduler = scheduler;
        this.readerPool = scheduler.pool("reader");
        this.writerPool = scheduler.pool("writer");
        this.auxIoPool = scheduler.pool("auxIo");
        this.nonIoPool = scheduler.pool("nonIo");
        this.dataDirectory = dataDirectory;
    }

    /** A context for the same bucket after a restart: same files, same clock, all else new. Close only the last one. */
    public TestEngineContext restarted() {
        closePools();
        return new TestEngineContext(seed, scheduler, dataDirectory);
    }

    /** The number that decides the order of tasks. */
    public long seed() {
        return seed;
    }

    public SimulatedScheduler scheduler() {
        return scheduler;
    }

    @Override
    public ManualClock clock() {
        return scheduler.clock();
    }

    @Override
    public SimulatedScheduler.Pool readerPool() {
        return readerPool;
    }

    @Override
    public SimulatedScheduler.Pool writerPool() {
        return writerPool;
    }

    @Override
    public SimulatedScheduler.Pool auxIoPool() {
        return auxIoPool;
    }

    @Override
    public SimulatedScheduler.Pool nonIoPool() {
        return nonIoPool;
    }

    @Override
    public TestMemoryAccount memory() {
        return memory;
    }

    @Override
    public TestMetricRegistry metrics() {
        return metrics;
    }

    @Override
    public Topology topology() {
        return topology;
    }

    /** Has every vbucket be served by these from now: 0 is this node, -1 nobody. At first that is this node alone. */
    public void chain(int... nodes) {
        topology.chain = nodes.clone();
    }

    /** Has every vbucket be on its way to these from now; to nobody at first. */
    public void proposedChain(int... nodes) {
        topology.proposedChain = nodes.clone();
    }

    @Override
    public Path dataDirectory() {
        return dataDirectory.resolve("data"); // not there yet, as the interface says
    }

    @Override
    public void vbucketStateChanged(int vbucket) {
        vbucketStateChanges.add(vbucket);
    }

    /** The vbuckets that the engine has reported through {@link #vbucketStateChanged}, in order. */
    public List<Integer> vbucketStateChanges() {
        return List.copyOf(vbucketStateChanges);
    }

    /** Closes the pools, as a server does once the engine's {@code close} has returned. */
    public void closePools() {
        Stream.of(readerPool, writerPool, auxIoPool, nonIoPool).forEach(SimulatedScheduler.Pool::close);
    }

    /** Closes the pools and deletes the files. */
    @Override
    public void close() {
        closePools();
        try (Stream<Path> files = Files.walk(dataDirectory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path createDirectory() {
        try {
            return Files.createTempDirectory("sluice-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One node, and chains that the test sets. */
    private static final class TestTopology implements Topology {
        volatile int[] chain = {0};
        volatile int[] proposedChain = {};

        private final View view = new View() {
            @Override
            public long epoch() {
                return 1;
            }

            @Override
            public long revision() {
                return 1;
            }

            @Override
            public List<String> nodes() {
                return List.of("self");
            }

            @Override
            public int self() {
                return 0;
            }

            @Override
            public int[] chain(int vbucket) {
                return chain.clone();
            }

            @Override
            public int[] proposedChain(int vbucket) {
                return proposedChain.clone();
            }
        };

        @Override
        public View current() {
            return view;
        }

        @Override
        public void onChange(Listener listener) {}
    }
}
