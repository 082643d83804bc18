package dev.sluice.core.command;

import org.jspecify.annotations.Nullable;

/**
 * One step of a sub-document command. Positions count from the beginning of the request's value, as its array may move.
 *
 * @param createsParents whether objects that are missing on the way are made
 * @param xattrKeyLength the bytes of the path that are the key of an extended attribute; 0 where the path is in the body
 * @param macro what the value stands for, or null where it is what it is
 * @param binary whether the value is bytes, and no JSON
 */
public record SubdocStep(
        SubdocOperation operation,
        boolean createsParents,
        int pathOffset,
        int pathLength,
        int valueOffset,
        int valueLength,
        int xattrKeyLength,
        @Nullable SubdocMacro macro,
        boolean binary) {

    boolean inXattr() {
        return xattrKeyLength > 0;
    }
}
