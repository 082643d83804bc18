package dev.sluice.persistent;

import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.log.LogStore;
import dev.sluice.persistent.store.log.SimulatedDisk;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/** Engines over the plain store on a disk in memory, which outlives them. */
final class SimulatedStorage {

    static final String NAME = "bucket";

    final SimulatedDisk disk;
    private final UnaryOperator<KvStore> wrapping;

    /** What happens while a closing engine waits for the disk; no time passes. */
    LongConsumer pause = nanos -> {};

    SimulatedStorage(long seed) {
        this(seed, store -> store);
    }

    /**
     * @param wrapping what each store is wrapped in when it is opened
     */
    SimulatedStorage(long seed, UnaryOperator<KvStore> wrapping) {
        this.disk = new SimulatedDisk(seed);
        this.wrapping = wrapping;
    }

    PersistentEngineProvider provider() {
        return new PersistentEngineProvider(
                (path, settings) -> wrapping.apply(LogStore.open(disk, NAME, FailPoints.NONE)),
                nanos -> pause.accept(nanos));
    }
}
