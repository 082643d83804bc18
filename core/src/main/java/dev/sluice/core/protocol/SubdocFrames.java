package dev.sluice.core.protocol;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Session;
import dev.sluice.core.cookie.SubdocResults;
import dev.sluice.core.transport.Outbound;
import dev.sluice.core.transport.Slices;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.MutationResult;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Answers of the sub-document commands. Protocol: {@code protocol-subdoc} 3.2, 3.4 and 3.5.
 *
 * <pre>
 *   look-up     for each: status (u16) | length (u32) | bytes
 *   mutation    for each that has come to something: index (u8) | status (u16) | length (u32) | bytes
 *   failure     of the first that failed: index (u8) | status (u16)
 * </pre>
 *
 * <p>What was found is not copied together where it is large: heads and fragments leave one after the other, the fragments
 * from the document that they are in.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
final class SubdocFrames {

    private static final int LOOKED_UP_HEAD_BYTES = 6;
    private static final int MUTATED_HEAD_BYTES = 7;
    private static final int FAILURE_BYTES = 3;

    private final Outbound outbound;
    private final BinaryReply reply;

    SubdocFrames(Session session, BinaryReply reply) {
        this.outbound = session.outbound();
        this.reply = reply;
    }

    void lookedUp(CommandCookie cookie, SubdocResults results) {
        int length = results.length(0);
        boolean large = outbound.large(length);
        int datatype = results.isJson(0) ? Datatype.JSON & reply.datatypes() : Datatype.RAW;
        reply.header(cookie, success(results), 0, 0, datatype, length, results.cas(), 0);
        if (large) {
            outbound.cursor(
                    results.array(0),
                    results.offset(0),
                    length,
                    cookie.request().takeHeldForDocument());
        } else {
            outbound.append(results.array(0), results.offset(0), length);
        }
    }

    void lookedUpEach(CommandCookie cookie, SubdocResults results) {
        WireStatus status = success(results);
        if (results.firstFailure() >= 0) {
            status = results.deleted()
                    ? WireStatus.SUBDOC_MULTI_PATH_FAILURE_DELETED
                    : WireStatus.SUBDOC_MULTI_PATH_FAILURE;
        }
        long length = 0;
        for (int i = 0; i < results.count(); i++) {
            length += LOOKED_UP_HEAD_BYTES + results.length(i);
        }
        boolean large = outbound.large((int) Math.min(length, Integer.MAX_VALUE));
        reply.header(cookie, status, 0, 0, Datatype.RAW, Math.toIntExact(length), results.cas(), 0);
        if (large) {
            outbound.cursor(new Records(results), cookie.request().takeHeldForDocument());
            return;
        }
        for (int i = 0; i < results.count(); i++) {
            ByteBuf out = outbound.reserve(LOOKED_UP_HEAD_BYTES);
            out.writeShort(code(results.failure(i)));
            out.writeInt(results.length(i));
            outbound.append(results.array(i), results.offset(i), results.length(i));
        }
    }

    void mutatedAt(CommandCookie cookie, SubdocResults results, MutationResult mutation) {
        int token = reply.tokenBytes();
        int length = results.length(0);
        int datatype = results.isJson(0) ? Datatype.JSON & reply.datatypes() : Datatype.RAW;
        ByteBuf out =
                reply.header(cookie, success(results), 0, token, datatype, length, mutation.cas(), token + length);
        BinaryReply.token(out, token, mutation);
        out.writeBytes(results.array(0), results.offset(0), length);
    }

    void mutatedAtEach(CommandCookie cookie, SubdocResults results, MutationResult mutation) {
        int failed = results.firstFailure();
        if (failed >= 0) {
            ByteBuf out = reply.header(
                    cookie, WireStatus.SUBDOC_MULTI_PATH_FAILURE, 0, 0, Datatype.RAW, FAILURE_BYTES, 0, FAILURE_BYTES);
            out.writeByte(failed);
            out.writeShort(code(results.failure(failed)));
            return;
        }
        int length = 0;
        for (int i = 0; i < results.count(); i++) {
            length += results.length(i) == 0 ? 0 : MUTATED_HEAD_BYTES + results.length(i);
        }
        int token = reply.tokenBytes();
        ByteBuf out =
                reply.header(cookie, success(results), 0, token, Datatype.RAW, length, mutation.cas(), token + length);
        BinaryReply.token(out, token, mutation);
        for (int i = 0; i < results.count(); i++) {
            if (results.length(i) > 0) {
                out.writeByte(i);
                out.writeShort(WireStatus.SUCCESS.code());
                out.writeInt(results.length(i));
                out.writeBytes(results.array(i), results.offset(i), results.length(i));
            }
        }
    }

    private static WireStatus success(SubdocResults results) {
        return results.deleted() ? WireStatus.SUBDOC_SUCCESS_DELETED : WireStatus.SUCCESS;
    }

    private static int code(@Nullable Refusal failure) {
        return (failure == null ? WireStatus.SUCCESS : StatusMapping.toWire(failure)).code();
    }

    /** The records of a look-up as slices: heads from one array, fragments from where they are. Empty fragments are left out. */
    private static final class Records implements Slices {

        private final SubdocResults results;
        private final byte[] heads;
        /** Of each slice: the step whose head or, as a complement, whose fragment it is. */
        private final int[] steps;

        private final int count;

        Records(SubdocResults results) {
            this.results = results;
            heads = new byte[LOOKED_UP_HEAD_BYTES * results.count()];
            steps = new int[2 * results.count()];
            int slices = 0;
            for (int i = 0; i < results.count(); i++) {
                int at = LOOKED_UP_HEAD_BYTES * i;
                int code = code(results.failure(i));
                int length = results.length(i);
                heads[at] = (byte) (code >>> 8);
                heads[at + 1] = (byte) code;
                heads[at + 2] = (byte) (length >>> 24);
                heads[at + 3] = (byte) (length >>> 16);
                heads[at + 4] = (byte) (length >>> 8);
                heads[at + 5] = (byte) length;
                steps[slices++] = i;
                if (length > 0) {
                    steps[slices++] = ~i;
                }
            }
            count = slices;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public byte[] array(int index) {
            return steps[index] < 0 ? results.array(~steps[index]) : heads;
        }

        @Override
        public int offset(int index) {
            return steps[index] < 0 ? results.offset(~steps[index]) : LOOKED_UP_HEAD_BYTES * steps[index];
        }

        @Override
        public int length(int index) {
            return steps[index] < 0 ? results.length(~steps[index]) : LOOKED_UP_HEAD_BYTES;
        }
    }
}
