package dev.sluice.core.command;

import dev.sluice.core.bucket.ConflictResolution;
import dev.sluice.core.command.RecordWrite.Kind;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * Whether a record replaces what is there: the checks of {@code protocol-kv} 8.4 that need to see it, in their order, under
 * the engine's lock.
 *
 * @param kind what the command does
 * @param incoming the metadata of the record; nobody changes it any more
 * @param headerCas which CAS the document, or its lock, must have; 0 for any
 * @param resolution how conflicts are resolved; null where whatever is there is replaced
 */
record ReplaceCondition(
        Kind kind,
        DocumentView incoming,
        long headerCas,
        @Nullable ConflictResolution resolution) implements RecordApplication.Condition {

    @Override
    public Status check(@Nullable DocumentView existing, long lockCas) {
        if (existing == null) {
            return headerCas != 0 && kind != Kind.ADD ? Status.NO_SUCH_KEY : Status.SUCCESS;
        }
        if (resolution != null && !resolution.replaces(existing, incoming)) {
            return Status.KEY_EXISTS;
        }
        if (lockCas != 0 && headerCas != lockCas) {
            return kind == Kind.DELETE ? Status.LOCKED_TEMPORARY : Status.LOCKED;
        }
        boolean alive = !existing.deleted();
        boolean casGiven = headerCas != 0 && lockCas == 0;
        if (casGiven && headerCas != existing.cas() && alive) {
            return Status.KEY_EXISTS;
        }
        if (kind == Kind.ADD) {
            return alive ? Status.KEY_EXISTS : Status.SUCCESS;
        }
        return casGiven && headerCas != existing.cas() ? Status.NO_SUCH_KEY : Status.SUCCESS;
    }
}
