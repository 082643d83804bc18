package dev.sluice.persistent;

import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.PeriodicSweep;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Notes on disk, from time to time, which documents are in use, so that the next start can load them first.
 *
 * <pre>
 *   format 1 | (vbucket 2 | collection 4 | length of the key 1 | key)*       in the order of vbuckets
 * </pre>
 */
final class AccessLog extends PeriodicSweep<PersistentVBucket> {

    private static final Logger LOGGER = System.getLogger(AccessLog.class.getName());

    private static final String NAME = "access-log";
    private static final byte FORMAT = 1;

    /** Some hundred thousand keys: what is left out is loaded later. */
    private static final int LENGTH_MAX = 16 << 20;

    /** The recency of what was used since the pager last came by, or nearly so. */
    private static final int RECENT = 2;

    private static final int RECENCY_MASK = 0x03;

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private ByteArrayOutputStream noted = new ByteArrayOutputStream();

    AccessLog(PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets, long intervalNanos) {
        super(vbuckets, engine.context().nonIoPool(), intervalNanos);
        this.engine = engine;
        this.vbuckets = vbuckets;
    }

    /** One key of the log. */
    record Entry(int vbucket, HeapDocumentKey key) {}

    @Override
    public boolean concerns(PersistentVBucket vbucket) {
        return vbucket.liveCount() > 0;
    }

    /** Notes keys as it looks; nothing is done to the documents. */
    @Override
    public boolean finds(PersistentVBucket vbucket, Object[] bag, int slot) {
        byte[] document = DocumentTable.documentAt(bag, slot);
        if (document != null
                && (DocumentTable.state(bag, slot) & RECENCY_MASK) >= RECENT
                && Documents.resident(document)
                && !Documents.deleted(document)
                && noted.size() < LENGTH_MAX) {
            int length = Documents.keyLength(document);
            ByteBuffer entry = ByteBuffer.allocate(7 + length);
            entry.putShort((short) vbucket.id)
                    .putInt(Documents.collection(document))
                    .put((byte) length)
                    .put(document, Documents.keyOffset(document), length);
            noted.writeBytes(entry.array());
        }
        return false;
    }

    @Override
    public void apply(PersistentVBucket vbucket, byte[] document) {
        throw new AssertionError("nothing is ever found");
    }

    @Override
    public void afterRound() {
        ByteArrayOutputStream complete = noted;
        noted = new ByteArrayOutputStream();
        if (allResident()) {
            return; // then the order of loading makes no difference
        }
        try {
            engine.context().auxIoPool().execute(() -> write(complete.toByteArray()));
        } catch (RejectedExecutionException bucketIsGone) {
            LOGGER.log(Logger.Level.TRACE, "access log dropped bucket={0}", engine.bucketName());
        }
    }

    private boolean allResident() {
        for (int i = 0; i < vbuckets.length(); i++) {
            PersistentVBucket vbucket = vbuckets.get(i);
            if (vbucket != null && vbucket.nonResidentCount() > 0) {
                return false;
            }
        }
        return true;
    }

    private void write(byte[] entries) {
        byte[] content = new byte[1 + entries.length];
        content[0] = FORMAT;
        System.arraycopy(entries, 0, content, 1, entries.length);
        StoreBatch batch = new StoreBatch();
        batch.local(NAME, content);
        try {
            engine.store().commit(batch, false);
        } catch (StoreException e) {
            LOGGER.log(
                    Logger.Level.WARNING,
                    "access log not written bucket={0} message={1}",
                    engine.bucketName(),
                    e.getMessage());
        }
    }

    /** The log that an earlier run has left; empty where there is none. May wait. */
    List<Entry> read() throws StoreException {
        byte[] content = engine.store().local(NAME);
        List<Entry> entries = new ArrayList<>();
        if (content == null || content.length == 0 || content[0] != FORMAT) {
            return entries;
        }
        ByteBuffer source = ByteBuffer.wrap(content, 1, content.length - 1);
        try {
            while (source.hasRemaining()) {
                int vbucket = source.getShort() & 0xffff;
                int collection = source.getInt();
                byte[] key = new byte[source.get() & 0xff];
                source.get(key);
                entries.add(new Entry(vbucket, HeapDocumentKey.of(collection, key)));
            }
        } catch (BufferUnderflowException e) {
            LOGGER.log(Logger.Level.WARNING, "access log is cut off bucket={0}", engine.bucketName());
        }
        return entries;
    }
}
