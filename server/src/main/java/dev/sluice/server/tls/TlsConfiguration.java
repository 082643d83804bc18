package dev.sluice.server.tls;

/**
 * TLS at one listener, checked.
 *
 * @param settings what the configuration says
 * @param material what its files held when it was read
 */
public record TlsConfiguration(TlsSettings settings, TlsMaterial material) {}
