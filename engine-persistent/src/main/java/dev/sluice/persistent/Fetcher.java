package dev.sluice.persistent;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.Documents;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
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
            Map<PersistentVBucket, Map<Content, List<Fetch>>> groups = new LinkedHashMap<>();
            for (Fetch fetch : fetches) {
                Content content = fetch.needed.value() ? Content.WHOLE : Content.METADATA;
                groups.computeIfAbsent(fetch.vbucket, vbucket -> new LinkedHashMap<>())
                        .computeIfAbsent(content, kind -> new ArrayList<>())
                        .add(fetch);
            }
            groups.forEach((vbucket, kinds) -> kinds.forEach((content, group) -> read(vbucket, group, content)));
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

    private void read(PersistentVBucket vbucket, List<Fetch> fetches, Content content) {
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
        List<@Nullable DocumentView> found;
        try {
            found = store.get(vbucket.id, lookups, content);
        } catch (StoreException e) {
            readFailed(vbucket, fetches, content, e);
            return;
        }
        counters.add(content == Content.WHOLE ? Counter.BG_FETCHED : Counter.BG_META_FETCHED, fetches.size());
        counters.add(Counter.BG_FETCH_NANOS, clock.nanoTime() - started);
        for (int i = 0; i < fetches.size(); i++) {
            DocumentView view = found.get(i);
            byte[] document = view == null ? null : document(view, content);
            settle(vbucket, fetches.get(i), document, seqno, epoch);
            fetches.get(i).notify(Status.SUCCESS);
        }
    }

    /** One that cannot be read does not take the others along. */
    private void readFailed(PersistentVBucket vbucket, List<Fetch> fetches, Content content, StoreException e) {
        if (fetches.size() > 1 && e.kind() == StoreException.Kind.CORRUPT) {
            fetches.forEach(fetch -> read(vbucket, List.of(fetch), content));
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

    private static byte[] document(DocumentView view, Content content) {
        byte[] document = Documents.of(view);
        return content == Content.WHOLE ? document : Documents.evicted(document);
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
