package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.command.RecordWrite.Kind;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.ValuePatch;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * SET, ADD and DELETE "with meta", and MUTATE_WITH_META: a record as another cluster has made it. The checks come in the order
 * of {@code protocol-kv} 8.4; those that look at what is there are in {@link ReplaceCondition}.
 */
final class WithMeta {

    private static final int BEGIN = 0;
    private static final int EXAMINE = 1;
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
            cookie.step(EXAMINE);
        }
        if (cookie.step() == EXAMINE) {
            Status status = examine(cookie, write);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(APPLY);
        }
        Status status = engine.apply(
                cookie,
                request.vbucket(),
                request.key(),
                record(cookie, write, request.document()),
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
        return Status.SUCCESS;
    }

    /** The value becomes what is stored of it; a deletion keeps its xattrs and no body. */
    private static Status examine(CommandCookie cookie, RecordWrite write) {
        Request request = cookie.request();
        int tailBytes = (int) write.tailBytes();
        boolean deletion = write.kind() == Kind.DELETE;
        Status status = deletion || tailBytes > 0
                ? IncomingValue.examineForInflatedStore(cookie, tailBytes)
                : IncomingValue.examine(cookie);
        StoreRequest store = request.store();
        if (status == Status.SUCCESS) {
            status = mayWriteXattrs(cookie, store);
        }
        if (status != Status.SUCCESS || !deletion) {
            return status == Status.SUCCESS ? checkPatch(cookie, write) : status;
        }
        byte[] value = store.valueArray();
        int offset = store.valueOffset();
        int section = (store.datatype() & Datatype.XATTR) == 0 ? 0 : XattrSection.bytes(value, offset);
        if (write.strict()) {
            int system = section == 0 ? 0 : XattrSection.systemBytes(value, offset);
            if (section < store.valueLength() || system < section) {
                cookie.errorContext(
                        "A deletion has a body or xattrs of users (expected: xattrs of the system at most)");
                return Status.INVALID_ARGUMENTS;
            }
        }
        store.value(value, offset, section).datatype(section == 0 ? Datatype.RAW : Datatype.XATTR);
        return checkPatch(cookie, write);
    }

    /** Who brings xattrs of the system needs the privilege for them, as with the commands that write them one by one. */
    private static Status mayWriteXattrs(CommandCookie cookie, StoreRequest store) {
        int collection = cookie.request().key().collection();
        if ((store.datatype() & Datatype.XATTR) == 0
                || Permission.has(cookie, Privilege.SYSTEM_XATTR_WRITE, collection)) {
            return Status.SUCCESS;
        }
        boolean compressed = (store.datatype() & Datatype.SNAPPY) != 0;
        byte[] value = compressed ? Objects.requireNonNull(cookie.request().inflated()) : store.valueArray();
        if (XattrSection.systemBytes(value, compressed ? 0 : store.valueOffset()) == 0) {
            return Status.SUCCESS;
        }
        return Permission.require(
                cookie, "WITH_META", Privilege.SYSTEM_XATTR_WRITE, Privilege.SYSTEM_COLLECTION_MUTATION, collection);
    }

    /** What a patch overwrites must be inside of the xattrs, and leave them well formed. */
    private static Status checkPatch(CommandCookie cookie, RecordWrite write) {
        ValuePatch patch = write.patch();
        if (patch == null) {
            return Status.SUCCESS;
        }
        StoreRequest store = cookie.request().store();
        int section = (store.datatype() & Datatype.XATTR) == 0
                ? 0
                : XattrSection.bytes(store.valueArray(), store.valueOffset());
        byte[] trial = Arrays.copyOfRange(store.valueArray(), store.valueOffset(), store.valueOffset() + section);
        boolean fits = write.patchEnd() <= section;
        if (fits) {
            patch.apply(trial, 0, section, -1L, -1L);
        }
        if (!fits || !XattrSection.check(trial, 0, section) || XattrSection.bytes(trial, 0) != section) {
            cookie.errorContext("cas_offsets, seqno_offsets: not inside of the xattrs, or they damage them");
            return Status.INVALID_ARGUMENTS;
        }
        return Status.SUCCESS;
    }

    /** The record to apply, from what the steps before have found. */
    private static DocumentView record(CommandCookie cookie, RecordWrite write, DocumentView record) {
        StoreRequest store = cookie.request().store();
        return metadata(cookie, write, record)
                .value(store.valueArray(), store.valueOffset(), store.valueLength())
                .datatype(store.datatype());
    }

    private static DocumentView metadata(CommandCookie cookie, RecordWrite write, DocumentView record) {
        return record.clear()
                .cas(write.has(RecordWrite.REGENERATE_CAS) ? 0 : write.cas())
                .revSeqno(write.revSeqno())
                .flags(write.flags())
                .expirySeconds(expirySeconds(cookie, write))
                .deleted(write.kind() == Kind.DELETE);
    }

    /** As it was given, as far as the collection lets documents live. Of a deletion it is when that was made. */
    private static long expirySeconds(CommandCookie cookie, RecordWrite write) {
        if (write.kind() == Kind.DELETE) {
            return write.expirySeconds();
        }
        long nowSeconds = cookie.session().node().clock().wallSeconds();
        return cookie.bucket().limitedExpiry(cookie.request().collection(), write.expirySeconds(), nowSeconds);
    }

    private static RecordApplication.Terms terms(CommandCookie cookie, RecordWrite write) {
        Request request = cookie.request();
        DocumentView compared = metadata(cookie, write, new DocumentView())
                .datatype(request.store().datatype());
        ReplaceCondition condition = new ReplaceCondition(
                write.kind(), compared, request.cas(), write.skipsConflictResolution() ? null : resolution(cookie));
        return new RecordApplication.Terms(0, condition, write.patch());
    }

    private static ConflictResolution resolution(CommandCookie cookie) {
        return cookie.bucket().spec().writes().conflictResolution();
    }
}
