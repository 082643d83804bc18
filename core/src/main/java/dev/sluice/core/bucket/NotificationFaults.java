package dev.sluice.core.bucket;

/** Hears of notifications that were not what the contract says. Called from any thread; must not wait or throw. */
public interface NotificationFaults {

    /** The handle had been notified before: a fault of the engine. */
    void notifiedTwice();

    /** The handle was void, as the call that took it was answered otherwise: a fault of the engine. */
    void notifiedVoid();

    /** The notification carried {@code WOULD_BLOCK}, which answers nothing: a fault of the engine. */
    void notifiedWouldBlock();

    /** The command had ended before, its connection closed or its bucket gone: legal, and counted. */
    void notifiedLate();
}
