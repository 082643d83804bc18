package dev.sluice.core.command;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.command.RecordWrite.Kind;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * SET, ADD and DELETE "with meta", and MUTATE_WITH_META: a record as another cluster has made it. The checks come in the order
 * of {@code protocol-kv} 8.4; those that look at what is there are in {@link ReplaceCondition}.
 */
final class WithMeta {

    private static final int BEGIN = 0;
    private static final int DETECT = 1;
    private static final int APPLY = 2;

    /** What locked documents are shown with, and what no document has. */
    private static final long CAS_LOCKED = -1L;

    private WithMeta() {}

    static Status execute(CommandCookie cookie) {
        Request request = cookie.request();
        RecordWrite write = (RecordWrite) Objects.requireNonNull(request.detail(), "detail");
        RecordApplication engine = cookie.bucket().engine().capability(RecordApplication.class);
        if (engine == null) {
            return Status.NOT_SUPPORTED;
        }
        if (cookie.step() == BEGIN) {
            if (!cookie.bucket().trafficEnabled()) {
                return Status.TEMPORARY_FAILURE;
            }
            String contradiction = contradiction(cookie, write);
            if (contradiction != null) {
                cookie.errorContext(contradiction);
                return Status.INVALID_ARGUMENTS;
            }
            if (write.tailBytes() > request.valueLength()) {
                cookie.session().closeAfterReplies("more metadata than value");
                return Status.SUCCESS;
            }
            Status status = prepare(cookie, write);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(write.kind() == Kind.DELETE ? APPLY : DETECT);
        }
        if (cookie.step() == DETECT) {
            Status status = Stores.detectJson(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(APPLY);
        }
        Status status = engine.apply(
                cookie,
                request.vbucket(),
                request.key(),
                record(request, write, request.document()),
                terms(cookie, write),
                request.mutation());
        if (status == Status.SUCCESS) {
            cookie.reply().mutated(cookie, request.mutation());
        }
        return status;
    }

    /** What is wrong between the options and the bucket, or null. */
    private static @Nullable String contradiction(CommandCookie cookie, RecordWrite write) {
        boolean byTime = resolution(cookie) == ConflictResolution.LWW;
        if (byTime && !write.has(RecordWrite.FORCE_ACCEPT) && !write.has(RecordWrite.REGENERATE_CAS)) {
            return "The bucket resolves conflicts by time (expected: option FORCE_ACCEPT)";
        }
        if (!byTime && write.has(RecordWrite.FORCE_ACCEPT)) {
            return "The bucket resolves conflicts by revision (expected: no option FORCE_ACCEPT)";
        }
        if (write.has(RecordWrite.REGENERATE_CAS) && !write.skipsConflictResolution()) {
            return "Option REGENERATE_CAS without SKIP_CONFLICT_RESOLUTION";
        }
        return null;
    }

    private static Status prepare(CommandCookie cookie, RecordWrite write) {
        Request request = cookie.request();
        Status refused = PlacedReads.refusalUnlessActive(cookie.bucket(), request.vbucket());
        if (refused != null) {
            return refused;
        }
        if (write.cas() == 0 || write.cas() == CAS_LOCKED) {
            cookie.errorContext("CAS to store is 0 or all ones");
            return cookie.refuse(Refusal.CAS_VALUE_INVALID);
        }
        int length = request.valueLength() - (int) write.tailBytes();
        Status status = Stores.checkSize(cookie, length);
        if (status == Status.SUCCESS) {
            // A deletion has no body: what came as one is left out.
            int kept = write.kind() == Kind.DELETE ? 0 : length;
            request.store().value(request.array(), request.valueOffset(), kept);
        }
        return status;
    }

    /** The record to apply, from what the steps before have found. */
    private static DocumentView record(Request request, RecordWrite write, DocumentView record) {
        StoreRequest store = request.store();
        return metadata(write, record)
                .value(store.valueArray(), store.valueOffset(), store.valueLength())
                .datatype(store.datatype());
    }

    private static DocumentView metadata(RecordWrite write, DocumentView record) {
        return record.clear()
                .cas(write.has(RecordWrite.REGENERATE_CAS) ? 0 : write.cas())
                .revSeqno(write.revSeqno())
                .flags(write.flags())
                .expirySeconds(write.expirySeconds())
                .deleted(write.kind() == Kind.DELETE);
    }

    private static RecordApplication.Terms terms(CommandCookie cookie, RecordWrite write) {
        Request request = cookie.request();
        DocumentView compared =
                metadata(write, new DocumentView()).datatype(request.store().datatype());
        ReplaceCondition condition = new ReplaceCondition(
                write.kind(), compared, request.cas(), write.skipsConflictResolution() ? null : resolution(cookie));
        return new RecordApplication.Terms(0, condition, write.patch());
    }

    private static ConflictResolution resolution(CommandCookie cookie) {
        return cookie.bucket().spec().writes().conflictResolution();
    }
}
