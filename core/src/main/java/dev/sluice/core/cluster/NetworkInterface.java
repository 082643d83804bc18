package dev.sluice.core.cluster;

/**
 * An address on which the server listens, as IFCONFIG shows it. Protocol: {@code protocol-kv} 15, Ifconfig.
 *
 * @param family {@code inet} or {@code inet6}
 * @param host the address, numeric
 * @param port the real one
 * @param system whether connections count apart from users'; never, here
 * @param tag what the configuration calls it; nothing, here
 * @param tls whether connections are encrypted
 * @param type {@code mcbp} for the binary protocol, {@code mgmt} for the management interface
 * @param uuid its name for as long as it is open
 */
public record NetworkInterface(
        String family, String host, int port, boolean system, String tag, boolean tls, String type, String uuid) {

    public static final String MCBP = "mcbp";
    public static final String MGMT = "mgmt";
}
