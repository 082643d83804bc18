package dev.sluice.core.spool;

/**
 * Work of a command that must hear when the command ends before the work does: streams close what they read from. What
 * an executor has left in {@code CommandCookie.progress()} when the command ends is abandoned.
 */
public interface Abandonable {

    /** The command is over. On the loop; must not wait. */
    void abandon();

    /** Bytes of the connection have left while the command was waiting. On the loop, now and then. */
    default void bytesLeft() {}
}
