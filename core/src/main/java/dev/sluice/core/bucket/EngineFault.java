package dev.sluice.core.bucket;

/** Where an engine broke its contract, or lost a race that nobody can avoid. Counted for each bucket, shown in STAT. */
public enum EngineFault {
    /** A call threw. The command was answered with a temporary failure, or was undecided. */
    EXCEPTION(true),
    /** A call answered WOULD_BLOCK without having taken a handle: nobody could ever have woken the command. */
    BLOCKED_WITHOUT_HANDLE(true),
    /** A call took a handle and then answered otherwise. */
    ANSWERED_AFTER_BLOCK(true),
    /** A call answered null. */
    NULL_STATUS(true),
    /** A call answered with a status that its contract does not name; it was taken for a failure. */
    UNEXPECTED_STATUS(true),
    /** A handle was notified a second time. */
    NOTIFIED_TWICE(true),
    /** A handle was notified although its call had answered otherwise. */
    NOTIFIED_VOID(true),
    /** A handle was notified with WOULD_BLOCK. */
    NOTIFIED_WOULD_BLOCK(true),
    /** A handle was notified after its command had ended: the connection closed first. Legal. */
    NOTIFIED_LATE(false),
    /** Something else threw that belongs to the engine: a task, a statistics iterator, a scan. */
    BACKGROUND_EXCEPTION(true);

    private final boolean isFault;

    EngineFault(boolean isFault) {
        this.isFault = isFault;
    }

    /** Whether the engine is to blame, and the log says so once. */
    boolean isFault() {
        return isFault;
    }

    /** How the counter is called in STAT. */
    public String statName() {
        return "engine_fault_" + name().toLowerCase(java.util.Locale.ROOT);
    }
}
