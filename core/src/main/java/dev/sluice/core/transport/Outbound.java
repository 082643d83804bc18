package dev.sluice.core.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has to say and has not handed to its socket yet.
 *
 * <p>Small answers gather in one chunk of direct memory: an answer's head is one contiguous reservation in it, its value
 * follows and goes on in further chunks where one ends, and a chunk leaves with one flush for each readable event. So what
 * a socket does not take lies in full chunks, whatever sizes the answers have: a connection's memory is the bytes that it
 * has to say, rounded up to one chunk. A large value is not copied there. It waits as a cursor over the array that the
 * engine showed, and the loop copies a piece of bounded size only when the socket has taken the piece before. So a client
 * that asks for 20 MiB and does not read costs one piece, and the array is the document itself, which costs nothing.
 *
 * <p>While a cursor is open nothing else can be said: the bytes of two answers must not mix. {@link #open()} tells.
 *
 * <p><b>Thread.</b> The connection's loop. <b>Ownership.</b> The chunk is ours until {@link #flush()}, the transport's
 * after.
 */
public final class Outbound {

    /**
     * Some hundred small answers. A connection that has nothing to say holds no chunk at all. A power of two, which is a size
     * that allocators have without rounding it up.
     */
    static final int CHUNK_BYTES = 16 << 10;

    /** After so many pieces the loop turns to others first, even if the socket would take more. */
    private static final int PIECES_PER_TURN = 16;

    private final Transport transport;
    private final int copyBytesMax;

    private @Nullable ByteBuf chunk;
    private byte @Nullable [] body;
    private int bodyPosition;
    private int bodyEnd;
    private @Nullable Runnable bodyGone;
    /** What follows the slice that is under way, in the same value. */
    private Slices following = Slices.NONE;

    private int followingIndex;
    private boolean drainAwaited;
    /** Written to the transport in this turn, and not flushed yet. */
    private long unflushedBytes;

    private long acceptedBytes;

    public Outbound(Transport transport, int copyBytesMax) {
        this.transport = transport;
        this.copyBytesMax = copyBytesMax;
    }

    /** Whether a further answer may be given: no large value is under way, and the socket keeps up. */
    public boolean open() {
        return body == null && transport.writable();
    }

    /**
     * A place for exactly so many bytes, contiguous, to be written at the buffer's writer index before anything else is
     * called here.
     */
    public ByteBuf reserve(int bytes) {
        assert body == null : "an answer inside another one's value";
        ByteBuf current = chunk;
        if (current != null && current.writableBytes() < bytes) {
            handOver(current);
            chunk = null;
            current = null;
        }
        if (current == null) {
            current = transport.allocate(Math.max(CHUNK_BYTES, bytes));
            chunk = current;
        }
        acceptedBytes += bytes;
        return current;
    }

    /**
     * Copies the value of the answer whose head was reserved last. It fills chunks to their ends and need not be contiguous.
     */
    public void append(byte[] array, int offset, int length) {
        assert body == null : "an answer inside another one's value";
        int position = offset;
        int end = offset + length;
        while (position < end) {
            ByteBuf current = chunk;
            if (current == null || !current.isWritable()) {
                if (current != null) {
                    handOver(current);
                    chunk = null;
                }
                current = transport.allocate(CHUNK_BYTES);
                chunk = current;
            }
            int fits = Math.min(end - position, current.writableBytes());
            current.writeBytes(array, position, fits);
            position += fits;
        }
        acceptedBytes += length;
    }

    /** Whether a value of this size goes by {@link #cursor} and not by {@link #append}. */
    public boolean large(int bytes) {
        return bytes > copyBytesMax;
    }

    /**
     * Sends a slice of an array after all that was said before, piece by piece. The array must not change until it is
     * gone.
     */
    public void cursor(byte[] array, int offset, int length) {
        cursor(array, offset, length, null);
    }

    /**
     * As {@link #cursor(byte[], int, int)}, for an array that somebody pays for.
     *
     * @param gone runs when the array is referred to no more, once, as its bytes have left or the connection has
     */
    public void cursor(byte[] array, int offset, int length, @Nullable Runnable gone) {
        assert body == null : "a value inside another one's";
        body = array;
        bodyGone = gone;
        bodyPosition = offset;
        bodyEnd = offset + length;
        acceptedBytes += length;
    }

    /**
     * As {@link #cursor(byte[], int, int, Runnable)}, for a value that is put together from slices of several arrays.
     *
     * @param slices in their order; at least one
     */
    public void cursor(Slices slices, @Nullable Runnable gone) {
        cursor(slices.array(0), slices.offset(0), slices.length(0), gone);
        following = slices;
        followingIndex = 1;
        for (int i = 1; i < slices.count(); i++) {
            acceptedBytes += slices.length(i);
        }
    }

    /**
     * Hands everything to the socket that it takes.
     *
     * @return whether all of it was handed over; if not, the rest follows at {@link Transport#notifyWhenDrained}
     */
    public boolean flush() {
        ByteBuf current = chunk;
        if (current != null) {
            if (stuck()) {
                return gather();
            }
            chunk = null;
            transport.write(current);
            flushTransport();
        }
        for (int pieces = 0; body != null; pieces++) {
            if (transport.pendingBytes() > 0 || pieces == PIECES_PER_TURN) {
                return awaitDrain();
            }
            copyPiece(body);
            flushTransport();
        }
        return true;
    }

    /**
     * The socket has not taken what was there before: the chunk stays ours and fills up meanwhile. Handed over as it is,
     * it would take its whole memory for the few bytes that one turn has said, as often as a client asks and does not read.
     */
    private boolean gather() {
        if (unflushedBytes > 0) {
            flushTransport();
        }
        return awaitDrain();
    }

    /** Whether the socket has left something of what it was given before this turn. */
    private boolean stuck() {
        return transport.pendingBytes() > unflushedBytes;
    }

    /** Gives a chunk away that has no room for the next answer. Where it will lie for a while, it takes no more than it holds. */
    private void handOver(ByteBuf used) {
        ByteBuf given = used;
        if (used.writableBytes() > used.readableBytes() / 4 && stuck()) {
            given = transport.allocate(used.readableBytes());
            given.writeBytes(used);
            used.release();
        }
        unflushedBytes += given.readableBytes();
        transport.write(given);
    }

    private boolean awaitDrain() {
        if (!drainAwaited) {
            drainAwaited = true;
            transport.notifyWhenDrained();
        }
        return false;
    }

    private void flushTransport() {
        unflushedBytes = 0;
        transport.flush();
    }

    /** The transport has kept its word of {@link Transport#notifyWhenDrained}. */
    public void drained() {
        drainAwaited = false;
    }

    private void copyPiece(byte[] array) {
        int length = Math.min(copyBytesMax, bodyEnd - bodyPosition);
        ByteBuf piece = transport.allocate(length);
        piece.writeBytes(array, bodyPosition, length);
        bodyPosition += length;
        if (bodyPosition == bodyEnd && followingIndex < following.count()) {
            body = following.array(followingIndex);
            bodyPosition = following.offset(followingIndex);
            bodyEnd = bodyPosition + following.length(followingIndex);
            followingIndex++;
        } else if (bodyPosition == bodyEnd) {
            dropBody();
        }
        transport.write(piece);
    }

    /** Bytes accepted and not left: chunk, rest of a large value, and what the transport has queued. */
    public long pendingBytes() {
        long bytes = transport.pendingBytes();
        if (chunk != null) {
            bytes += chunk.readableBytes();
        }
        if (body != null) {
            bytes += bodyEnd - bodyPosition;
            for (int i = followingIndex; i < following.count(); i++) {
                bytes += following.length(i);
            }
        }
        return bytes;
    }

    /** How many bytes were said since the connection began, gone or not. */
    public long acceptedBytes() {
        return acceptedBytes;
    }

    /** How many bytes have left through the socket since the connection began; behind TLS, about so many. */
    public long sentBytes() {
        return Math.max(0, acceptedBytes - pendingBytes());
    }

    private void dropBody() {
        body = null;
        following = Slices.NONE;
        followingIndex = 0;
        Runnable gone = bodyGone;
        bodyGone = null;
        if (gone != null) {
            gone.run();
        }
    }

    /** The connection is over: drops what has not left. */
    public void release() {
        ByteBuf current = chunk;
        chunk = null;
        dropBody();
        if (current != null) {
            current.release();
        }
    }
}
