package dev.sluice.server.tls;

/**
 * Bounds of handshakes.
 *
 * @param timeoutNanos a handshake that takes longer is cut
 * @param underWayMax a connection that would be one more is closed at once, without a byte
 */
public record HandshakeLimits(long timeoutNanos, int underWayMax) {}
