package dev.sluice.persistent;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.Documents;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Metadata;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads from disk what commands have to wait for. All that wait for one vbucket are read together, by one task at a time;
 * vbuckets are read side by side.
 *
 * <p>What was read is put into the table where that is right and the quota allows it, and given to the command in any case.
 *
 * <p><b>Thread.</b> Any; tasks run on the reader pool.
 */
final class Fetcher {

    private static final Logger LOGGER = System.getLogger(Fetcher.class.getName());

    /** Keys that are read together; more wait for the next turn, so that the first are not kept waiting. */
    private static final int KEYS_PER_READ = 128;

    private final KvStore store;
    private final TaskPool pool;
    private final Quota quota;
    private final Counters counters;
    private final EngineClock clock;
    private final String bucketName;
    private final Queue[] queues;
    private volatile boolean closed;

    Fetcher(
            KvStore store,
            TaskPool pool,
            Quota quota,
            Counters counters,
            EngineClock clock,
            String bucketName,
            int vbucketCount) {
        this.store = store;
        this.pool = pool;
        this.quota = quota;
        this.counters = counters;
        this.clock = clock;
        this.bucketName = bucketName;
        this.queues = new Queue[vbucketCount];
        for (int i = 0; i < vbucketCount; i++) {
            queues[i] = new Queue();
        }
    }

    /** Has the disk asked for a key; the command is notified. */
    void enqueue(Fetch fetch) {
        queues[fetch.vbucket.id].add(fetch);
    }

    /** Notifies all that wait; from here on every command is turned away. */
    void cancelAll() {
        closed = true;
        for (Queue queue : queues) {
            queue.take().forEach(fetch -> fetch.notify(Status.CANCELLED));
        }
    }

    private final class Queue implements Runnable {
        private List<Fetch> waiting = new ArrayList<>(); // guarded by this
        private boolean scheduled; // guarded by this

        void add(Fetch fetch) {
            boolean submit;
            synchronized (this) {
                waiting.add(fetch);
                submit = !scheduled;
                scheduled = true;
            }
            if (submit) {
                submit();
            }
            if (closed) {
                cancelAll();
            }
        }

        private void submit() {
            try {
                pool.execute(this);
            } catch (RejectedExecutionException bucketIsGone) {
                take().forEach(fetch -> fetch.notify(Status.CANCELLED));
            }
        }

        synchronized List<Fetch> take() {
            List<Fetch> taken = waiting;
            waiting = new ArrayList<>();
            scheduled = false;
            return taken;
        }

        private synchronized List<Fetch> takeSome() {
            if (waiting.size() <= KEYS_PER_READ) {
                List<Fetch> taken = waiting;
                waiting = new ArrayList<>();
                return taken;
            }
            List<Fetch> taken = new ArrayList<>(waiting.subList(0, KEYS_PER_READ));
            waiting = new ArrayList<>(waiting.subList(KEYS_PER_READ, waiting.size()));
            return taken;
        }

        @Override
        public void run() {
            List<Fetch> fetches = takeSome();
            fetches.removeIf(Fetch::cancelled);
            // One object of a vbucket may have taken the place of another meanwhile: each is read for itself.
            Map<PersistentVBucket, Map<Boolean, List<Fetch>>> groups = new LinkedHashMap<>();
            for (Fetch fetch : fetches) {
                groups.computeIfAbsent(fetch.vbucket, vbucket -> new LinkedHashMap<>())
                        .computeIfAbsent(fetch.needed.value(), whole -> new ArrayList<>())
                        .add(fetch);
            }
            groups.forEach((vbucket, kinds) -> kinds.forEach((whole, group) -> read(vbucket, group, whole)));
            boolean more;
            synchronized (this) {
                more = !waiting.isEmpty();
                scheduled = more;
            }
            if (more) {
                submit();
            }
        }
    }

