package dev.sluice.persistent.store;

/** A place where a store can be made to fail or a process to die. In the order of a commit. */
public enum FailPoint {
    /** A batch is complete, nothing of it is written. */
    BEFORE_WRITE,
    /** A batch is handed to the operating system; a loss of power may still take it back. */
    AFTER_WRITE,
    /** About to wait for the disk. */
    BEFORE_SYNC,
    /** The disk has everything. */
    AFTER_SYNC,
    /** About to change which files the store consists of: its layout file, a manifest, a new log. */
    BEFORE_MANIFEST,
    /** The files have changed. */
    AFTER_MANIFEST
}
