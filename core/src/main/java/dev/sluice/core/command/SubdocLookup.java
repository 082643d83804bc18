package dev.sluice.core.command;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Place;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.auth.Verdict;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.SubdocResults;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CollectionCounter;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import java.util.List;
import java.util.Objects;

/**
 * Looks up paths in a document: fetches it, inflates it where that is needed, and walks over it, on a background thread if
 * that takes long. Counts as one get. Protocol: {@code protocol-subdoc} 7.
 */
final class SubdocLookup {

    private static final int FETCH = 0;
    private static final int OPEN = 1;
    private static final int LOOK = 2;

    /** What a client sees in place of the CAS of a document that somebody has locked. */
    private static final long CAS_LOCKED = -1L;

    /** Sixteen times the largest body that a bucket can be configured for would not fit the length of a frame. */
    private static final int ANSWER_BYTES_MAX = 1 << 30;

    private SubdocLookup() {}

    static Status execute(CommandCookie cookie) {
        SubdocRequest asked =
                (SubdocRequest) Objects.requireNonNull(cookie.request().detail());
        Status status = Status.SUCCESS;
        if (cookie.step() == FETCH) {
            status = fetch(cookie, asked);
        }
        if (status == Status.SUCCESS && cookie.step() == OPEN) {
            status = open(cookie);
            cookie.step(status == Status.SUCCESS ? LOOK : OPEN);
        }
        return status == Status.SUCCESS ? look(cookie, asked) : status;
    }

    private static Status fetch(CommandCookie cookie, SubdocRequest asked) {
        Request request = cookie.request();
        DocumentView document = request.document();
        Status status = read(cookie, asked, document);
        if (status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.CMD_GET);
            Counts.count(cookie, BucketCounter.GET_MISSES);
        }
        if (status != Status.SUCCESS) {
            return status;
        }
        Counts.count(cookie, BucketCounter.CMD_GET);
        Counts.count(cookie, BucketCounter.GET_HITS);
        Counts.count(cookie, CollectionCounter.OPS_GET);
        if (request.cas() != 0 && request.cas() != visibleCas(document)) {
            return Status.KEY_EXISTS;
        }
        asked.storedDatatype(document.datatype());
        cookie.step(OPEN);
        return Status.SUCCESS;
    }

    private static Status read(CommandCookie cookie, SubdocRequest asked, DocumentView document) {
        Request request = cookie.request();
        boolean seesDeleted = asked.has(SubdocRequest.Option.ACCESS_DELETED);
        if (asked.has(SubdocRequest.Option.REPLICA_READ)) {
            return seesDeleted
                    ? PlacedReads.replicaOrTombstone(cookie, request.vbucket(), request.key(), document)
                    : PlacedReads.replica(cookie, request.vbucket(), request.key(), document);
        }
        DocumentFilter filter = seesDeleted ? DocumentFilter.ALIVE_OR_DELETED : DocumentFilter.ALIVE;
        return cookie.bucket().engine().get(cookie, request.vbucket(), request.key(), filter, document);
    }

    /** Inflates the document, and sees whether it can be taken apart. */
    static Status open(CommandCookie cookie) {
        Status status = Presentation.present(cookie, Datatype.XATTR, Xattrs.ALL);
        if (status == Status.SUCCESS && !SubdocBody.sound(cookie.request().document())) {
            cookie.errorContext("The stored document is not what its datatype says");
            return Status.FAILED;
        }
        return status;
    }

    private static Status look(CommandCookie cookie, SubdocRequest asked) {
        Request request = cookie.request();
        DocumentView document = request.document();
        SubdocLook look = ValueWork.finished(cookie, SubdocLook.class);
        if (look == null) {
            List<SubdocStep> steps = asked.steps();
            boolean here = fitsLoop(cookie, document.valueLength(), steps.size());
            if (!here) {
                request.own();
            }
            boolean systemAllowed = allowed(cookie, Privilege.SYSTEM_XATTR_READ);
            look = new SubdocLook(
                    request,
                    steps,
                    SubdocBody.of(document),
                    new VirtualAttributes(cookie, asked.storedDatatype()),
                    systemAllowed || !namesSystem(request, steps),
                    systemAllowed);
            if (!look.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        SubdocResults results = look.results();
        results.cas(visibleCas(document));
        results.deleted(document.deleted());
        if (asked.multiple()) {
            if (totalBytes(results) > ANSWER_BYTES_MAX) {
                cookie.errorContext("The answer is too long (expected: at most " + ANSWER_BYTES_MAX + " bytes)");
                return Status.TOO_BIG;
            }
            cookie.reply().lookedUpEach(cookie, results);
            return Status.SUCCESS;
        }
        Refusal failure = results.failure(0);
        if (failure != null) {
            return cookie.refuse(failure);
        }
        cookie.reply().lookedUp(cookie, results);
        return Status.SUCCESS;
    }

    private static long totalBytes(SubdocResults results) {
        long total = 0;
        for (int i = 0; i < results.count(); i++) {
            total += results.length(i);
        }
        return total;
    }

    /** Whether so many steps in a document of so many bytes take no longer than may be spent on the loop. */
    static boolean fitsLoop(CommandCookie cookie, long bytes, int steps) {
        // Each step walks over the document, at half the price of what the limit is about: docs/performance.md.
        return ValueWork.fitsLoop(cookie, Math.max(bytes, bytes * steps / 2), false);
    }

    /** Whether any step names an extended attribute of the system, for which the client needs a privilege of its own. */
    static boolean namesSystem(Request request, List<SubdocStep> steps) {
        for (SubdocStep step : steps) {
            if (step.inXattr() && request.array()[request.valueOffset() + step.pathOffset()] == '_') {
                return true;
            }
        }
        return false;
    }

    /** Whether the client has a privilege in the collection of the document. */
    static boolean allowed(CommandCookie cookie, Privilege privilege) {
        Access access = cookie.access();
        Place place = Permission.place(cookie.bucket(), cookie.request().collection());
        return access.check(privilege, place) == Verdict.OK;
    }

    private static long visibleCas(DocumentView document) {
        return document.locked() ? CAS_LOCKED : document.cas();
    }
}
