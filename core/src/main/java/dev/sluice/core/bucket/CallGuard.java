package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * What must happen around every call into an engine, whatever the call is.
 *
 * <p>Before: a plugin's class loader becomes the thread's, as libraries in the plugin expect. After: what the call answered
 * is brought into line with whether it has taken a handle, an exception becomes the status that costs the least, and the
 * attachment of an answered call is dropped. So behind the guard {@code WOULD_BLOCK} always means that somebody holds the
 * one handle that counts.
 */
final class CallGuard {

    private final EngineFaults faults;
    private final ClassLoader loader;
    private final boolean foreign;

    CallGuard(EngineFaults faults, ClassLoader loader) {
        this.faults = faults;
        this.loader = loader;
        this.foreign = loader != CallGuard.class.getClassLoader();
    }

    /** Begins a call; answers what {@link #leave} wants back. */
    @Nullable
    ClassLoader enter() {
        if (!foreign) {
            return null;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        return before;
    }

    void leave(@Nullable ClassLoader before) {
        if (foreign) {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** What a call that did not throw has really answered. */
    Status settle(Cookie cookie, @Nullable Status status, boolean mutation) {
        EngineCall call = (EngineCall) cookie;
        if (status == Status.WOULD_BLOCK && call.blockTaken()) {
            call.blockedOn(mutation);
            return status;
        }
        if (call.blockTaken()) {
            call.revoke();
            faults.report(EngineFault.ANSWERED_AFTER_BLOCK, null);
        }
        call.attach(null);
        if (status == null) {
            faults.report(EngineFault.NULL_STATUS, null);
            return unknown(mutation);
        }
        if (status == Status.WOULD_BLOCK) {
            faults.report(EngineFault.BLOCKED_WITHOUT_HANDLE, null);
            return unknown(mutation);
        }
        return status;
    }

    /** What a call that threw has answered. */
    Status thrown(Cookie cookie, Throwable cause, boolean mutation) {
        faults.report(EngineFault.EXCEPTION, cause);
        EngineCall call = (EngineCall) cookie;
        if (call.blockTaken()) {
            call.revoke();
        }
        call.attach(null);
        return unknown(mutation);
    }

    /** A fault in a call without a cookie. */
    void background(Throwable cause) {
        faults.report(EngineFault.BACKGROUND_EXCEPTION, cause);
    }

    /** Nobody knows what became of the call: a read may be tried again, a mutation must not be. */
    private static Status unknown(boolean mutation) {
        return mutation ? Status.UNDECIDED : Status.TEMPORARY_FAILURE;
    }
}
