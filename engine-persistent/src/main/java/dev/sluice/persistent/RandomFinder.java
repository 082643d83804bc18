package dev.sluice.persistent;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.Lookup.Needed;
import dev.sluice.memory.table.RandomChoice;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Any live document of a collection: one in memory if there is one there, and otherwise the first on disk from a random key
 * of a random vbucket on.
 */
final class RandomFinder {

    private static final Logger LOGGER = System.getLogger(RandomFinder.class.getName());

    /** So many documents on disk are looked at in one vbucket before the next one has its turn. */
    private static final int LOOKS_MAX = 1_000;

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;

    RandomFinder(PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets) {
        this.engine = engine;
        this.vbuckets = vbuckets;
    }

    /** What a search on disk has found, for the repetition. */
    private static final class Found {
        volatile byte @Nullable [] document;
    }

    Status find(Cookie cookie, int collection, DocumentView out) {
        if (cookie.attachment() instanceof Found found) {
            return show(found.document, out);
        }
        if (cookie.attachment() instanceof Fetch fetch
                && fetch.document() != null
                && !Documents.deleted(fetch.document())
                && Documents.resident(fetch.document())) {
            return show(fetch.document(), out);
        }
        byte[] document = RandomChoice.of(
                vbuckets,
                collection,
                engine.clock().wallSeconds(),
                engine.vbuckets().nextRandom());
        if (document != null && Documents.resident(document)) {
            return show(document, out);
        }
        boolean known = true;
        for (int i = 0; i < vbuckets.length(); i++) {
            PersistentVBucket vbucket = vbuckets.get(i);
            if (vbucket == null) {
                continue;
            }
            if (document != null && vbucket.find(Documents.key(document), false) == document) {
                return engine.fetchFor(cookie, vbucket, Documents.key(document), Needed.ALIVE_WITH_VALUE);
            }
            known &= vbucket.keysComplete();
        }
        return known && document == null ? Status.NO_SUCH_KEY : searchDisk(cookie, collection);
    }

    private static Status show(byte @Nullable [] document, DocumentView out) {
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        Documents.show(document, out);
        return Status.SUCCESS;
    }

    private Status searchDisk(Cookie cookie, int collection) {
        BlockedCookie blocked = cookie.block();
        Found found = new Found();
        cookie.attach(found);
        SplittableRandom random = new SplittableRandom(engine.vbuckets().nextRandom());
        try {
            engine.context().auxIoPool().execute(() -> {
                Status status = Status.SUCCESS;
                try {
                    found.document = search(collection, random);
                } catch (StoreException e) {
                    LOGGER.log(
                            Logger.Level.WARNING,
                            "no random document bucket={0} message={1}",
                            engine.bucketName(),
                            e.getMessage());
                    status = Status.TEMPORARY_FAILURE;
                }
                blocked.notifyIoComplete(status);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            blocked.notifyIoComplete(Status.CANCELLED);
        }
        return Status.WOULD_BLOCK;
    }

    private byte @Nullable [] search(int collection, SplittableRandom random) throws StoreException {
        byte[] from = {(byte) random.nextInt(), (byte) random.nextInt()};
        int start = random.nextInt(vbuckets.length());
        try (Snapshot snapshot = engine.store().snapshot()) {
            for (int i = 0; i < vbuckets.length(); i++) {
                PersistentVBucket vbucket = vbuckets.get((start + i) % vbuckets.length());
                if (vbucket == null || vbucket.state() != VBucketState.ACTIVE || !vbucket.serves(collection)) {
                    continue;
                }
                byte[] document = first(snapshot, vbucket, KeyRange.of(collection, from, null));
                if (document == null) {
                    document = first(snapshot, vbucket, KeyRange.collection(collection));
                }
                if (document != null) {
                    return document;
                }
            }
        }
        return null;
    }

    private byte @Nullable [] first(Snapshot snapshot, PersistentVBucket vbucket, KeyRange range)
            throws StoreException {
        try (DocumentCursor cursor = snapshot.documents(vbucket.id, range, Content.WHOLE)) {
            for (int i = 0; i < LOOKS_MAX && cursor.next(); i++) {
                if (!cursor.document().deleted()) {
                    byte[] document = Documents.of(cursor.document());
                    byte[] newest = vbucket.find(Documents.key(document), false);
                    boolean current = newest == null
                            ? !vbucket.keysComplete() // otherwise the disk still has what memory was cleared of
                            : Documents.seqno(newest) == Documents.seqno(document);
                    if (current && !Documents.expired(document, engine.clock().wallSeconds())) {
                        return document;
                    }
                }
            }
        }
        return null;
    }
}
