package dev.sluice.server.config;

import java.util.List;

/**
 * Where the management interface listens.
 *
 * @param listeners empty where there is none
 * @param configured whether the configuration says so. What it does not ask for need not work: an address that is taken
 *     is replaced
 */
public record ManagementConfiguration(List<ListenerConfiguration> listeners, boolean configured) {

    public ManagementConfiguration {
        listeners = List.copyOf(listeners);
    }
}