    private void read(PersistentVBucket vbucket, List<Fetch> fetches, boolean whole) {
        long started = clock.nanoTime();
        long seqno;
        int epoch;
        List<Lookup> lookups = new ArrayList<>();
        vbucket.enter();
        try {
            seqno = vbucket.highSeqno();
            epoch = vbucket.epoch();
            for (Fetch fetch : fetches) {
                byte[] present = vbucket.find(fetch.key, false);
                lookups.add(new Lookup(fetch.key, present == null ? 0 : Documents.seqno(present)));
            }
        } finally {
            vbucket.exit();
        }
        List<byte @Nullable []> found;
        try {
            found = whole ? documents(vbucket.id, lookups) : documentsWithoutValue(vbucket.id, lookups);
        } catch (StoreException e) {
            readFailed(vbucket, fetches, whole, e);
            return;
        }
        counters.add(whole ? Counter.BG_FETCHED : Counter.BG_META_FETCHED, fetches.size());
        counters.add(Counter.BG_FETCH_NANOS, clock.nanoTime() - started);
        for (int i = 0; i < fetches.size(); i++) {
            settle(vbucket, fetches.get(i), found.get(i), seqno, epoch);
            fetches.get(i).notify(Status.SUCCESS);
        }
    }

    /** One that cannot be read does not take the others along. */
    private void readFailed(PersistentVBucket vbucket, List<Fetch> fetches, boolean whole, StoreException e) {
        if (fetches.size() > 1 && e.kind() == StoreException.Kind.CORRUPT) {
            fetches.forEach(fetch -> read(vbucket, List.of(fetch), whole));
            return;
        }
        counters.add(Counter.READ_FAILURES, fetches.size());
        LOGGER.log(
                Logger.Level.ERROR,
                "documents cannot be read bucket={0} vbucket={1} kind={2} file={3} message={4}",
                bucketName,
                vbucket.id,
                e.kind(),
                e.file(),
                e.getMessage());
        fetches.forEach(fetch -> fetch.notify(Status.TEMPORARY_FAILURE));
    }

    private List<byte @Nullable []> documents(int vbucket, List<Lookup> lookups) throws StoreException {
        List<byte @Nullable []> documents = new ArrayList<>(lookups.size());
        for (DocumentView found : store.get(vbucket, lookups)) {
            documents.add(found == null ? null : Documents.of(found));
        }
        return documents;
    }

    /**
     * Live ones know how long their values are: that counts when they are replaced. Tombstones come whole, with what they keep
     * of attributes: one that is purged just then may outlive that in the table, where nobody must have to look for the rest.
     */
    private List<byte @Nullable []> documentsWithoutValue(int vbucket, List<Lookup> lookups) throws StoreException {
        List<byte @Nullable []> documents = new ArrayList<>(lookups.size());
        for (Metadata found : store.metadata(vbucket, lookups)) {
            int i = documents.size();
            if (found == null) {
                documents.add(null);
            } else if (!found.document().deleted()) {
                documents.add(Documents.evicted(Documents.of(found.document()), found.valueLength()));
            } else if (found.valueLength() == 0) {
                documents.add(Documents.of(found.document()));
            } else {
                documents.addAll(documents(vbucket, List.of(lookups.get(i))));
            }
        }
        return documents;
    }

    private void settle(PersistentVBucket vbucket, Fetch fetch, byte @Nullable [] document, long seqno, int epoch) {
        vbucket.enter();
        try {
            if (vbucket.epoch() != epoch) {
                return; // nothing of what was read is there any more; the repetition finds out
            }
            byte[] present = vbucket.locate(fetch.key);
            if (present == null) {
                if (vbucket.believes(seqno, epoch)) {
                    fetch.answer(document, vbucket.highSeqno(), epoch);
                    if (document != null && quota.allowsReturn(document.length)) {
                        vbucket.bringBack(document);
                    }
                }
                return;
            }
            if (document != null && Documents.seqno(document) == Documents.seqno(present)) {
                fetch.answer(document, vbucket.highSeqno(), epoch);
                if (!Documents.resident(present)
                        && Documents.resident(document)
                        && quota.allowsReturn(document.length)) {
                    vbucket.bringValueBack(present, document);
                }
            }
        } finally {
            vbucket.exit();
        }
    }
}
