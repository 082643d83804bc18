package dev.sluice.core.protocol;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.MapVersion;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Reply;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.Session;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.spool.ScanEncoder;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.transport.Outbound;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answers of one connection, and remembers what the client understands.
 *
 * <p>An answer is one reservation in the outbound buffer for its head, and the value copied behind it. Only a large value is
 * left where it is and referred to. What a quiet opcode leaves unsaid is decided here: look-ups keep quiet about a miss, everything else
 * about success. Protocol: {@code protocol-kv} 4.3 and 7.1.7.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
public final class BinaryReply implements Reply {

    /** What a client sees in place of the CAS of a document that somebody has locked. */
    private static final long CAS_LOCKED = -1L;

    private static final byte[] NOTHING = new byte[0];
    private static final int FLAGS_BYTES = 4;
    private static final int TOKEN_BYTES = 16;
    private static final int IDENTIFIER_BYTES = 12;
    private static final int META_BYTES = 20;

    /** What a request for metadata says to have the datatype as well. */
    private static final int META_WITH_DATATYPE = 2;

    private final Session session;
    private final Outbound outbound;
    private final ClusterMapFrames maps;
    private long features;
    /** The datatype bits that go with the features. */
    private int negotiated;

    private boolean greeted;

    BinaryReply(Session session) {
        this.session = session;
        this.outbound = session.outbound();
        this.maps = new ClusterMapFrames(session, this);
    }

    // ---- what the client understands --------------------------------------------------------------------------------

    boolean has(Feature feature) {
        return (features & feature.bit()) != 0;
    }

    /** Replaces all features: each HELLO begins anew. */
    void features(long bits) {
        features = bits;
        negotiated = (has(Feature.JSON) ? Datatype.JSON : Datatype.RAW)
                | (has(Feature.SNAPPY) || has(Feature.SNAPPY_EVERYWHERE) ? Datatype.SNAPPY : Datatype.RAW)
                | (has(Feature.XATTR) ? Datatype.XATTR : Datatype.RAW);
        greeted = true;
    }

    /** Whether the client has said HELLO. */
    boolean greeted() {
        return greeted;
    }

    /** Of xattrs also the bucket must want to know. */
    @Override
    public int datatypes() {
        int bits = negotiated;
        if ((bits & Datatype.XATTR) != 0) {
            Bucket bucket = session.bucket();
            return bucket != null && bucket.datatypes().xattrs() ? bits : bits & ~Datatype.XATTR;
        }
        return bits;
    }

    /** The cluster maps that the client is sent. */
    public ClusterMapFrames maps() {
        return maps;
    }

    /**
     * Whether the selected bucket has a collection; otherwise this has answered. A vbucket that is not here goes first. Without
     * a bucket nobody can tell, and the executor says that there is none.
     */
    boolean knows(CommandCookie cookie, int vbucket, int collection) {
        Bucket bucket = session.bucket();
        if (bucket == null || bucket.collections().collection(collection) != null) {
            return true;
        }
        failure(cookie, bucket.hasVBucket(vbucket) ? Status.UNKNOWN_COLLECTION : Status.NOT_MY_VBUCKET);
        return false;
    }

