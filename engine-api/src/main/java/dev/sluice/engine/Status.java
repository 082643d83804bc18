package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;

/**
 * What an engine answers. Expected outcomes are values; an exception out of an engine is a fault of the engine.
 *
 * <p>Which of these a method may return is part of that method's contract. A status that is not listed there is counted,
 * logged once with the engine's name, and taken for what an exception would be: a temporary failure of a read, and {@link
 * #UNDECIDED} of a mutation.
 */
@Evolving
public enum Status {
    /** Done; the out-parameters are filled. */
    SUCCESS,
    /**
     * Not now. The engine has called {@link Cookie#block()} during this call and will notify what it got. A value of the
     * conversation between server and engine: it never reaches a client and must not be notified.
     */
    WOULD_BLOCK,

    /** There is no such document, as far as the filter of the request sees. */
    NO_SUCH_KEY,
    /** The document exists where it must not, or its CAS is not the one given. */
    KEY_EXISTS,
    /** Nothing was stored because a precondition other than the CAS did not hold. */
    NOT_STORED,
    /** The document is locked, and the request does not carry the CAS of the lock. */
    LOCKED,
    /**
     * As {@link #LOCKED}, where a client without extended errors hears "try again" and not "exists": a second lock, an
     * unlock or a removal with a wrong CAS.
     */
    LOCKED_TEMPORARY,
    /**
     * The live document has extended attributes, of which a request that {@linkplain StoreRequest#unawareOfXattrs does not
     * know of any} would have deprived it; nothing was changed. A value of the conversation between server and engine: it
     * never reaches a client.
     */
    HAS_XATTRS,
    /** An unlock found no lock. */
    NOT_LOCKED,
    /** Key and value, or their sum with the metadata, are larger than the engine takes. */
    TOO_BIG,
    /** The arguments make no sense to this engine. */
    INVALID_ARGUMENTS,
    /** A number in the request is outside the range of this bucket. */
    OUT_OF_RANGE,

    /** The vbucket does not exist here or is not in the state that the request needs. */
    NOT_MY_VBUCKET,
    /** The vbucket is pending: the server parks the command and repeats it when the state changes. */
    VBUCKET_PENDING,
    /** The UUID given for the vbucket is not the current one. */
    VBUCKET_UUID_MISMATCH,

    /** Memory in use is at the quota or above it; nothing was changed. */
    NO_MEMORY,
    /** Nothing was changed; the same request may succeed a little later. */
    TEMPORARY_FAILURE,
    /** All slots for this kind of work are taken; nothing was changed. */
    TOO_BUSY,
    /** This engine cannot do that. */
    NOT_SUPPORTED,
    /** The engine has a fault. Of a mutation it says that nothing was changed; if that is not known, say {@link #UNDECIDED}. */
    FAILED,
    /** The operation was called off before it took effect. */
    CANCELLED,
    /**
     * A mutation that may or may not have happened. The server never turns this into an answer that would make a client
     * repeat the mutation: it says "ambiguous" where the client asked for durability and closes the connection otherwise.
     */
    UNDECIDED,

    /** The collection is not known, or was dropped. */
    UNKNOWN_COLLECTION,
    /** The scope is not known, or was dropped. */
    UNKNOWN_SCOPE,

    /** The engine cannot give the durability level that was asked for. */
    DURABILITY_INVALID_LEVEL,
    /** The topology has too few nodes for the durability level. */
    DURABILITY_IMPOSSIBLE,
    /** A durable write of the same key is under way. */
    SYNC_WRITE_IN_PROGRESS,
    /** A durable write of the same key is being committed again after a fail-over. */
    SYNC_WRITE_RE_COMMIT_IN_PROGRESS,

    /** The expiry time does not fit into 32 bits. */
    EXPIRY_OVERFLOW,
    /** The end of the lock does not fit into 32 bits. */
    LOCK_EXPIRY_OVERFLOW
}
