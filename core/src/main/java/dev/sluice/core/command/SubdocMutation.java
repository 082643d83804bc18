package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.SubdocResults;
import dev.sluice.core.datatype.XattrPairs;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;
import java.util.List;
import java.util.Objects;

/**
 * Changes a document at some paths: fetches it, edits it, and stores it if nobody was faster; otherwise, and where the client
 * gave no CAS, all of it again, as {@link ReadModifyWrite} does. Counts as one set. Protocol: {@code protocol-subdoc} 7 and 9.
 *
 * <pre>
 *   FETCH ──▶ OPEN ──▶ EDIT ──▶ STORE or REMOVE ──▶ answered
 *     ▲                              │ somebody was faster
 *     └──────────────────────────────┘
 * </pre>
 *
 * <p>What is stored is held against the version that was fetched, deleted ones among them: a tombstone that has changed, or
 * has become a document, since it was looked at is not written over.
 */
final class SubdocMutation {

    private static final int FETCH = 0;
    private static final int OPEN = 1;
    private static final int EDIT = 2;
    private static final int STORE = 3;
    /** The document is deleted and nothing of it stays. */
    private static final int REMOVE = 4;
    /** A step has failed, and that was answered. */
    private static final int ANSWERED = 5;

    private static final byte[] EMPTY_OBJECT = {'{', '}'};
    private static final byte[] EMPTY_ARRAY = {'[', ']'};
    private static final byte[] NOTHING = new byte[0];

    private SubdocMutation() {}