    /** As {@link #knows(CommandCookie, int, int)}, for commands that concern no vbucket. */
    boolean knows(CommandCookie cookie, int collection) {
        Bucket bucket = session.bucket();
        if (bucket == null || bucket.collections().collection(collection) != null) {
            return true;
        }
        failure(cookie, Status.UNKNOWN_COLLECTION);
        return false;
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    @Override
    public void document(CommandCookie cookie, DocumentView document) {
        Request request = cookie.request();
        boolean withKey = request.wireOpcode() == Opcode.GETK.code() || request.wireOpcode() == Opcode.GETKQ.code();
        int prefixLength = withKey && has(Feature.COLLECTIONS) ? KeyPrefix.lengthOf(request.collection()) : 0;
        int keyLength = withKey ? prefixLength + request.keyLength() : 0;
        int valueLength = document.valueLength();
        boolean large = outbound.large(valueLength);
        boolean masked = document.locked() && request.wireOpcode() != Opcode.GET_LOCKED.code();
        ByteBuf out = header(
                cookie,
                WireStatus.SUCCESS,
                keyLength,
                FLAGS_BYTES,
                document.datatype() & datatypes(),
                valueLength,
                masked ? CAS_LOCKED : document.cas(),
                FLAGS_BYTES + keyLength);
        out.writeInt(document.flags());
        if (prefixLength > 0) {
            KeyPrefix.write(out, request.collection());
        }
        if (withKey) {
            out.writeBytes(request.array(), request.keyOffset(), request.keyLength());
        }
        if (large) {
            outbound.cursor(document.valueArray(), document.valueOffset(), valueLength, request.takeHeldForDocument());
        } else {
            outbound.append(document.valueArray(), document.valueOffset(), valueLength);
        }
    }

    @Override
    public void storedDocument(CommandCookie cookie, DocumentView document) {
        withValue(cookie, document, document.datatype(), NOTHING, 0, 0);
    }

    @Override
    public void documentWithKey(CommandCookie cookie, DocumentView document) {
        byte[] prefix = keyPrefix(document.collection());
        withValue(
                cookie,
                document,
                document.datatype() & datatypes(),
                document.keyArray(),
                document.keyOffset(),
                document.keyLength(),
                prefix);
    }

    private void withValue(
            CommandCookie cookie,
            DocumentView document,
            int datatype,
            byte[] keyArray,
            int keyOffset,
            int keyLength,
            byte... prefix) {
        int valueLength = document.valueLength();
        boolean large = outbound.large(valueLength);
        int prefixedLength = prefix.length + keyLength;
        ByteBuf out = header(
                cookie,
                WireStatus.SUCCESS,
                prefixedLength,
                FLAGS_BYTES,
                datatype,
                valueLength,
                document.locked() ? CAS_LOCKED : document.cas(),
                FLAGS_BYTES + prefixedLength + (large ? 0 : valueLength));
        out.writeInt(document.flags());
        out.writeBytes(prefix);
        out.writeBytes(keyArray, keyOffset, keyLength);
        if (large) {
            outbound.cursor(
                    document.valueArray(),
                    document.valueOffset(),
                    valueLength,
                    cookie.request().takeHeldForDocument());
        } else {
            out.writeBytes(document.valueArray(), document.valueOffset(), valueLength);
        }
    }

    /** Deleted (u32), flags (u32), expiry or time of deletion (u32), revision (u64), and the datatype (u8) if asked for. */
    @Override
    public void metadata(CommandCookie cookie, DocumentView document) {
        boolean withDatatype = cookie.request().delta() == META_WITH_DATATYPE;
        int extras = META_BYTES + (withDatatype ? 1 : 0);
        long cas = document.locked() ? CAS_LOCKED : document.cas();
        ByteBuf out = header(cookie, WireStatus.SUCCESS, 0, extras, 0, 0, cas, extras);
        out.writeInt(document.deleted() ? 1 : 0);
        out.writeInt(document.flags());
        out.writeInt((int) document.expirySeconds());
        out.writeLong(document.revSeqno());
        if (withDatatype) {
            out.writeByte(document.datatype());
        }
    }

    @Override
    public byte[] keyPrefix(int collection) {
        if (!has(Feature.COLLECTIONS)) {
            return NOTHING;
        }
        return KeyPrefix.of(collection);
    }

    @Override
    public void mutated(CommandCookie cookie, MutationResult result) {
        int opcode = cookie.request().wireOpcode();
        if (opcode == Opcode.RETURN_META.code()) {
            returnMeta(cookie, result);
            return;
        }
        boolean concatenation = opcode == Opcode.APPENDQ.code() || opcode == Opcode.PREPENDQ.code();
        if (quiet(cookie) && !(concatenation && has(Feature.MUTATION_SEQNO))) {
            return;
        }
        int extras = has(Feature.MUTATION_SEQNO) ? TOKEN_BYTES : 0;
        // Differs: memcached answers DELETE without a CAS and its tools insist on that; those clients never say HELLO.
        long cas = opcode == Opcode.DELETE.code() && !greeted ? 0 : result.cas();
        ByteBuf out = header(cookie, WireStatus.SUCCESS, 0, extras, 0, 0, cas, extras);
        token(out, extras, result);
    }

    /** Flags (u32), expiry (u32), revision (u64): all that the client needs to repeat the mutation elsewhere. */
    private void returnMeta(CommandCookie cookie, MutationResult result) {
        Request request = cookie.request();
        ByteBuf out = header(cookie, WireStatus.SUCCESS, 0, TOKEN_BYTES, 0, 0, result.cas(), TOKEN_BYTES);
        out.writeInt(request.flags());
        out.writeInt((int) request.store().expirySeconds());
        out.writeLong(result.revSeqno());
    }

    @Override
    public void counter(CommandCookie cookie, long value, MutationResult result) {
        if (quiet(cookie)) {
            return;
        }
        int extras = has(Feature.MUTATION_SEQNO) ? TOKEN_BYTES : 0;
        ByteBuf out = header(cookie, WireStatus.SUCCESS, 0, extras, 0, Long.BYTES, result.cas(), extras + Long.BYTES);
        token(out, extras, result);
        out.writeLong(value);
    }

    private static void token(ByteBuf out, int extras, MutationResult result) {
        if (extras != 0) {
            out.writeLong(result.vbucketUuid());
            out.writeLong(result.seqno());
        }
    }

    @Override
    public void touched(CommandCookie cookie, long cas) {
        header(cookie, WireStatus.SUCCESS, 0, 0, 0, 0, cas, 0);
    }

    @Override
    public void done(CommandCookie cookie) {
        if (!quiet(cookie)) {
            send(cookie, WireStatus.SUCCESS, NOTHING, 0);
        }
    }

    @Override
    public void bytes(CommandCookie cookie, byte[] value) {
        send(cookie, WireStatus.SUCCESS, value, 0);
    }

    @Override
    public void clusterMap(CommandCookie cookie, ClusterMap map, @Nullable MapVersion known) {
        maps.answer(cookie, map, known);
    }

    @Override
    public void json(CommandCookie cookie, byte[] text) {
        send(cookie, WireStatus.SUCCESS, text, Datatype.JSON & datatypes());
    }

    @Override
    public void challenge(CommandCookie cookie, byte[] value) {
        send(cookie, WireStatus.AUTH_CONTINUE, value, 0);
    }

    @Override
    public void identifier(CommandCookie cookie, long manifestUid, int id) {
        ByteBuf out = header(cookie, WireStatus.SUCCESS, 0, IDENTIFIER_BYTES, 0, 0, 0, IDENTIFIER_BYTES);
        out.writeLong(manifestUid);
        out.writeInt(id);
    }

    @Override
    public void statistic(
            CommandCookie cookie, byte[] array, int nameOffset, int nameLength, int valueOffset, int valueLength) {
        ByteBuf out =
                untracedHeader(cookie, WireStatus.SUCCESS, nameLength, 0, 0, valueLength, 0, nameLength + valueLength);
        out.writeBytes(array, nameOffset, nameLength);
        out.writeBytes(array, valueOffset, valueLength);
    }

    @Override
    public void endOfStatistics(CommandCookie cookie) {
        untracedHeader(cookie, WireStatus.SUCCESS, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public ScanEncoder scanEncoder(boolean keysOnly, Xattrs xattrs) {
        if (keysOnly) {
            return ScanRecords.KEYS;
        }
        int taken = datatypes();
        boolean understood = (taken & Datatype.XATTR) != 0; // Another HELLO may have come since the scan was made.
        return ScanRecords.documents(taken, understood ? xattrs : Xattrs.NONE);
    }

    @Override
    public void scanned(CommandCookie cookie, ScanPart part, boolean documents, byte[] array, int offset, int length) {
        WireStatus status = switch (part) {
            case PARTIAL -> WireStatus.SUCCESS;
            case MORE -> WireStatus.RANGE_SCAN_MORE;
            case COMPLETE -> WireStatus.RANGE_SCAN_COMPLETE;
        };
        boolean large = outbound.large(length);
        ByteBuf out = header(cookie, status, 0, FLAGS_BYTES, 0, length, 0, FLAGS_BYTES);
        out.writeInt(documents ? 1 : 0);
        if (large) {
            outbound.cursor(array, offset, length);
        } else {
            outbound.append(array, offset, length);
        }
    }

    @Override
    public void failure(CommandCookie cookie, Status status) {
        if (status == Status.NO_SUCH_KEY && quietLookUp(cookie)) {
            return;
        }
        sendOrClose(cookie, StatusMapping.toWire(status, has(Feature.XERROR), has(Feature.COLLECTIONS)), status.name());
    }

    @Override
    public void refusal(CommandCookie cookie, Refusal refusal) {
        sendOrClose(
                cookie, StatusMapping.toWire(refusal, has(Feature.XERROR), has(Feature.COLLECTIONS)), refusal.name());
    }

    private void sendOrClose(CommandCookie cookie, @Nullable WireStatus wire, String what) {
        if (wire == null) {
            session.closeAfterReplies("no status without XERROR for " + what);
        } else if (wire == WireStatus.NOT_MY_VBUCKET) {
            maps.notMyVBucket(cookie); // There clients look for a cluster map, not for a sentence.
        } else {
            if (wire == WireStatus.UNKNOWN_COLLECTION || wire == WireStatus.UNKNOWN_SCOPE) {
                Bucket bucket = session.bucket();
                if (bucket != null) {
                    cookie.manifestUid(bucket.collections().uid());
                }
            }
            send(cookie, wire, cookie.errorContext());
        }
    }

    private static boolean quiet(CommandCookie cookie) {
        Opcode opcode = Opcode.of(cookie.request().wireOpcode());
        return opcode != null && opcode.quiet();
    }

    private static boolean quietLookUp(CommandCookie cookie) {
        int opcode = cookie.request().wireOpcode();
        return opcode == Opcode.GETQ.code()
                || opcode == Opcode.GETKQ.code()
                || opcode == Opcode.GATQ.code()
                || opcode == Opcode.GETQ_META.code();
    }

    // ---- frames -----------------------------------------------------------------------------------------------------

    /** An answer without extras and key, whose body is an error object if there is something to explain. */
    void send(CommandCookie cookie, WireStatus status, @Nullable String context) {
        byte[] body = ErrorBody.of(context, cookie.errorReference(), cookie.manifestUid());
        send(cookie, status, body, body.length == 0 ? 0 : Datatype.JSON & datatypes());
    }

    /** An answer without extras and key. */
    void send(CommandCookie cookie, WireStatus status, byte[] value, int datatype) {
        boolean large = outbound.large(value.length);
        header(cookie, status, 0, 0, datatype, value.length, 0, 0);
        if (large) {
            outbound.cursor(value, 0, value.length);
        } else {
            outbound.append(value, 0, value.length);
        }
    }

    /**
     * Writes a header into a reservation for the head of an answer, and behind it how long the server took, where the
     * client wants to know that.
     *
     * @param valueLength of the value that the header announces
     * @param reserved how many bytes of body the caller writes behind the header
     */
    private ByteBuf header(
            CommandCookie cookie,
            WireStatus status,
            int keyLength,
            int extrasLength,
            int datatype,
            int valueLength,
            long cas,
            int reserved) {
        boolean traced = cookie.timed() && has(Feature.TRACING);
        return header(cookie, traced, status, keyLength, extrasLength, datatype, valueLength, cas, reserved);
    }

    /** As {@link #header}, never with a duration: so are the frames of a successful STAT. */
    private ByteBuf untracedHeader(
            CommandCookie cookie,
            WireStatus status,
            int keyLength,
            int extrasLength,
            int datatype,
            int valueLength,
            long cas,
            int reserved) {
        return header(cookie, false, status, keyLength, extrasLength, datatype, valueLength, cas, reserved);
    }

    private ByteBuf header(
            CommandCookie cookie,
            boolean traced,
            WireStatus status,
            int keyLength,
            int extrasLength,
            int datatype,
            int valueLength,
            long cas,
            int reserved) {
        // Beside framing extras one byte holds the length of the key; no document's key is longer than 251.
        assert !traced || keyLength <= 0xff : keyLength;
        int framingBytes = traced ? ServerDuration.FRAME_INFO_BYTES : 0;
        ByteBuf out = outbound.reserve(Wire.HEADER_BYTES + framingBytes + reserved);
        out.writeLong(((long) (traced ? Magic.ALT_RESPONSE : Magic.RESPONSE) << 56)
                | ((long) cookie.request().wireOpcode() << 48)
                | ((long) framingBytes << 40)
                | ((long) keyLength << 32)
                | ((long) extrasLength << 24)
                | ((long) datatype << 16)
                | status.code());
        rest(out, cookie, status, framingBytes + extrasLength + keyLength + valueLength, cas);
        if (traced) {
            long nanos = session.node().clock().nanoTime() - cookie.startNanos();
            out.writeByte(ServerDuration.FRAME_INFO);
            out.writeShort(ServerDuration.encode(nanos / 1000));
        }
        return out;
    }

    private void rest(ByteBuf out, CommandCookie cookie, WireStatus status, int bodyLength, long cas) {
        out.writeLong(((long) bodyLength << 32) | (cookie.request().wireOpaque() & 0xffff_ffffL));
        out.writeLong(cas);
        Bucket bucket = session.bucket();
        if (bucket != null) {
            int loop = session.loop().index();
            bucket.counters().count(loop, BucketCounter.BYTES_WRITTEN, Wire.HEADER_BYTES + bodyLength);
            bucket.responses().count(loop, status.code());
        }
    }
}
