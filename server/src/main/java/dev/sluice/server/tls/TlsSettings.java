package dev.sluice.server.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of TLS at one listener: where things are, not the things themselves. Either {@code
 * certificate} and {@code key} are there or {@code keystore} and {@code password}.
 *
 * @param certificate PEM: the server's certificate, and behind it those that have issued it
 * @param key PEM: its private key, PKCS#8
 * @param keyPassword of an encrypted key; null for none
 * @param keystore PKCS#12: one key with its certificates
 * @param password of the keystore
 * @param clientCa PEM: who may issue certificates of clients; null where clients need none
 * @param minimumVersion the oldest version that is spoken
 * @param ciphers the suites that may be used, in order of preference; empty for the default ones
 * @param clientCertificates whether clients are asked for certificates
 * @param identities how users are found in clients' certificates
 */
public record TlsSettings(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Secret keyPassword,
        @Nullable Path keystore,
        @Nullable Secret password,
        @Nullable Path clientCa,
        Version minimumVersion,
        List<String> ciphers,
        ClientCertificates clientCertificates,
        List<IdentityRule> identities) {

    // The keys of the section, which mistakes are about.
    public static final String CERTIFICATE = "certificate";
    public static final String KEY = "key";
    public static final String KEY_PASSWORD = "keyPassword";
    public static final String KEYSTORE = "keystore";
    public static final String PASSWORD = "password";
    public static final String CLIENT_CA = "clientCa";
    public static final String CIPHERS = "ciphers";

    public TlsSettings {
        ciphers = List.copyOf(ciphers);
        identities = List.copyOf(identities);
    }

    /** The versions of TLS that there are. */
    public enum Version {
        TLS_1_2("TLS 1.2"),
        TLS_1_3("TLS 1.3");

        private final String text;

        Version(String text) {
            this.text = text;
        }

        /** As the configuration writes it. */
        public String text() {
            return text;
        }

        /** This version and newer ones, by the names of the JDK. */
        List<String> protocols() {
            return this == TLS_1_3 ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2");
        }
    }

    /** Whether clients are asked for certificates. Protocol: {@code auth} 5.1. */
    public enum ClientCertificates {
        /** Not asked for. */
        DISABLED("disabled"),
        /** Asked for; who sends none logs in. */
        ENABLED("enabled"),
        /** Without one there is no connection. */
        MANDATORY("mandatory");

        private final String text;

        ClientCertificates(String text) {
            this.text = text;
        }

        /** As the configuration writes it. */
        public String text() {
            return text;
        }
    }
}
