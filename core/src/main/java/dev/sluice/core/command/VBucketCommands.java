package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Commands about vbuckets and the traffic to them. An engine that knows no states has every vbucket active. Protocol: {@code
 * protocol-kv} 9.
 */
public final class VBucketCommands {

    public static final Command GET_VBUCKET = VBucketCommands::get;

    /** {@link Request#detail()} is a {@link VBucketChange}. */
    public static final Command SET_VBUCKET = VBucketCommands::set;

    /** Answers when the vbucket is gone, whether or not the client asks for that. */
    public static final Command DEL_VBUCKET = VBucketCommands::delete;

    public static final Command ENABLE_TRAFFIC = cookie -> traffic(cookie, true);
    public static final Command DISABLE_TRAFFIC = cookie -> traffic(cookie, false);

    private VBucketCommands() {}

    private static Status get(CommandCookie cookie) {
        VBucketState state = state(cookie.bucket(), cookie.request().vbucket());
        if (state == null) {
            return Status.NOT_MY_VBUCKET;
        }
        cookie.reply().bytes(cookie, new byte[] {0, 0, 0, (byte) (state.ordinal() + 1)});
        return Status.SUCCESS;
    }

    private static @Nullable VBucketState state(Bucket bucket, int vbucket) {
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        if (vbuckets != null) {
            return vbuckets.state(vbucket);
        }
        return vbucket < bucket.spec().configuration().vbucketCount() ? VBucketState.ACTIVE : null;
    }

    private static Status set(CommandCookie cookie) {
        Request request = cookie.request();
        Bucket bucket = cookie.bucket();
        VBucketChange change = (VBucketChange) Objects.requireNonNull(request.detail(), "detail");
        if (request.vbucket() >= bucket.spec().configuration().vbucketCount()) {
            return Status.OUT_OF_RANGE;
        }
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        if (vbuckets == null) {
            return Status.NOT_SUPPORTED;
        }
        Status status = vbuckets.setState(cookie, request.vbucket(), change.state());
        if (status == Status.SUCCESS) {
            bucket.topology().place(request.vbucket(), change.chains());
            cookie.reply().done(cookie);
        }
        return status;
    }

    private static Status delete(CommandCookie cookie) {
        Request request = cookie.request();
        Bucket bucket = cookie.bucket();
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        if (vbuckets == null) {
            return Status.NOT_SUPPORTED;
        }
        Status status = vbuckets.delete(cookie, request.vbucket());
        if (status == Status.SUCCESS) {
            bucket.topology().place(request.vbucket(), null);
            cookie.reply().done(cookie);
        }
        return status;
    }

    private static Status traffic(CommandCookie cookie, boolean enabled) {
        cookie.bucket().traffic(enabled);
        String text = enabled ? "Traffic is on" : "Traffic is off";
        cookie.reply().bytes(cookie, text.getBytes(StandardCharsets.US_ASCII));
        return Status.SUCCESS;
    }
}