    static Status execute(CommandCookie cookie) {
        Request request = cookie.request();
        SubdocRequest asked = (SubdocRequest) Objects.requireNonNull(request.detail());
        while (true) {
            Status status = advance(cookie, asked);
            if (status != Status.SUCCESS || cookie.step() == ANSWERED) {
                return status;
            }
            status = cookie.step() == REMOVE ? remove(cookie) : store(cookie);
            // What was fetched is gone: a new look says what that means to this command, whatever the client's CAS.
            boolean vanished = status == Status.NO_SUCH_KEY;
            boolean overtaken = status == Status.KEY_EXISTS && request.cas() == 0;
            if (!vanished && !overtaken) {
                return finish(cookie, asked, status);
            }
            cookie.step(FETCH);
            status = ReadModifyWrite.again(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
        }
    }

    /** Everything up to the call that changes something; {@code SUCCESS} when that is next, or when all was said. */
    private static Status advance(CommandCookie cookie, SubdocRequest asked) {
        Status status = Status.SUCCESS;
        if (cookie.step() == FETCH) {
            status = fetch(cookie, asked);
        }
        if (status == Status.SUCCESS && cookie.step() == OPEN) {
            status = SubdocLookup.open(cookie);
            if (status == Status.SUCCESS) {
                cookie.step(EDIT);
            }
        }
        return status == Status.SUCCESS && cookie.step() == EDIT ? edit(cookie, asked) : status;
    }

    // ---- what is there ----------------------------------------------------------------------------------------------

    private static DocumentFilter seen(SubdocRequest asked) {
        return asked.seesDeleted() ? DocumentFilter.ALIVE_OR_DELETED : DocumentFilter.ALIVE;
    }

    private static Status fetch(CommandCookie cookie, SubdocRequest asked) {
        Request request = cookie.request();
        DocumentView document = request.document();
        Status status = cookie.bucket().engine().get(cookie, request.vbucket(), request.key(), seen(asked), document);
        if (status == Status.NO_SUCH_KEY) {
            document.clear();
            if (!asked.creates() || request.cas() != 0) {
                Stores.count(cookie, Status.NO_SUCH_KEY, request.cas());
                return Status.NO_SUCH_KEY;
            }
            asked.storedDatatype(0);
            asked.found(false);
            cookie.step(EDIT);
            return Status.SUCCESS;
        }
        if (status != Status.SUCCESS) {
            return status;
        }
        status = mayChange(cookie, asked, document);
        if (status == Status.SUCCESS) {
            asked.storedDatatype(document.datatype());
            asked.found(true);
            cookie.step(OPEN);
        }
        return status;
    }

    private static Status mayChange(CommandCookie cookie, SubdocRequest asked, DocumentView document) {
        long cas = cookie.request().cas();
        Status status = Status.SUCCESS;
        if (asked.has(SubdocRequest.Option.ADD)) {
            return Status.KEY_EXISTS;
        }
        if (asked.has(SubdocRequest.Option.REVIVE) && !document.deleted()) {
            return cookie.refuse(Refusal.CAN_ONLY_REVIVE_DELETED);
        }
        if (document.locked()) {
            // With a CAS it may be the lock's, which only the engine knows.
            status = cas == 0 ? Status.LOCKED : Status.SUCCESS;
        } else if (cas != 0 && cas != document.cas()) {
            status = Status.KEY_EXISTS;
        }
        if (status != Status.SUCCESS) {
            Stores.count(cookie, status, cas);
        }
        return status;
    }

    // ---- what is to be there ----------------------------------------------------------------------------------------

    private static Status edit(CommandCookie cookie, SubdocRequest asked) {
        Request request = cookie.request();
        SubdocEdit edit = ValueWork.finished(cookie, SubdocEdit.class);
        if (edit == null) {
            List<SubdocStep> steps = asked.steps();
            DocumentView document = request.document();
            long bytes = (long) document.valueLength() + request.valueLength();
            boolean here = SubdocLookup.fitsLoop(cookie, bytes, steps.size());
            if (!here) {
                request.own();
            }
            SubdocBody before = asked.found() ? SubdocBody.of(document) : beginning(asked, request);
            edit = new SubdocEdit(
                    request,
                    steps,
                    before,
                    new VirtualAttributes(cookie, asked.storedDatatype()),
                    mayTouchXattrs(cookie, steps));
            if (!edit.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        return settle(cookie, asked, edit);
    }

    /** What a document that is created begins with: an array where the first step says so, otherwise an object. */
    private static SubdocBody beginning(SubdocRequest asked, Request request) {
        if (asked.has(SubdocRequest.Option.CREATE_AS_DELETED)) {
            return new SubdocBody(new XattrPairs(), NOTHING, 0, 0, false);
        }
        byte[] body = EMPTY_OBJECT;
        for (SubdocStep step : asked.steps()) {
            if (!step.operation().whole()) {
                boolean index =
                        step.pathLength() > 0 && request.array()[request.valueOffset() + step.pathOffset()] == '[';
                boolean root = step.pathLength() == 0 && step.operation().makesArray();
                body = index || root ? EMPTY_ARRAY : EMPTY_OBJECT;
                break;
            }
        }
        return new SubdocBody(new XattrPairs(), body, 0, body.length, true);
    }

    private static boolean mayTouchXattrs(CommandCookie cookie, List<SubdocStep> steps) {
        if (!SubdocLookup.namesSystem(cookie.request(), steps)) {
            return true;
        }
        for (SubdocStep step : steps) {
            // What becomes the body can be read by everybody who may read the document.
            if (step.operation() == SubdocOperation.REPLACE_BODY_WITH_XATTR
                    && !SubdocLookup.allowed(cookie, Privilege.SYSTEM_XATTR_READ)) {
                return false;
            }
        }
        return SubdocLookup.allowed(cookie, Privilege.SYSTEM_XATTR_WRITE);
    }

    /** Takes what the edit has come to, and prepares the call that makes it so. */
    private static Status settle(CommandCookie cookie, SubdocRequest asked, SubdocEdit edit) {
        Request request = cookie.request();
        request.holdForDocument(null);
        SubdocResults results = edit.results();
        asked.results(results);
        int failed = results.firstFailure();
        if (failed >= 0) {
            return failed(cookie, asked, results);
        }
        DocumentView document = request.document();
        boolean found = asked.found();
        boolean wasDeleted = found ? document.deleted() : asked.has(SubdocRequest.Option.CREATE_AS_DELETED);
        boolean deleted = edit.deletes() || (wasDeleted && !asked.has(SubdocRequest.Option.REVIVE));
        results.deleted(deleted);
        if (deleted && edit.hasBody()) {
            return cookie.refuse(Refusal.DELETED_HAS_NO_VALUE);
        }
        Status status = checkSize(cookie, edit);
        if (status != Status.SUCCESS) {
            return status;
        }
        long cas = !found ? 0 : request.cas() != 0 ? request.cas() : document.cas();
        if (deleted && found && !wasDeleted && edit.value().length == 0) {
            Stores.raiseDurability(cookie);
            request.remove().clear().cas(cas).durability(request.durability(), Stores.deadlineNanos(cookie));
            cookie.step(REMOVE);
        } else {
            status = prepareStore(cookie, asked, edit, deleted, wasDeleted, cas);
            cookie.step(STORE);
        }
        document.clear();
        return status;
    }

    private static Status failed(CommandCookie cookie, SubdocRequest asked, SubdocResults results) {
        cookie.request().document().clear();
        if (!asked.multiple()) {
            return cookie.refuse(Objects.requireNonNull(results.failure(0)));
        }
        cookie.reply().mutatedAtEach(cookie, results, cookie.request().mutation());
        cookie.step(ANSWERED);
        return Status.SUCCESS;
    }

    private static Status checkSize(CommandCookie cookie, SubdocEdit edit) {
        if (edit.systemBytes() > XattrSection.SYSTEM_BYTES_MAX) {
            cookie.errorContext("System xattrs are too long (expected: at most " + XattrSection.SYSTEM_BYTES_MAX
                    + " bytes together)");
            return Status.TOO_BIG;
        }
        return Stores.checkSize(cookie, edit.value().length - edit.systemBytes());
    }

    private static Status prepareStore(
            CommandCookie cookie, SubdocRequest asked, SubdocEdit edit, boolean deleted, boolean wasDeleted, long cas) {
        Request request = cookie.request();
        long expirySeconds = Stores.expiry(cookie);
        if (expirySeconds == ExpiryTime.OVERFLOW) {
            return Status.EXPIRY_OVERFLOW;
        }
        boolean found = asked.found();
        // A tombstone that is revived must still be one.
        boolean revives = found && wasDeleted && !deleted;
        int flags = edit.deletes()
                ? 0
                : asked.givesFlags() ? request.flags() : request.document().flags();
        StoreRequest store = request.store();
        store.clear()
                .mode(found ? StoreMode.REPLACE : StoreMode.ADD)
                .existing(revives ? DocumentFilter.DELETED : seen(asked))
                .cas(cas)
                .flags(flags)
                .expirySeconds(deleted ? 0 : expirySeconds)
                .preserveExpiry(request.preserveExpiry())
                .deleted(deleted)
                .datatype(edit.datatype())
                .patch(edit.patch())
                .value(edit.value(), 0, edit.value().length);
        Stores.durability(cookie);
        return Status.SUCCESS;
    }

    // ---- making it so -----------------------------------------------------------------------------------------------

    private static Status store(CommandCookie cookie) {
        Request request = cookie.request();
        return cookie.bucket()
                .engine()
                .store(cookie, request.vbucket(), request.key(), request.store(), request.mutation());
    }

    private static Status remove(CommandCookie cookie) {
        Request request = cookie.request();
        return cookie.bucket()
                .engine()
                .remove(cookie, request.vbucket(), request.key(), request.remove(), request.mutation());
    }

    private static Status finish(CommandCookie cookie, SubdocRequest asked, Status status) {
        if (status == Status.WOULD_BLOCK) {
            return status;
        }
        Stores.count(cookie, status, cookie.request().cas());
        if (status == Status.SUCCESS) {
            SubdocResults results = asked.results();
            if (asked.multiple()) {
                cookie.reply().mutatedAtEach(cookie, results, cookie.request().mutation());
            } else {
                cookie.reply().mutatedAt(cookie, results, cookie.request().mutation());
            }
        }
        return status;
    }
}
