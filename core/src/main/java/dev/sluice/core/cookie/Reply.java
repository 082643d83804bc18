package dev.sluice.core.cookie;

import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.MapVersion;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.spool.ScanEncoder;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a command answers, in no protocol's terms: what a quiet request leaves unsaid, which status a number of ours is on
 * the wire, and what stands in an error's body belong to the codec behind this.
 *
 * <p>Each command calls exactly one of the methods that end a reply, after any number of those that do not. On the
 * connection's loop. Nothing waits: bytes go to the outbound buffer, and a large value is referred to there, not copied.
 */
public interface Reply {

    /**
     * The datatype bits that the client takes, and may send. A value that has another one which changes its bytes, Snappy or
     * xattrs, must not be shown to it; see {@code OutgoingValue}.
     */
    int datatypes();

    /** The document that was asked for. Ends the reply. */
    void document(CommandCookie cookie, DocumentView document);

    /** The document that was asked for, whole and as it is stored, extended attributes included. Ends the reply. */
    void storedDocument(CommandCookie cookie, DocumentView document);

    /** A document that the client did not name, with its key. Ends the reply. */
    void documentWithKey(CommandCookie cookie, DocumentView document);

    /** What is known of a document or tombstone, but for its value. Ends the reply. */
    void metadata(CommandCookie cookie, DocumentView document);

    /** What stands before a key of this collection in answers; empty where the client knows of no collections. */
    byte[] keyPrefix(int collection);

    /** A document has changed. Ends the reply. */
    void mutated(CommandCookie cookie, MutationResult result);

    /** A counter has this value now, unsigned. Ends the reply. */
    void counter(CommandCookie cookie, long value, MutationResult result);

    /** The expiry of a document is as asked. Ends the reply. */
    void touched(CommandCookie cookie, long cas);

    /** Done, nothing to say. Ends the reply. */
    void done(CommandCookie cookie);

    /** Done, with a text or other bytes. Ends the reply. */
    void bytes(CommandCookie cookie, byte[] value);

    /**
     * A cluster map, or nothing where the client has it. Ends the reply.
     *
     * @param known what the client says that it has; null where it does not say
     */
    void clusterMap(CommandCookie cookie, ClusterMap map, @Nullable MapVersion known);

    /** Done, with a JSON text in UTF-8, which must not change again. Ends the reply. */
    void json(CommandCookie cookie, byte[] text);

    /** The login goes on: the client is to answer this. Ends the reply. */
    void challenge(CommandCookie cookie, byte[] value);

    /** The id of a scope or collection, unsigned, and the uid of the manifest in which it was found. Ends the reply. */
    void identifier(CommandCookie cookie, long manifestUid, int id);

    /** One statistic; more may follow. */
    void statistic(
            CommandCookie cookie, byte[] array, int nameOffset, int nameLength, int valueOffset, int valueLength);

    /** No more statistics. Ends the reply. */
    void endOfStatistics(CommandCookie cookie);

    /**
     * How the documents of a scan are encoded for {@link #scanned}.
     *
     * @param xattrs which extended attributes go with them
     */
    ScanEncoder scanEncoder(boolean keysOnly, Xattrs xattrs);

    /**
     * What a scan has found, encoded as the protocol has it. The array must not change before the outbound buffer
     * has taken all of it.
     *
     * @param part {@code PARTIAL} does not end the reply, the others do
     * @param gone runs, once, when the array is referred to no more; null where nobody pays for it
     */
    void scanned(
            CommandCookie cookie,
            ScanPart part,
            boolean documents,
            byte[] array,
            int offset,
            int length,
            @Nullable Runnable gone);

    /** The one thing that was looked up in a document; it was found. Ends the reply. */
    void lookedUp(CommandCookie cookie, SubdocResults results);

    /** What was looked up in a document, each thing with a status of its own. Ends the reply. */
    void lookedUpEach(CommandCookie cookie, SubdocResults results);

    /** A document was changed at one place. Ends the reply. */
    void mutatedAt(CommandCookie cookie, SubdocResults results, MutationResult result);

    /**
     * A document was changed at several places; or at none, as the {@linkplain SubdocResults#firstFailure() first} that
     * could not be changed has prevented it. Ends the reply.
     */
    void mutatedAtEach(CommandCookie cookie, SubdocResults results, MutationResult result);

    /** A failure that the engine or a validator named. Ends the reply. */
    void failure(CommandCookie cookie, Status status);

    /** A failure of the server's own. Ends the reply. */
    void refusal(CommandCookie cookie, Refusal refusal);

    /** How far a scan is with one piece of its reply. */
    enum ScanPart {
        /** More of the same reply follows. */
        PARTIAL,
        /** A limit of the request was reached; the client may ask for more. */
        MORE,
        /** The range is exhausted, and the scan is over. */
        COMPLETE
    }
}
