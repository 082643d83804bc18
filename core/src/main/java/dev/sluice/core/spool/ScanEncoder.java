package dev.sluice.core.spool;

import dev.sluice.engine.DocumentView;

/** Turns one document of a scan into the bytes of a protocol. Stateless; runs on the producer's thread. */
@FunctionalInterface
public interface ScanEncoder {

    /** Appends one record; its end is not marked. */
    void append(SpoolBuffer out, DocumentView document);
}
