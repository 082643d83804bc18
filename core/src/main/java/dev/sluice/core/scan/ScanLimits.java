package dev.sluice.core.scan;

/**
 * When one CONTINUE ends although there is more. Each is looked at after a record, so that every CONTINUE makes progress.
 *
 * @param items records; 0 for no limit
 * @param timeMs milliseconds since the CONTINUE; 0 for no limit
 * @param bytes bytes of records; 0 for no limit
 */
public record ScanLimits(long items, long timeMs, long bytes) {}
