package dev.sluice.testkit;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Engine;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A good engine, for tests to break one method of. */
abstract class BrokenEngine implements Engine {
    final Engine good;

    BrokenEngine(Engine good) {
        this.good = good;
    }

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        return good.get(cookie, vbucket, key, filter, out);
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        return good.store(cookie, vbucket, key, request, out);
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        return good.remove(cookie, vbucket, key, request, out);
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        return good.getAndTouch(cookie, vbucket, key, expirySeconds, out);
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        return good.lock(cookie, vbucket, key, lockSeconds, out);
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        return good.unlock(cookie, vbucket, key, cas);
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        return good.statistics(group, argument);
    }

    @Override
    public void resetStatistics() {
        good.resetStatistics();
    }

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        return good.capability(type);
    }

    @Override
    public void close(boolean force) {
        good.close(force);
    }
}
