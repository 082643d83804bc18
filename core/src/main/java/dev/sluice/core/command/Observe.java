package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Status;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * OBSERVE: of each key in a list whether it is there and on disk. One look-up after the other, each of which may block.
 * Protocol: {@code protocol-kv} 8.7.
 *
 * <pre>
 *   answer   (vbucket u16, key length u16, key, state u8, CAS u64)*
 * </pre>
 */
final class Observe {

    private static final int FOUND = 0x00;
    private static final int PERSISTED = 0x01;
    private static final int NOT_FOUND = 0x80;
    private static final int DELETED = 0x81;

    private static final int STATE_BYTES = 1 + Long.BYTES;

    /** How many keys are looked up before the loop is left to others for a turn. */
    private static final int KEYS_PER_TURN = 64;

    private final ByteBuffer answer;
    private final HeapDocumentKey key = new HeapDocumentKey();
    private int next;

    private Observe(int answerBytes) {
        answer = ByteBuffer.allocate(answerBytes);
    }

    static Status execute(CommandCookie cookie) {
        Request request = cookie.request();
        ObservedKeys keys = (ObservedKeys) Objects.requireNonNull(request.detail(), "detail");
        Observe observe = (Observe) cookie.progress();
        if (observe == null) {
            observe = new Observe(request.valueLength() + keys.count() * STATE_BYTES);
            cookie.progress(observe);
        }
        int first = observe.next;
        while (observe.next < keys.count()) {
            Status status = observe.step(cookie, keys);
            if (status != Status.SUCCESS) {
                return status;
            }
            if (observe.next - first == KEYS_PER_TURN && observe.next < keys.count()) {
                return cookie.yieldTurn();
            }
        }
        cookie.reply().bytes(cookie, observe.answer.array());
        return Status.SUCCESS;
    }

    private Status step(CommandCookie cookie, ObservedKeys keys) {
        Request request = cookie.request();
        DocumentView document = request.document();
        int start = request.valueOffset();
        int vbucket = keys.vbucket(next);
        Status allowed = Permission.require(
                cookie, "OBSERVE", Privilege.READ, Privilege.SYSTEM_COLLECTION_LOOKUP, keys.collection(next));
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        key.wrap(keys.collection(next), request.array(), start + keys.key(next), keys.end(next) - keys.key(next));
        Status status = PlacedReads.metadataAnywhere(cookie, vbucket, key, document);
        if (status != Status.SUCCESS && status != Status.NO_SUCH_KEY) {
            return status;
        }
        boolean found = status == Status.SUCCESS;
        answer.put(request.array(), start + keys.entry(next), keys.end(next) - keys.entry(next));
        answer.put((byte) (found ? state(cookie, vbucket, document) : NOT_FOUND));
        answer.putLong(found ? (document.locked() ? -1 : document.cas()) : 0);
        document.clear();
        next++;
        return Status.SUCCESS;
    }

    /** A tombstone that is on disk is what is left of nothing. */
    private static int state(CommandCookie cookie, int vbucket, DocumentView document) {
        boolean persisted = PlacedReads.persisted(cookie.bucket(), vbucket, document.seqno());
        if (document.deleted()) {
            return persisted ? NOT_FOUND : DELETED;
        }
        return persisted ? PERSISTED : FOUND;
    }
}
