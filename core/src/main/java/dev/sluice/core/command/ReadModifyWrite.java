package dev.sluice.core.command;

import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;

/**
 * A command that reads a document, computes a new value, and stores it if nobody was faster: arithmetic, append, prepend.
 *
 * <p>The engine knows nothing of this: it sees a get and a store with the CAS that was fetched, or an add where nothing
 * was there. When somebody was faster and the client gave no CAS, all begins again, up to {@link #ATTEMPTS_MAX} times; the
 * loop is left to others every few attempts, because whoever is faster may need it. After {@code UNDECIDED} nothing begins
 * again: the write may have happened.
 *
 * <pre>
 *   INPUT ──▶ FETCH ──▶ OPEN ──▶ (compute) ──▶ DETECT ──▶ STORE ──▶ answered
 *               ▲                                          │ somebody was faster
 *               └──────────────────────────────────────────┘
 * </pre>
 *
 * <p>What is fetched is inflated first, and what is computed is stored inflated. Xattrs stand in front of the body and stay
 * there: {@link #compute} copies them as they are. As they are known, the store need not ask for them.
 */
abstract class ReadModifyWrite implements Command {

    private static final int INPUT = 0;
    private static final int FETCH = 1;
    private static final int OPEN = 2;
    private static final int DETECT = 3;
    private static final int STORE = 4;

    static final int ATTEMPTS_MAX = 100;
    private static final int ATTEMPTS_PER_TURN = 8;

    /**
     * Computes the new value and puts it into the request's store, whose mode, CAS and expiry are set already.
     *
     * @param found whether a document is there
     * @param existing what is there, inflated; to be looked at only if found
     * @param section how many bytes of its value are xattrs in front of the body, to be kept in front of the new one
     * @return {@code SUCCESS} to store it, or what to answer
     */
    abstract Status compute(CommandCookie cookie, boolean found, DocumentView existing, int section);

    /**
     * Inflates what the client sent, where it sent something that may be compressed.
     *
     * @return {@code SUCCESS}; {@code WOULD_BLOCK} when this is to be called again; or what to answer
     */
    Status input(CommandCookie cookie) {
        return Status.SUCCESS;
    }

    /** The value was stored: gives the reply. */
    abstract void stored(CommandCookie cookie);

    /** Whether the new value must be looked at for being JSON. */
    abstract boolean detectsJson();

    @Override
    public Status execute(CommandCookie cookie) {
        while (true) {
            Status step = advance(cookie);
            if (step != Status.SUCCESS) {
                return step;
            }
            Status status = store(cookie);
            // What was fetched is gone: a new look says what that means to this command, whatever the client's CAS.
            boolean vanished = status == Status.NO_SUCH_KEY;
            boolean overtaken = status == Status.KEY_EXISTS && cookie.request().cas() == 0;
            if (!vanished && !overtaken) {
                return finish(cookie, status);
            }
            cookie.step(FETCH);
            status = again(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
        }
    }

    /**
     * Somebody was faster: counts the attempt.
     *
     * @return {@code SUCCESS} to try again at once, {@code WOULD_BLOCK} to try again in another turn, or that it is enough
     */
    static Status again(CommandCookie cookie) {
        int attempts = cookie.nextAttempt();
        if (attempts >= ATTEMPTS_MAX) {
            cookie.errorContext("The document was changed by others " + attempts + " times meanwhile");
            return Status.TEMPORARY_FAILURE;
        }
        return attempts % ATTEMPTS_PER_TURN == 0 ? cookie.yieldTurn() : Status.SUCCESS;
    }

    /** Everything up to the store; {@code SUCCESS} when that is next. */
    private Status advance(CommandCookie cookie) {
        Status status = Status.SUCCESS;
        if (cookie.step() == INPUT) {
            status = input(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(FETCH);
        }
        if (cookie.step() == FETCH) {
            status = fetch(cookie);
        }
        if (status == Status.SUCCESS && cookie.step() == OPEN) {
            status = open(cookie);
        }
        if (status == Status.SUCCESS && cookie.step() == DETECT) {
            status = detectsJson() ? BodyJson.detect(cookie, section(cookie)) : Status.SUCCESS;
            if (status == Status.SUCCESS) {
                cookie.step(STORE);
            }
        }
        return status;
    }

    private Status fetch(CommandCookie cookie) {
        Request request = cookie.request();
        DocumentView existing = request.document();
        Status status =
                cookie.bucket().engine().get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, existing);
        if (status == Status.NO_SUCH_KEY) {
            existing.clear();
            prepare(cookie, false, existing);
            return computed(cookie, compute(cookie, false, existing, 0));
        }
        if (status != Status.SUCCESS) {
            return status;
        }
        if (request.cas() == 0 && existing.locked()) {
            Stores.count(cookie, Status.LOCKED, 0);
            return Status.LOCKED;
        }
        prepare(cookie, true, existing);
        cookie.step(OPEN);
        return Status.SUCCESS;
    }

    private static void prepare(CommandCookie cookie, boolean found, DocumentView existing) {
        Request request = cookie.request();
        // A lock's CAS is not the document's: with a CAS of the client's own, the engine compares.
        StoreRequest store = request.store();
        store.clear()
                .mode(found ? StoreMode.REPLACE : StoreMode.ADD)
                .cas(request.cas() != 0 ? request.cas() : found ? existing.cas() : 0)
                .flags(found ? existing.flags() : 0)
                .expirySeconds(found ? existing.expirySeconds() : 0)
                .preserveExpiry(request.preserveExpiry());
        Stores.durability(cookie);
    }

    private Status open(CommandCookie cookie) {
        Status status = Presentation.present(cookie, Datatype.XATTR, Xattrs.ALL);
        if (status != Status.SUCCESS) {
            return status;
        }
        DocumentView existing = cookie.request().document();
        boolean xattrs = (existing.datatype() & Datatype.XATTR) != 0;
        if (xattrs && !XattrSection.fits(existing)) {
            cookie.errorContext("The stored document is not what its datatype says");
            return Status.FAILED;
        }
        int section = xattrs ? XattrSection.bytes(existing.valueArray(), existing.valueOffset()) : 0;
        cookie.request().store().datatype(xattrs ? Datatype.XATTR : Datatype.RAW);
        Status computed = compute(cookie, true, existing, section);
        existing.clear();
        cookie.request().holdForDocument(null);
        return computed(cookie, computed);
    }

    private static Status computed(CommandCookie cookie, Status status) {
        if (status == Status.SUCCESS) {
            cookie.step(DETECT);
        }
        return status;
    }

    /** How many bytes of the computed value are xattrs. */
    private static int section(CommandCookie cookie) {
        StoreRequest store = cookie.request().store();
        return (store.datatype() & Datatype.XATTR) == 0
                ? 0
                : XattrSection.bytes(store.valueArray(), store.valueOffset());
    }

    private static Status store(CommandCookie cookie) {
        Request request = cookie.request();
        return cookie.bucket()
                .engine()
                .store(cookie, request.vbucket(), request.key(), request.store(), request.mutation());
    }

    private Status finish(CommandCookie cookie, Status status) {
        if (status != Status.WOULD_BLOCK) {
            Stores.count(cookie, status, cookie.request().cas());
        }
        if (status == Status.SUCCESS) {
            stored(cookie);
        }
        return status;
    }
}
