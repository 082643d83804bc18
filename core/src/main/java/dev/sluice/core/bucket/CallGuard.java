package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import java.util.function.Supplier;
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
    private final Traffic traffic;
    private final boolean foreign;

    /** For a bucket whose traffic nobody stops. */
    CallGuard(EngineFaults faults, ClassLoader loader) {
        this(faults, loader, new Traffic());
    }

    CallGuard(EngineFaults faults, ClassLoader loader, Traffic traffic) {
        this.faults = faults;
        this.loader = loader;
        this.traffic = traffic;
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

    /**
     * The answer that was notified to the call which is repeated now, or that the engine need not be asked for; null where
     * it is to be called.
     *
     * @param expected what the call may answer
     */
    @Nullable
    Status answered(Cookie cookie, Statuses expected) {
        Status answer = ((EngineCall) cookie).takeAnswer();
        if (answer != null) {
            return checked(answer, expected);
        }
        return traffic.putsOff(expected, cookie.attachment() != null) ? Status.TEMPORARY_FAILURE : null;
    }

    /** What a call that did not throw has really answered. */
    Status settle(Cookie cookie, @Nullable Status status, Statuses expected) {
        EngineCall call = (EngineCall) cookie;
        if (status == Status.WOULD_BLOCK && call.blockTaken()) {
            call.blockedOn(expected.mutation());
            return status;
        }
        if (call.blockTaken()) {
            call.revoke();
            faults.report(EngineFault.ANSWERED_AFTER_BLOCK, null);
        }
        if (status == null) {
            faults.report(EngineFault.NULL_STATUS, null);
            call.closeAttachment();
            return expected.unknown();
        }
        if (status == Status.WOULD_BLOCK) {
            faults.report(EngineFault.BLOCKED_WITHOUT_HANDLE, null);
            call.closeAttachment();
            return expected.unknown();
        }
        call.attach(null);
        if (status == Status.SUCCESS) {
            call.forgetErrorContext();
        }
        return checked(status, expected);
    }

    private Status checked(Status status, Statuses expected) {
        if (expected.contains(status)) {
            return traffic.seen(status, expected);
        }
        faults.report(EngineFault.UNEXPECTED_STATUS, null);
        return expected.unknown();
    }

    /** What a call that threw has answered. */
    Status thrown(Cookie cookie, Throwable cause, Statuses expected) {
        faults.report(EngineFault.EXCEPTION, cause);
        EngineCall call = (EngineCall) cookie;
        if (call.blockTaken()) {
            call.revoke();
        }
        call.closeAttachment();
        return expected.unknown();
    }

    /**
     * All of it around one call, for those that are rare: the guards of what runs for each request spell it out, as the
     * call here is an object.
     *
     * @param expected what the call may answer
     */
    Status call(Cookie cookie, Statuses expected, Supplier<@Nullable Status> call) {
        Status answered = answered(cookie, expected);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = enter();
        try {
            return settle(cookie, call.get(), expected);
        } catch (Throwable e) {
            return thrown(cookie, e, expected);
        } finally {
            leave(before);
        }
    }

    /** A fault in a call without a cookie. */
    void background(Throwable cause) {
        faults.report(EngineFault.BACKGROUND_EXCEPTION, cause);
    }
}
