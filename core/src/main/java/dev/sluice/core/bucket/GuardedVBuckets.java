package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link CallGuard}. What only looks answers "does not exist" where the engine throws. */
final class GuardedVBuckets implements VBuckets {

    private final VBuckets vbuckets;
    private final CallGuard guard;

    GuardedVBuckets(VBuckets vbuckets, CallGuard guard) {
        this.vbuckets = vbuckets;
        this.guard = guard;
    }

    @Override
    public @Nullable VBucketState state(int vbucket) {
        ClassLoader before = guard.enter();
        try {
            return vbuckets.state(vbucket);
        } catch (Throwable e) {
            guard.background(e);
            return null;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status setState(Cookie cookie, int vbucket, VBucketState state) {
        return guard.call(cookie, Statuses.VBUCKET, () -> vbuckets.setState(cookie, vbucket, state));
    }

    @Override
    public Status delete(Cookie cookie, int vbucket) {
        return guard.call(cookie, Statuses.VBUCKET, () -> vbuckets.delete(cookie, vbucket));
    }

    @Override
    public long highSeqno(int vbucket) {
        ClassLoader before = guard.enter();
        try {
            return vbuckets.highSeqno(vbucket);
        } catch (Throwable e) {
            guard.background(e);
            return -1;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public long highCas(int vbucket) {
        ClassLoader before = guard.enter();
        try {
            return vbuckets.highCas(vbucket);
        } catch (Throwable e) {
            guard.background(e);
            return 0;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public List<FailoverEntry> failoverLog(int vbucket) {
        ClassLoader before = guard.enter();
        try {
            return vbuckets.failoverLog(vbucket);
        } catch (Throwable e) {
            guard.background(e);
            return List.of();
        } finally {
            guard.leave(before);
        }
    }
}
