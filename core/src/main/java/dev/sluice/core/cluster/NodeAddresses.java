package dev.sluice.core.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where clients find this node: what a cluster map says of it. Known once the listeners are open; a port is 0 where there
 * is no such listener.
 *
 * @param host the node's name for clients, IPv6 addresses without brackets; null where each client is to use the host by
 *     which it got here
 * @param kv the port of the binary protocol
 * @param kvTls likewise behind TLS
 * @param mgmt the port of the management listener, HTTP; clients know a node by it
 * @param mgmtTls likewise behind TLS
 * @param alternates how the node is reached from other networks, by the network's name, of which clients look for {@code
 *     external}
 */
public record NodeAddresses(
        @Nullable String host, int kv, int kvTls, int mgmt, int mgmtTls, Map<String, Alternate> alternates) {

    /** Before any listener is open. */
    public static final NodeAddresses NONE = new NodeAddresses(null, 0, 0, 0, 0, Map.of());

    public NodeAddresses {
        alternates = Map.copyOf(alternates);
    }

    /**
     * How the node is reached from another network.
     *
     * @param host as there; never null
     * @param kv the port of the binary protocol there; 0 for none. Where all four are 0, the ports are those of the node
     * @param kvTls likewise behind TLS
     * @param mgmt the port of the management listener there
     * @param mgmtTls likewise behind TLS
     */
    public record Alternate(String host, int kv, int kvTls, int mgmt, int mgmtTls) {}
}
