package dev.sluice.core.transport;

import io.netty.buffer.ByteBuf;

/**
 * The socket of one connection, as {@code Connection} needs it: the server puts a Netty channel behind it, tests put
 * arrays.
 *
 * <p><b>Thread.</b> Every method is called on the loop that owns the connection, and every call back into the connection
 * is made there. No method calls back into the connection before it has returned, {@link #flush} included.
 */
public interface Transport {

    /** An empty direct buffer of at least this capacity, in bytes; the caller releases it or hands it to {@link #write}. */
    ByteBuf allocate(int capacityBytes);

    /** Queues bytes for the socket and takes the buffer over, whatever happens. Nothing leaves before {@link #flush}. */
    void write(ByteBuf buffer);

    /** Gives what is queued to the socket, as much as it takes now; the rest leaves when the socket has room. */
    void flush();

    /** How many bytes are queued and have not left. */
    long pendingBytes();

    /**
     * False from the moment that {@link #pendingBytes()} reaches the high watermark until it has fallen below the low one;
     * {@code Connection.writable()} is called when it turns true again.
     */
    boolean writable();

    /**
     * Has {@code Connection.drained()} called once, when all that is queued now has left. One request may be open at a
     * time.
     */
    void notifyWhenDrained();

    /** Whether the socket is to be read. Bytes that were read already may still arrive after this was set to false. */
    void reading(boolean enabled);

    /** Closes the socket once what is queued has left; {@code Connection.closed()} follows. Idempotent. */
    void closeAfterFlush();

    /** Closes the socket at once; {@code Connection.closed()} follows, never within this call. Idempotent. */
    void closeNow();

    /** The peer's address for logs and statistics, {@code ip:port}. */
    String remoteAddress();

    /** The address that the peer connected to, {@code ip:port}. */
    String localAddress();

    /** Whether the connection is encrypted. */
    boolean encrypted();
}
