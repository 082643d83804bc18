package dev.sluice.persistent.store.log;

import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.KvStoreContractTest;
import dev.sluice.persistent.store.StoreException;
import java.nio.file.Path;

class LogStoreContractTest extends KvStoreContractTest {

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Override
    protected KvStore open(FailPoints failPoints) throws StoreException {
        return LogStore.open(disk, "store", failPoints);
    }

    @Override
    protected KvStore openCopy(Path copy) throws StoreException {
        return LogStore.open(disk, copy.toString(), FailPoints.NONE);
    }
}
