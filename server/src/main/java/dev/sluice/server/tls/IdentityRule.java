package dev.sluice.server.tls;

import org.jspecify.annotations.Nullable;

/**
 * One way of finding a user's name in a certificate: take a name of one kind, drop what it must begin and end with, and cut
 * the rest where it must not go on. Protocol: {@code auth} 5.1.
 *
 * @param path which names of the certificate to look at
 * @param prefix what the name must begin with, which is dropped
 * @param suffix what it must end with, which is dropped
 * @param delimiter characters at the first of which the rest ends
 */
public record IdentityRule(Path path, String prefix, String suffix, String delimiter) {

    /** The names that a certificate can have. */
    public enum Path {
        SUBJECT_CN("subject.cn"),
        SAN_URI("san.uri"),
        SAN_DNSNAME("san.dnsname"),
        SAN_EMAIL("san.email");

        private final String text;

        Path(String text) {
            this.text = text;
        }

        /** As the configuration writes it. */
        public String text() {
            return text;
        }
    }

    /** The user's name in a name of the certificate; null where the rule does not fit. */
    @Nullable
    String apply(String name) {
        if (!name.startsWith(prefix)) {
            return null;
        }
        String rest = name.substring(prefix.length());
        if (!rest.endsWith(suffix)) {
            return null;
        }
        rest = rest.substring(0, rest.length() - suffix.length());
        for (int i = 0; i < rest.length(); i++) {
            if (delimiter.indexOf(rest.charAt(i)) >= 0) {
                rest = rest.substring(0, i);
                break;
            }
        }
        return rest.isEmpty() ? null : rest;
    }
}
