package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.KvStoreContractTest;
import dev.sluice.persistent.store.StoreException;
import java.nio.file.Path;

class RocksStoreContractTest extends KvStoreContractTest {

    @Override
    protected KvStore open(FailPoints failPoints) throws StoreException {
        return RocksStore.open(RocksSettings.at(directory.resolve("store")).withFailPoints(failPoints));
    }

    @Override
    protected KvStore openCopy(Path copy) throws StoreException {
        return RocksStore.open(RocksSettings.at(copy));
    }
}
