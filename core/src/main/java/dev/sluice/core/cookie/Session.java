package dev.sluice.core.cookie;

import dev.sluice.core.auth.Login;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.ConfigOnlyBucket;
import dev.sluice.core.transport.Loop;
import dev.sluice.core.transport.Outbound;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/** A client's connection, as commands and codecs see it. On the connection's loop, all of it. */
public interface Session {

    /** The loop on which everything about the connection happens. */
    Loop loop();

    /** Identifies the connection in logs; unique in the process. */
    long connectionId();

    NodeServices node();

    /** Where answers go. */
    Outbound outbound();

    /** The bucket that commands work on from now, or null for none. */
    @Nullable
    Bucket bucket();

    /**
     * Selects a bucket, or none for null.
     *
     * @return false when the bucket is on its way out: the selection is what it was
     */
    boolean select(@Nullable Bucket bucket);

    /** What is selected where it is no more than a cluster map; null otherwise. Then there is no {@link #bucket()}. */
    @Nullable
    ConfigOnlyBucket configOnly();

    /**
     * Selects a bucket of which there is the cluster map alone.
     *
     * @return false when there is no such thing any more: the selection is what it was
     */
    boolean selectConfigOnly(ConfigOnlyBucket bucket);

    boolean authenticated();

    /** Who the client is, and what it may do. */
    Login login();

    /** The client's address, for the log. */
    String peer();

    /** Closes the connection once what was answered so far has left; nothing further is executed. */
    void closeAfterReplies(String reason);

    /** Closes the connection without an answer to what is under way. */
    void closeNow(String reason);

    /** Goes on with a command that was blocked; the cookie is {@linkplain CommandCookie#running() running} again. */
    void resume(CommandCookie cookie);

    /**
     * Blocks a command until the outbound buffer takes more: to be returned by an executor that streams, after it has sent
     * something. The command then runs again from its step. Answers {@code WOULD_BLOCK}.
     */
    Status awaitOutbound(CommandCookie cookie);
}
