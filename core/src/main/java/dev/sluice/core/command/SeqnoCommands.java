package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.auth.Verdict;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.nio.ByteBuffer;
import java.util.List;

/** Sequence numbers and histories of vbuckets. Protocol: {@code protocol-kv} 8.8 and 8.9. */
final class SeqnoCommands {

    /** GET_ALL_VB_SEQNOS: every state but dead. */
    private static final int ALIVE = 0;

    private SeqnoCommands() {}

    /**
     * OBSERVE_SEQNO: how far the history that a client knows has come.
     *
     * <pre>
     *   0  vbucket  uuid  persisted seqno  current seqno                                       the newest history
     *   1  vbucket  newest uuid  persisted seqno  current seqno  uuid asked for  its last seqno   an older one
     * </pre>
     */
    static Status observeSeqno(CommandCookie cookie) {
        Request request = cookie.request();
        int vbucket = request.vbucket();
        VBuckets vbuckets = cookie.bucket().engine().capability(VBuckets.class);
        if (vbuckets == null) {
            return Status.NOT_SUPPORTED;
        }
        VBucketState state = vbuckets.state(vbucket);
        List<FailoverEntry> log = vbuckets.failoverLog(vbucket);
        if (state == null || state == VBucketState.DEAD || log.isEmpty()) {
            return cookie.bucket().absent();
        }
        long asked = request.delta();
        int index = 0;
        while (index < log.size() && log.get(index).vbucketUuid() != asked) {
            index++;
        }
        if (index == log.size()) {
            return Status.NO_SUCH_KEY;
        }
        // Persisted first: it must not be beyond the other.
        Persistence persistence = cookie.bucket().engine().capability(Persistence.class);
        long persisted = persistence == null ? -1 : persistence.persistedSeqno(vbucket);
        long high = vbuckets.highSeqno(vbucket);
        boolean newest = index == 0;
        ByteBuffer answer = ByteBuffer.allocate(1 + Short.BYTES + (newest ? 3 : 5) * Long.BYTES);
        answer.put((byte) (newest ? 0 : 1)).putShort((short) vbucket);
        answer.putLong(log.get(0).vbucketUuid())
                .putLong(persistence == null ? high : persisted)
                .putLong(high);
        if (!newest) {
            answer.putLong(asked).putLong(log.get(index - 1).seqno());
        }
        cookie.reply().bytes(cookie, answer.array());
        return Status.SUCCESS;
    }

    /** GET_ALL_VB_SEQNOS: the highest sequence number of each vbucket in a state, or of one collection there. */
    static Status allSeqnos(CommandCookie cookie) {
        Status allowed = mayReadSeqnos(cookie);
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        Bucket bucket = cookie.bucket();
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        Collections collections = cookie.request().flags() == MetadataCommands.SEQNOS_OF_COLLECTION
                ? bucket.engine().capability(Collections.class)
                : null; // An engine that knows none has the vbucket's, which are not below.
        int count = bucket.spec().configuration().vbucketCount();
        ByteBuffer answer = ByteBuffer.allocate(count * (Short.BYTES + Long.BYTES));
        for (int vbucket = 0; vbucket < count; vbucket++) {
            VBucketState state = PlacedReads.state(bucket, vbucket);
            // Without sequence numbers there is nothing that anybody could have missed.
            long high = vbuckets == null
                    ? 0
                    : collections == null
                            ? vbuckets.highSeqno(vbucket)
                            : collections.highSeqno(vbucket, cookie.request().collection());
            if (state != null && high >= 0 && wanted(state, cookie.request().delta())) {
                answer.putShort((short) vbucket).putLong(high);
            }
        }
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        cookie.reply().bytes(cookie, bytes);
        return Status.SUCCESS;
    }

    /** Who asks of one collection must read there; who asks of the bucket, anywhere in it. */
    private static Status mayReadSeqnos(CommandCookie cookie) {
        String command = "GET_ALL_VB_SEQNOS";
        int collection = cookie.request().collection();
        if (collection != 0) {
            return Permission.require(cookie, command, Privilege.READ, Privilege.SYSTEM_COLLECTION_LOOKUP, collection);
        }
        return cookie.access().hasAnywhere(Privilege.READ)
                ? Status.SUCCESS
                : Permission.refuse(cookie, command, Privilege.READ.spelling(), Verdict.FAIL);
    }

    private static boolean wanted(VBucketState state, long asked) {
        return asked == ALIVE ? state != VBucketState.DEAD : asked == number(state);
    }

    private static int number(VBucketState state) {
        return switch (state) {
            case ACTIVE -> 1;
            case REPLICA -> 2;
            case PENDING -> 3;
            case DEAD -> 4;
        };
    }

    /** GET_FAILOVER_LOG: the histories of a vbucket in whatever state, newest first. */
    static Status failoverLog(CommandCookie cookie) {
        VBuckets vbuckets = cookie.bucket().engine().capability(VBuckets.class);
        if (vbuckets == null) {
            return Status.NOT_SUPPORTED;
        }
        List<FailoverEntry> log = vbuckets.failoverLog(cookie.request().vbucket());
        if (log.isEmpty()) {
            return Status.NOT_MY_VBUCKET;
        }
        ByteBuffer answer = ByteBuffer.allocate(log.size() * 2 * Long.BYTES);
        for (FailoverEntry entry : log) {
            answer.putLong(entry.vbucketUuid()).putLong(entry.seqno());
        }
        cookie.reply().bytes(cookie, answer.array());
        return Status.SUCCESS;
    }
}
