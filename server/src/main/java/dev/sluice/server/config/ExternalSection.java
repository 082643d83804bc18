package dev.sluice.server.config;

import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code external} value of the file: how the server is reached from another network. */
final class ExternalSection {

    private static final Pattern HOSTNAME = Pattern.compile("[^\\s\\[\\]/]+");

    private ExternalSection() {}

    /** Null where something is wrong, which {@code problems} then knows. */
    static NodeAddresses.@Nullable Alternate parse(String path, Map<String, ?> object, Consumer<Problem> problems) {
        Settings settings = Settings.check(path, Keys.EXTERNAL_SETTINGS, object, problems);
        String host = settings.text(Keys.HOSTNAME);
        if (host == null) {
            return null;
        }
        if (!HOSTNAME.matcher(host).matches()) {
            problems.accept(new Problem(
                    Problem.member(path, Keys.HOSTNAME),
                    Problem.describe(host),
                    "a host name or an address, IPv6 without brackets, and the ports beside it"));
            return null;
        }
        return new NodeAddresses.Alternate(
                host,
                port(settings, Keys.KV),
                port(settings, Keys.KV_TLS),
                port(settings, Keys.MGMT),
                port(settings, Keys.MGMT_TLS));
    }

    private static int port(Settings settings, String name) {
        return (int) settings.number(name, 0);
    }
}
