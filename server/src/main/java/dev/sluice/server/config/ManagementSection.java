package dev.sluice.server.config;

import dev.sluice.core.engine.Problem;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The {@code mgmt} value of the file: an object like a listener's, an array of such, or false. */
final class ManagementSection {

    private static final int PORT = 8091;
    private static final int TLS_PORT = 18_091;

    private ManagementSection() {}

    /**
     * What the file says.
     *
     * @param others the listeners of the binary protocol
     */
    static ManagementConfiguration parse(
            String path,
            @Nullable Object raw,
            List<ListenerConfiguration> others,
            Path home,
            boolean users,
            Consumer<Problem> problems) {
        List<ListenerConfiguration> listeners = new ArrayList<>();
        if (raw instanceof List<?> elements && !elements.isEmpty()) {
            for (int i = 0; i < elements.size(); i++) {
                add(Problem.element(path, i), elements.get(i), home, users, listeners, problems);
            }
        } else if (raw instanceof Map) {
            add(path, raw, home, users, listeners, problems);
        } else if (!Boolean.FALSE.equals(raw)) {
            String found = raw instanceof List ? "an empty array" : Problem.describe(raw);
            problems.accept(new Problem(
                    path, found, "an object such as {\"address\": \"127.0.0.1:8091\"}, an array, or false"));
        }
        for (ListenerConfiguration listener : listeners) {
            boolean taken = listener.address().getPort() != 0
                    && others.stream().anyMatch(other -> other.address().equals(listener.address()));
            if (taken) {
                problems.accept(new Problem(
                        path,
                        listener.addressText() + ", which is a listener's",
                        "an address that nothing else listens on"));
            }
        }
        return new ManagementConfiguration(listeners, true);
    }

    private static void add(
            String path,
            @Nullable Object raw,
            Path home,
            boolean users,
            List<ListenerConfiguration> listeners,
            Consumer<Problem> problems) {
        ListenerConfiguration listener =
                ListenerConfiguration.parse(path, SourceTree.asObject(path, raw, problems), home, users, problems);
        if (listener == null) {
            return;
        }
        if (listeners.stream().anyMatch(other -> (other.tls() == null) == (listener.tls() == null))) {
            // Cluster maps have one port for each of the two.
            problems.accept(new Problem(path, "a second management listener of its kind", "one with TLS, one without"));
        }
        listeners.add(listener);
    }

    /**
     * What there is where the file says nothing: beside the first listener without TLS one on port 8091, beside the first
     * with TLS one on 18091. Who has taken any free port for the listener gets any free port.
     */
    static ManagementConfiguration beside(List<ListenerConfiguration> listeners) {
        List<ListenerConfiguration> chosen = new ArrayList<>();
        listeners.stream()
                .filter(listener -> listener.tls() == null)
                .findFirst()
                .ifPresent(listener -> chosen.add(beside(listener, PORT)));
        listeners.stream()
                .filter(listener -> listener.tls() != null)
                .findFirst()
                .ifPresent(listener -> chosen.add(beside(listener, TLS_PORT)));
        return new ManagementConfiguration(chosen, false);
    }

    private static ListenerConfiguration beside(ListenerConfiguration listener, int port) {
        InetSocketAddress address = listener.address();
        return listener.at(new InetSocketAddress(address.getAddress(), address.getPort() == 0 ? 0 : port));
    }
}
