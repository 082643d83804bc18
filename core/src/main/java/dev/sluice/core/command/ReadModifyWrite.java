package dev.sluice.core.command;

import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
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
 *   FETCH ──▶ (compute) ──▶ DETECT ──▶ STORE ──▶ answered
 *     ▲                                  │ somebody was faster
 *     └──────────────────────────────────┘
 * </pre>
 */
abstract class ReadModifyWrite implements Command {

    private static final int FETCH = 0;
    private static final int DETECT = 1;
    private static final int STORE = 2;

    static final int ATTEMPTS_MAX = 100;
    private static final int ATTEMPTS_PER_TURN = 8;

    /**
     * Computes the new value and puts it into the request's store, whose mode, CAS and expiry are set already.
     *
     * @param found whether a document is there
     * @param existing what is there; to be looked at only if found
     * @return {@code SUCCESS} to store it, or what to answer
     */
    abstract Status compute(CommandCookie cookie, boolean found, DocumentView existing);

    /** The value was stored: gives the reply. */
    abstract void stored(CommandCookie cookie);

    /** Whether the new value must be looked at for being JSON. */
    abstract boolean detectsJson();

    @Override
    public Status execute(CommandCookie cookie) {
        while (true) {
            if (cookie.step() == FETCH) {
                Status status = fetch(cookie);
                if (status != Status.SUCCESS) {
                    return status;
                }
            }
            if (cookie.step() == DETECT) {
                Status status = detectsJson() ? Stores.detectJson(cookie) : Status.SUCCESS;
                if (status != Status.SUCCESS) {
                    return status;
                }
                cookie.step(STORE);
            }
            Status status = store(cookie);
            // What was fetched is gone: a new look says what that means to this command, whatever the client's CAS.
            boolean vanished = status == Status.NO_SUCH_KEY;
            boolean overtaken = status == Status.KEY_EXISTS && cookie.request().cas() == 0;
            if (!vanished && !overtaken) {
                return finish(cookie, status);
            }
            cookie.step(FETCH);
            int attempts = cookie.nextAttempt();
            if (attempts >= ATTEMPTS_MAX) {
                cookie.errorContext("The document was changed by others " + attempts + " times meanwhile");
                return Status.TEMPORARY_FAILURE;
            }
            if (attempts % ATTEMPTS_PER_TURN == 0) {
                return cookie.yieldTurn();
            }
        }
    }

    private Status fetch(CommandCookie cookie) {
        Request request = cookie.request();
        DocumentView existing = request.document();
        Status status =
                cookie.bucket().engine().get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, existing);
        if (status != Status.SUCCESS && status != Status.NO_SUCH_KEY) {
            return status;
        }
        boolean found = status == Status.SUCCESS;
        if (found && request.cas() == 0 && existing.locked()) {
            Stores.count(cookie, Status.LOCKED, 0);
            return Status.LOCKED;
        }
        // A lock's CAS is not the document's: with a CAS of the client's own, the engine compares.
        StoreRequest store = request.store();
        store.clear()
                .mode(found ? StoreMode.REPLACE : StoreMode.ADD)
                .cas(request.cas() != 0 ? request.cas() : found ? existing.cas() : 0)
                .flags(found ? existing.flags() : 0)
                .expirySeconds(found ? existing.expirySeconds() : 0)
                .preserveExpiry(request.preserveExpiry());
        Stores.durability(cookie);
        Status computed = compute(cookie, found, existing);
        existing.clear();
        if (computed == Status.SUCCESS) {
            cookie.step(DETECT);
        }
        return computed;
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
