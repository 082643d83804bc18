package dev.sluice.server.mgmt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A user's name and password, as a header brings them. Protocol: RFC 7617. */
final class BasicCredentials {

    private static final String SCHEME = "Basic ";

    private final String user;
    private final byte[] password;

    private BasicCredentials(String user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /** What the header says; null where it is another scheme's or nothing that can be read. */
    static @Nullable BasicCredentials parse(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] pair;
        try {
            pair = Base64.getDecoder().decode(header.substring(SCHEME.length()).trim());
        } catch (IllegalArgumentException e) {
            return null;
        }
        int colon = 0;
        while (colon < pair.length && pair[colon] != ':') {
            colon++;
        }
        if (colon == pair.length) {
            return null;
        }
        String user = new String(pair, 0, colon, StandardCharsets.UTF_8);
        byte[] password = Arrays.copyOfRange(pair, colon + 1, pair.length);
        Arrays.fill(pair, (byte) 0);
        return new BasicCredentials(user, password);
    }

    String user() {
        return user;
    }

    /** In UTF-8. Lent until {@link #forget}. */
    byte[] password() {
        return password;
    }

    /** Overwrites the password. */
    void forget() {
        Arrays.fill(password, (byte) 0);
    }
}
