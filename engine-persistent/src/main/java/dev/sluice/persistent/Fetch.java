package dev.sluice.persistent;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.Lookup;
import dev.sluice.memory.table.VBucketCore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A command's look at the disk: first what it wants to know, then, attached to its cookie, what was found. The repetition of
 * the call uses it, so that a command goes on however little memory there is to keep what it has read.
 *
 * <p>A reader of documents needs no more than that: what was found was the newest version at a moment within its call. A
 * mutation believes it only as far as {@link PersistentVBucket#believes} says, and goes to the disk again otherwise.
 *
 * <p><b>Thread.</b> Made on an event loop; answered by a reader thread, before the notification; read on the event loop.
 */
final class Fetch implements Lookup {

    /** That of a command that has not been to the disk. */
    static final Lookup NOTHING_READ = (vbucket, key, needed) -> locate((PersistentVBucket) vbucket, key, needed, null);

    final PersistentVBucket vbucket;
    final HeapDocumentKey key;
    final Needed needed;
    private final BlockedCookie cookie;
    private final AtomicBoolean notified = new AtomicBoolean();

    private volatile boolean answered;
    private byte @Nullable [] document;
    private long seqno;
    private int epoch;

    Fetch(PersistentVBucket vbucket, DocumentKey key, Needed needed, BlockedCookie cookie) {
        this.vbucket = vbucket;
        this.key = HeapDocumentKey.copyOf(key);
        this.needed = needed;
        this.cookie = cookie;
    }

    /**
     * What the disk has, and memory did not contradict.
     *
     * @param found null where there is nothing
     * @param highSeqno that of the vbucket when memory was asked
     */
    void answer(byte @Nullable [] found, long highSeqno, int foundEpoch) {
        document = found;
        seqno = highSeqno;
        epoch = foundEpoch;
        answered = true;
    }

    void notify(Status status) {
        if (notified.compareAndSet(false, true)) {
            cookie.notifyIoComplete(status);
        }
    }

    boolean cancelled() {
        return cookie.cancelled();
    }

    /** Whether the disk has answered. */
    boolean answered() {
        return answered;
    }

    /** What it answered; null for nothing. */
    byte @Nullable [] document() {
        return document;
    }

    /** Whether what was found, or not found, is still the newest for the table that does not have the key. */
    private boolean believed() {
        return answered && vbucket.believes(seqno, epoch);
    }

    /**
     * Whether a command has to go to the disk, by what is known without the lock.
     *
     * @param fetch where it has been there already
     */
    static boolean mustRead(PersistentVBucket vbucket, DocumentKey key, Needed needed, @Nullable Fetch fetch) {
        boolean known = vbucket.knows(needed);
        byte[] present = vbucket.find(key, false);
        if (present == null) {
            if (known && vbucket.knows(needed)) {
                return false;
            }
            return fetch == null
                    || !fetch.believed()
                    || (fetch.document != null && !needed.satisfiedBy(fetch.document));
        }
        return !needed.satisfiedBy(present) && (fetch == null || fetch.valueOf(present) == null);
    }

    /** The same version with its value, where that was read; otherwise null. */
    byte @Nullable [] valueOf(byte[] present) {
        byte[] read = answered ? document : null;
        boolean same = read != null && Documents.resident(read) && Documents.seqno(read) == Documents.seqno(present);
        return same ? read : null;
    }

    @Override
    public byte @Nullable [] locate(VBucketCore owner, DocumentKey wanted, Needed wantedNeeded) {
        return locate((PersistentVBucket) owner, wanted, wantedNeeded, owner == vbucket ? this : null);
    }

    private static byte @Nullable [] locate(
            PersistentVBucket vbucket, DocumentKey key, Needed needed, @Nullable Fetch fetch) {
        byte[] located = vbucket.locate(key);
        vbucket.absentOnDisk(false);
        if (located != null) {
            if (needed.satisfiedBy(located)) {
                return located;
            }
            byte[] read = fetch == null ? null : fetch.valueOf(located);
            if (read == null) {
                return ELSEWHERE;
            }
            vbucket.bringValueBack(located, read);
            return read;
        }
        if (vbucket.knows(needed)) {
            return null;
        }
        if (fetch == null || !fetch.believed()) {
            return ELSEWHERE;
        }
        byte[] read = fetch.document;
        if (read == null) {
            vbucket.absentOnDisk(true);
            return null;
        }
        if (!needed.satisfiedBy(read)) {
            return ELSEWHERE;
        }
        vbucket.bringBack(read);
        return read;
    }
}
