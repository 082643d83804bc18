package dev.sluice.persistent;

import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.log.LogStore;
import dev.sluice.persistent.store.log.SimulatedDisk;

/** Engines over the plain store on a disk in memory, which outlives them. */
final class SimulatedStorage {

    static final String NAME = "bucket";

    final SimulatedDisk disk;

    SimulatedStorage(long seed) {
        disk = new SimulatedDisk(seed);
    }

    PersistentEngineProvider provider() {
        return new PersistentEngineProvider((path, settings) -> LogStore.open(disk, NAME, FailPoints.NONE));
    }
}
