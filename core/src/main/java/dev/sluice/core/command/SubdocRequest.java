package dev.sluice.core.command;

import dev.sluice.core.cookie.SubdocResults;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sub-document command as the client has sent it, and what it remembers of the document between its steps. Belongs to one
 * command; on its connection's loop.
 */
public final class SubdocRequest {

    /** What the request says of the document as a whole. Protocol: {@code protocol-subdoc} 2.2. */
    public enum Option {
        /** Create the document where it is missing. */
        MAKE,
        /** Create the document; it must be missing. */
        ADD,
        /** See deleted documents too. */
        ACCESS_DELETED,
        /** What is created is deleted from the beginning. */
        CREATE_AS_DELETED,
        /** Bring a deleted document back. */
        REVIVE,
        /** Look into a replica. */
        REPLICA_READ
    }

    private final boolean multiple;
    private final int options;
    private final boolean givesFlags;
    private final List<SubdocStep> steps;

    /** The datatype with which the document is stored, before anything was done for looking into it. */
    private int storedDatatype;

    private boolean found;
    private @Nullable SubdocResults results;

    /**
     * @param multiple whether each step has a status of its own
     * @param options bits, by the number of the option
     * @param givesFlags whether the request's flags replace those of the document
     * @param steps at least one
     */
    public SubdocRequest(boolean multiple, int options, boolean givesFlags, List<SubdocStep> steps) {
        this.multiple = multiple;
        this.options = options;
        this.givesFlags = givesFlags;
        this.steps = List.copyOf(steps);
    }

    boolean multiple() {
        return multiple;
    }

    boolean has(Option option) {
        return (options & (1 << option.ordinal())) != 0;
    }

    /** Whether a document is created where there is none. */
    boolean creates() {
        return has(Option.MAKE) || has(Option.ADD);
    }

    /** Whether deleted documents are seen. */
    boolean seesDeleted() {
        return has(Option.ACCESS_DELETED) || has(Option.REVIVE);
    }

    boolean givesFlags() {
        return givesFlags;
    }

    List<SubdocStep> steps() {
        return steps;
    }

    /** Whether a step answers with a number that it has changed. */
    public boolean counts() {
        for (SubdocStep step : steps) {
            if (step.operation() == SubdocOperation.COUNTER) {
                return true;
            }
        }
        return false;
    }

    int storedDatatype() {
        return storedDatatype;
    }

    void storedDatatype(int datatype) {
        this.storedDatatype = datatype;
    }

    /** Whether the document is there, as far as the request sees. */
    boolean found() {
        return found;
    }

    void found(boolean isThere) {
        this.found = isThere;
    }

    /** What the steps have come to; only after they have. */
    SubdocResults results() {
        return Objects.requireNonNull(results, "results");
    }

    void results(SubdocResults cameTo) {
        this.results = cameTo;
    }
}
