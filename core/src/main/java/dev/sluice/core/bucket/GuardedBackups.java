package dev.sluice.core.bucket;

import dev.sluice.engine.Backups;
import dev.sluice.engine.EngineException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** See {@link CallGuard}. An engine that throws anything but what it may has not made a copy either. */
final class GuardedBackups implements Backups {

    private final Backups backups;
    private final CallGuard guard;

    GuardedBackups(Backups backups, CallGuard guard) {
        this.backups = backups;
        this.guard = guard;
    }

    @Override
    public void copyTo(Path target, BooleanSupplier cancelled) throws EngineException {
        ClassLoader before = guard.enter();
        try {
            backups.copyTo(target, cancelled);
        } catch (EngineException e) {
            throw e;
        } catch (Throwable e) {
            guard.background(e);
            throw new EngineException("the engine has failed: " + e, e);
        } finally {
            guard.leave(before);
        }
    }
}
