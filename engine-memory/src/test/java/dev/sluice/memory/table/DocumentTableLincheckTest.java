package dev.sluice.memory.table;

import dev.sluice.engine.HeapDocumentKey;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Any interleaving of look-ups with writes gives answers that some order of the same calls gives one after the other. Bags
 * hold one document here, so that each insertion splits one and each removal merges two.
 */
@Param(name = "key", gen = IntGen.class, conf = "0:4")
public class DocumentTableLincheckTest {

    private final DocumentTable table = new DocumentTable(1, 1);
    private long seqno;

    /** Made before the interleavings begin: their content is not what is tested. */
    private static final HeapDocumentKey[] KEYS = {key(0), key(1), key(2), key(3), key(4)};

    private static HeapDocumentKey key(int number) {
        HeapDocumentKey key = HeapDocumentKey.of("key" + number);
        key.hash(); // cached from here on, so that threads can share it
        return key;
    }

    /** The version of a key, 0 for none. */
    @Operation
    public long find(@Param(name = "key") int key) {
        byte[] document = table.find(KEYS[key], true);
        return document == null ? 0 : Documents.seqno(document);
    }

    @Operation
    public synchronized long put(@Param(name = "key") int key) {
        seqno++;
        byte[] document = DocumentsTest.document(KEYS[key], "", seqno, 0);
        if (table.locate(KEYS[key]) == null) {
            table.insert(KEYS[key].hash(), document);
        } else {
            table.replace(document);
        }
        return seqno;
    }

    @Operation
    public synchronized boolean remove(@Param(name = "key") int key) {
        if (table.locate(KEYS[key]) == null) {
            return false;
        }
        table.remove();
        table.shrink();
        return true;
    }

    @Test
    @Timeout(120)
    void modelChecked() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsBefore(3)
                .actorsPerThread(3)
                .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(
                                Documents.class.getName(), Words.class.getName(), DocumentsTest.class.getName())
                        .allMethods()
                        .ignore())
                .check(getClass());
    }

    @Test
    @Timeout(120)
    void stressed() {
        new StressOptions()
                .iterations(5)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsBefore(3)
                .actorsPerThread(4)
                .check(getClass());
    }
}
