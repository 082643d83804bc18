package dev.sluice.server.config;

import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import dev.sluice.server.tls.TlsConfiguration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on.
 *
 * @param address resolved; port 0 for a free one
 * @param open whether no login is asked for, because the configuration says so or has no users
 * @param tls how connections are encrypted; null where they are not
 */
public record ListenerConfiguration(
        InetSocketAddress address, boolean open, @Nullable TlsConfiguration tls) {

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

    /** The same at any free port. */
    public ListenerConfiguration atAnyPort() {
        return at(new InetSocketAddress(address.getAddress(), 0));
    }

    /** The same at another address. */
    ListenerConfiguration at(InetSocketAddress other) {
        return new ListenerConfiguration(other, open, tls);
    }

    /**
     * Null where something is wrong, which {@code problems} then knows.
     *
     * @param home where relative paths begin
     * @param users whether there is anybody who can log in
     */
    static @Nullable ListenerConfiguration parse(
            String path, Map<String, @Nullable Object> object, Path home, boolean users, Consumer<Problem> problems) {
        Map<String, @Nullable Object> scalars = new LinkedHashMap<>();
        object.forEach((name, value) -> {
            if (!Keys.LISTENER_KEYS.contains(name)) {
                problems.accept(Settings.unknownKey(path, name, Keys.LISTENER_KEYS));
            } else if (!name.equals(Keys.TLS)) {
                scalars.put(name, value);
            }
        });
        Settings settings = Settings.check(path, Keys.LISTENER, scalars, problems);
        TlsConfiguration tls = null;
        boolean wrong = false;
        if (object.containsKey(Keys.TLS)) {
            String member = Problem.member(path, Keys.TLS);
            tls = TlsSection.parse(member, SourceTree.asObject(member, object.get(Keys.TLS), problems), home, problems);
            wrong = tls == null;
        }
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
        String authentication = settings.text(Keys.AUTHENTICATION);
        if (Keys.AUTHENTICATION_REQUIRED.equals(authentication) && !users) {
            problems.accept(new Problem(
                    Problem.member(path, Keys.AUTHENTICATION),
                    Problem.describe(authentication) + ", and nobody who could log in",
                    "\"users\" in the file"));
            return null;
        }
        if (authentication == null && !users && !address.isLoopbackAddress()) {
            problems.accept(new Problem(
                    member,
                    Problem.describe(text) + ", which others can reach",
                    "a loopback address, or \"users\" in the file, or \"authentication\": \"none\" beside it to let"
                            + " everybody in"));
            return null;
        }
        boolean open = authentication == null ? !users : authentication.equals(Keys.AUTHENTICATION_NONE);
        InetSocketAddress where = new InetSocketAddress(address, Integer.parseInt(matcher.group(3)));
        return wrong ? null : new ListenerConfiguration(where, open, tls);
    }
}
