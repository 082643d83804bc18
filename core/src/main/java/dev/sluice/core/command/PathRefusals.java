package dev.sluice.core.command;

import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.subdoc.PathStatus;
import org.jspecify.annotations.Nullable;

/** From what an operation at a path says to what a client is refused with. */
final class PathRefusals {

    private PathRefusals() {}

    /** Null for success. */
    static @Nullable Refusal of(PathStatus status) {
        return switch (status) {
            case SUCCESS -> null;
            case PATH_ENOENT -> Refusal.PATH_NOT_FOUND;
            case PATH_MISMATCH -> Refusal.PATH_MISMATCH;
            case PATH_EINVAL -> Refusal.PATH_INVALID;
            case PATH_E2BIG -> Refusal.PATH_TOO_BIG;
            case DOC_E2DEEP -> Refusal.DOCUMENT_TOO_DEEP;
            case VALUE_CANTINSERT -> Refusal.VALUE_CANNOT_INSERT;
            case DOC_NOTJSON -> Refusal.DOCUMENT_NOT_JSON;
            case NUM_ERANGE -> Refusal.NUMBER_TOO_BIG;
            case DELTA_EINVAL -> Refusal.DELTA_INVALID;
            case PATH_EEXISTS -> Refusal.PATH_EXISTS;
            case VALUE_ETOODEEP -> Refusal.VALUE_TOO_DEEP;
        };
    }
}
