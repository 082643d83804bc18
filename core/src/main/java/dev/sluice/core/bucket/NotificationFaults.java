package dev.sluice.core.bucket;

/**
 * Hears of notifications that were not what the contract says, and runs what engines leave with commands. Called from any
 * thread; does not throw, and but for the engine's code does not wait.
 */
public interface NotificationFaults {

    /** The handle had been notified before: a fault of the engine. */
    void notifiedTwice();

    /** The handle was void, as the call that took it was answered otherwise: a fault of the engine. */
    void notifiedVoid();

    /** The notification carried {@code WOULD_BLOCK}, which answers nothing: a fault of the engine. */
    void notifiedWouldBlock();

    /** The command had ended before, its connection closed or its bucket gone: legal, and counted. */
    void notifiedLate();

    /**
     * Runs code of the engine whose outcome nobody waits for, as a cancel action, with the engine's class loader. What it
     * throws is a fault of the engine, and goes no further: whoever ends a command has a connection to end behind it.
     */
    void run(EngineCode code);

    /** Something that an engine has left to be run. */
    @FunctionalInterface
    interface EngineCode {
        void run() throws Exception;
    }
}
