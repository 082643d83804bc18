package dev.sluice.core.spool;

import dev.sluice.engine.DocumentView;

/** Turns one document of a scan into the bytes of a protocol. Stateless; runs on the producer's thread. */
@FunctionalInterface
public interface ScanEncoder {

    /**
     * Appends one record.
     *
     * @return false, and nothing appended, where the stored bytes are not what their datatype says
     */
    boolean append(SpoolBuffer out, DocumentView document);
}
