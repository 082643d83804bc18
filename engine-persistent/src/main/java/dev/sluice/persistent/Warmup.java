package dev.sluice.persistent;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.Documents;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Fills memory after a start.
 *
 * <pre>
 *  (vbuckets are there when the engine is made)
 *     |  value eviction                 full eviction
 *     v                                      |
 *  KEY_DUMP  keys and metadata of all        |
 *     '--------------------. .---------------'
 *                          v v
 *              LOADING_ACCESS_LOG  what was in use when the log was written
 *                           v
 *              LOADING_DATA        values, or documents, until the low watermark
 *                           v
 *                         DONE
 * </pre>
 *
 * <p>Documents can be served from the first moment: until all keys are there a vbucket does not know what it does not have,
 * and asks the disk, as it does with full eviction all the time. Where the configuration says so, commands are turned away until enough is in memory.
 *
 * <p>What is loaded may have been changed meanwhile; {@link PersistentVBucket#place} sees to it. What cannot be read is
 * counted and logged, and left to the commands that ask for it.
 *
 * <p><b>Thread.</b> Tasks of the reader pool, in slices; each visits one vbucket after the other.
 */
final class Warmup {

    private static final Logger LOGGER = System.getLogger(Warmup.class.getName());

    /** So many vbuckets are read at a time. */
    private static final int LOADERS = 2;

    /** So many documents are read before other work on the pool gets its turn. */
    private static final int DOCUMENTS_PER_SLICE = 2_000;

    /** How many documents are placed in one hold of the lock. */
    private static final int PLACED_PER_HOLD = 32;

    /** Where warm-up is. Protocol: the names that STAT shows are the original's. */
    enum State {
        KEY_DUMP("dumping keys"),
        LOADING_ACCESS_LOG("loading access log"),
        LOADING_DATA("loading data"),
        DONE("done");

        final String text;

        State(String text) {
            this.text = text;
        }
    }

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private final boolean keepsKeys;
    private final boolean blocks;
    private final TaskPool pool;
    private final AtomicInteger nextVBucket = new AtomicInteger();
    private final AtomicInteger loaders = new AtomicInteger();
    private final AtomicLong keyCount = new AtomicLong();
    private final AtomicLong valueCount = new AtomicLong();
    private final AtomicInteger errors = new AtomicInteger();
    private volatile State state = State.DONE;
    private volatile boolean serves = true;
    private volatile boolean stopped;
    private volatile long estimatedDocuments;
    private volatile long startedNanos;
    private volatile long endedNanos;

    Warmup(PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets, Settings settings) {
        this.engine = engine;
        this.vbuckets = vbuckets;
        this.keepsKeys = !settings.fullEviction();
        this.blocks = settings.warmupBlocks();
        this.pool = engine.context().readerPool();
    }

    /** Begins to load, if there is anything on disk. */
    void start() {
        long documents = 0;
        boolean complete = true;
        for (int i = 0; i < vbuckets.length(); i++) {
            PersistentVBucket vbucket = vbuckets.get(i);
            if (vbucket != null) {
                documents += vbucket.liveCount();
                complete &= vbucket.keysComplete();
            }
        }
        startedNanos = engine.clock().nanoTime();
        endedNanos = startedNanos;
        estimatedDocuments = documents;
        if (complete) {
            return;
        }
        serves = !blocks;
        enter(keepsKeys ? State.KEY_DUMP : State.LOADING_ACCESS_LOG);
    }

    void stop() {
        stopped = true;
    }

    /** Whether commands on documents are served. Any thread. */
    boolean serves() {
        return serves;
    }

    State state() {
        return state;
    }

    private void enter(State next) {
        state = next;
        switch (next) {
            case KEY_DUMP, LOADING_DATA -> {
                nextVBucket.set(0);
                loaders.set(LOADERS);
                for (int i = 0; i < LOADERS; i++) {
                    submit(this::nextVBucket);
                }
            }
            case LOADING_ACCESS_LOG -> submit(this::loadAccessLog);
            case DONE -> {
                endedNanos = engine.clock().nanoTime();
                serves = true;
                LOGGER.log(
                        Logger.Level.DEBUG,
                        "memory filled bucket={0} keys={1} values={2} errors={3}",
                        engine.bucketName(),
                        keyCount.get(),
                        valueCount.get(),
                        errors.get());
            }
        }
    }

    private void submit(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException bucketIsGone) {
            stopped = true;
        }
    }

    private void nextVBucket() {
        while (!stopped) {
            int id = nextVBucket.getAndIncrement();
            if (id >= vbuckets.length() || (state == State.LOADING_DATA && full())) {
                break;
            }
            PersistentVBucket vbucket = vbuckets.get(id);
            if (vbucket != null && (state == State.LOADING_DATA || !vbucket.keysComplete())) {
                new Loader(vbucket, state).run();
                return;
            }
        }
        if (loaders.decrementAndGet() == 0 && !stopped) {
            enter(state == State.KEY_DUMP ? State.LOADING_ACCESS_LOG : State.DONE);
        }
    }

    /** Whether as much is in memory as warm-up is to put there. */
    private boolean full() {
        return engine.quota().usedBytes() >= engine.quota().lowWatermarkBytes();
    }

    private void loaded(boolean whole) {
        (whole ? valueCount : keyCount).incrementAndGet();
        engine.counters().add(Counter.WARMED_UP);
        if (!serves) {
            Settings settings = engine.settings();
            boolean enough = valueCount.get() >= estimatedDocuments * settings.warmupDocumentRatio()
                    || engine.quota().usedBytes() >= engine.quota().lowWatermarkBytes() * settings.warmupMemoryRatio();
            serves = enough;
        }
    }

    /** Reads one vbucket through. */
    private final class Loader implements Runnable {
        private final PersistentVBucket vbucket;
        private final boolean whole;
        private final List<byte[]> read = new ArrayList<>();
        private @Nullable Snapshot snapshot;
        private @Nullable DocumentCursor cursor;
        private long seqno;
        private int epoch;

        Loader(PersistentVBucket vbucket, State purpose) {
            this.vbucket = vbucket;
            this.whole = purpose == State.LOADING_DATA;
        }

        @Override
        public void run() {
            boolean done = true;
            try {
                done = stopped || slice();
            } catch (StoreException e) {
                failed(e);
            }
            if (!done) {
                submit(this);
                return;
            }
            close();
            nextVBucket();
        }

        /** Whether there is nothing more to do. */
        private boolean slice() throws StoreException {
            DocumentCursor present = cursor;
            if (present == null) {
                present = open();
            }
            for (int i = 0; i < DOCUMENTS_PER_SLICE; i++) {
                if (!present.next()) {
                    place();
                    complete();
                    return true;
                }
                if (!present.document().deleted()) {
                    byte[] document = Documents.of(present.document());
                    read.add(whole ? document : Documents.evicted(document, present.valueLength()));
                }
                if (read.size() == PLACED_PER_HOLD) {
                    place();
                    boolean noRoom = whole
                            ? full()
                            : engine.quota().usedBytes() > engine.quota().mutationLimitBytes();
                    if (noRoom) {
                        return true;
                    }
                }
            }
            return false;
        }

        private DocumentCursor open() throws StoreException {
            vbucket.enter();
            try {
                seqno = vbucket.highSeqno();
                epoch = vbucket.epoch();
            } finally {
                vbucket.exit();
            }
            Snapshot made = engine.store().snapshot();
            snapshot = made;
            DocumentCursor opened =
                    made.documents(vbucket.id, KeyRange.all(), whole ? Content.WHOLE : Content.METADATA);
            cursor = opened;
            return opened;
        }

        private void place() {
            vbucket.enter();
            try {
                for (byte[] document : read) {
                    if (vbucket.place(document, seqno, epoch)) {
                        loaded(whole);
                    }
                }
            } finally {
                vbucket.exit();
            }
            read.clear();
        }

        private void complete() {
            if (!whole) {
                vbucket.enter();
                try {
                    vbucket.liveKeysComplete(seqno, epoch);
                } finally {
                    vbucket.exit();
                }
            }
        }

        private void failed(StoreException e) {
            errors.incrementAndGet();
            if (e.kind() != StoreException.Kind.CLOSED) {
                LOGGER.log(
                        Logger.Level.ERROR,
                        "a vbucket cannot be loaded bucket={0} vbucket={1} kind={2} file={3} message={4}",
                        engine.bucketName(),
                        vbucket.id,
                        e.kind(),
                        e.file(),
                        e.getMessage());
            }
        }

        private void close() {
            if (cursor != null) {
                cursor.close();
            }
            if (snapshot != null) {
                snapshot.close();
            }
        }
    }

    private void loadAccessLog() {
        try {
            List<AccessLog.Entry> keys = engine.accessLog().read();
            for (int start = 0; start < keys.size() && !stopped && !full(); ) {
                int end = start;
                List<Lookup> lookups = new ArrayList<>();
                int vbucket = keys.get(start).vbucket();
                while (end < keys.size()
                        && lookups.size() < 128
                        && keys.get(end).vbucket() == vbucket) {
                    lookups.add(Lookup.of(keys.get(end++).key()));
                }
                start = end;
                PersistentVBucket target = vbucket < vbuckets.length() ? vbuckets.get(vbucket) : null;
                if (target != null) {
                    load(target, lookups);
                }
            }
        } catch (StoreException e) {
            errors.incrementAndGet();
            LOGGER.log(
                    Logger.Level.WARNING,
                    "access log cannot be used bucket={0} message={1}",
                    engine.bucketName(),
                    e.getMessage());
        }
        if (!stopped) {
            enter(State.LOADING_DATA);
        }
    }

    private void load(PersistentVBucket vbucket, List<Lookup> lookups) throws StoreException {
        long seqno;
        int epoch;
        vbucket.enter();
        try {
            seqno = vbucket.highSeqno();
            epoch = vbucket.epoch();
        } finally {
            vbucket.exit();
        }
        for (DocumentView view : engine.store().get(vbucket.id, lookups)) {
            if (view == null || view.deleted()) {
                continue;
            }
            byte[] document = Documents.of(view);
            vbucket.enter();
            try {
                if (vbucket.place(document, seqno, epoch)) {
                    HeapDocumentKey key = Documents.key(document);
                    vbucket.find(key, true); // it was in use
                    loaded(true);
                }
            } finally {
                vbucket.exit();
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- statistics

    long estimatedDocuments() {
        return estimatedDocuments;
    }

    long keyCount() {
        return keyCount.get();
    }

    long valueCount() {
        return valueCount.get();
    }

    int errors() {
        return errors.get();
    }

    long nanos() {
        return (state == State.DONE ? endedNanos : engine.clock().nanoTime()) - startedNanos;
    }
}
