package dev.sluice.core.bucket;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import org.jspecify.annotations.Nullable;

/** See {@link CallGuard}. What only looks answers "is not there" where the engine throws. */
final class GuardedCollections implements Collections {

    private final Collections collections;
    private final CallGuard guard;

    GuardedCollections(Collections collections, CallGuard guard) {
        this.collections = collections;
        this.guard = guard;
    }

    /**
     * {@inheritDoc}
     *
     * @throws EngineFailedException where the engine has thrown: the caller has to know that the fence may not stand
     */
    @Override
    public void collections(CollectionSet existing) {
        ClassLoader before = guard.enter();
        try {
            collections.collections(existing);
        } catch (Throwable e) {
            guard.background(e);
            throw new EngineFailedException(e);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public @Nullable Figures figures(int vbucket, int collection) {
        ClassLoader before = guard.enter();
        try {
            return collections.figures(vbucket, collection);
        } catch (Throwable e) {
            guard.background(e);
            return null;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public long highSeqno(int vbucket, int collection) {
        ClassLoader before = guard.enter();
        try {
            return collections.highSeqno(vbucket, collection);
        } catch (Throwable e) {
            guard.background(e);
            return -1;
        } finally {
            guard.leave(before);
        }
    }
}
