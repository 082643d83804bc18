package dev.sluice.server.config;

import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on.
 *
 * @param address resolved; port 0 for a free one
 * @param authenticated whether connections count as logged in from the start, which loopback is and an address that the
 *     configuration opens with {@code "authentication": "none"}
 */
public record ListenerConfiguration(InetSocketAddress address, boolean authenticated) {

    private static final String EXPECTED =
            "host:port or [IPv6 address]:port, with a port from 0 to 65535, such as \"127.0.0.1:11210\"";
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+(?:%\\w+)?)]|([^\\[\\]:\\s]+)):(\\d{1,5})");
    private static final int PORT_MAX = 65_535;

    /** The address as the configuration writes it, numeric. */
    public String addressText() {
        return text(address);
    }

    /** {@code ip:port} or {@code [ip]:port}. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** Null where something is wrong, which {@code problems} then knows. */
    static @Nullable ListenerConfiguration parse(String path, Map<String, ?> object, Consumer<Problem> problems) {
        Settings settings = Settings.check(path, Keys.LISTENER, object, problems);
        String text = settings.text(Keys.ADDRESS);
        if (text == null) {
            return null;
        }
        String member = Problem.member(path, Keys.ADDRESS);
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > PORT_MAX) {
            problems.accept(new Problem(member, Problem.describe(text), EXPECTED));
            return null;
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            problems.accept(new Problem(member, "a host that nobody knows: " + host, EXPECTED));
            return null;
        }
        boolean open = Keys.AUTHENTICATION_NONE.equals(settings.text(Keys.AUTHENTICATION));
        if (!open && !address.isLoopbackAddress()) {
            problems.accept(new Problem(
                    member,
                    Problem.describe(text) + ", which others can reach",
                    "a loopback address, or \"authentication\": \"none\" beside it to let everybody in"));
            return null;
        }
        return new ListenerConfiguration(new InetSocketAddress(address, Integer.parseInt(matcher.group(3))), true);
    }
}
