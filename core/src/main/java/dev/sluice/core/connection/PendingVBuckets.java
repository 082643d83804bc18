package dev.sluice.core.connection;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketUser;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one connection that wait for vbuckets which are pending.
 *
 * <p><b>The problem.</b> An engine calls a vbucket pending, and another thread makes it active before the command is parked:
 * nobody would ever wake it. Nor can a bucket tell all of its connections of every change; there may be thousands of both.
 *
 * <p><b>The idea.</b> A connection registers with the bucket when one of its commands first hears of a pending vbucket, and
 * asks the engine again: what the engine says after the registration, any later change will be told of. A command stays here
 * until it ends, since its next call of the engine may block as any call may; a change that comes meanwhile is noted, and
 * has the engine asked once more instead of the command parked.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
final class PendingVBuckets {

    private static final class Wait {

        private final CommandCookie cookie;
        /** Null while the command is not parked. */
        private @Nullable BlockedCookie handle;
        /** The vbucket has changed since the command last began to ask the engine. */
        private boolean changed;

        Wait(CommandCookie cookie) {
            this.cookie = cookie;
        }
    }

    private final BucketUser connection;
    private final List<Wait> waits = new ArrayList<>(0);

    PendingVBuckets(BucketUser connection) {
        this.connection = connection;
    }

    /**
     * The engine has called the vbucket of a command pending.
     *
     * @return true where the engine is to be asked again, now; false where the command is to be parked, for which it has
     *     taken its handle
     */
    boolean askAgain(CommandCookie cookie) {
        Wait wait = of(cookie);
        if (wait == null) {
            waits.add(new Wait(cookie));
            cookie.bucket().await(connection);
            return true;
        }
        if (wait.changed) {
            wait.changed = false;
            return true;
        }
        wait.handle = cookie.block();
        return false;
    }

    private @Nullable Wait of(CommandCookie cookie) {
        for (Wait wait : waits) {
            if (wait.cookie == cookie) {
                return wait;
            }
        }
        return null;
    }

    /**
     * A vbucket has another state: everybody goes on. Which one a command waits for is not in its header alone, as a list of
     * keys names many; and to ask the engine in vain is cheap, and rare.
     */
    void changed() {
        for (Wait wait : waits) {
            BlockedCookie handle = wait.handle;
            wait.handle = null;
            wait.changed = handle == null;
            if (handle != null) {
                handle.notifyIoComplete(Status.SUCCESS);
            }
        }
    }

    /** A command is about to end. */
    void ended(CommandCookie cookie) {
        Wait wait = waits.isEmpty() ? null : of(cookie);
        if (wait != null) {
            waits.remove(wait);
            Bucket bucket = cookie.bucketOrNull();
            if (waits.isEmpty() && bucket != null) {
                bucket.awaitNoMore(connection);
            }
        }
    }
}
