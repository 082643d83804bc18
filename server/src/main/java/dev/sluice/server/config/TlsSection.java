package dev.sluice.server.config;

import dev.sluice.core.engine.NearestName;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.engine.Settings;
import dev.sluice.server.tls.IdentityRule;
import dev.sluice.server.tls.Secret;
import dev.sluice.server.tls.TlsConfiguration;
import dev.sluice.server.tls.TlsMaterial;
import dev.sluice.server.tls.TlsSettings;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The {@code tls} object of a listener. Reads the files that it names: what is wrong in them is a mistake like any other. */
final class TlsSection {

    private final String path;
    private final Path home;
    private final Consumer<Problem> problems;
    private boolean wrong;

    private TlsSection(String path, Path home, Consumer<Problem> problems) {
        this.path = path;
        this.home = home;
        this.problems = problem -> {
            wrong = true;
            problems.accept(problem);
        };
    }

    /**
     * Null where something is wrong, which {@code problems} then knows.
     *
     * @param home where relative paths begin
     */
    static @Nullable TlsConfiguration parse(
            String path, Map<String, ? extends @Nullable Object> object, Path home, Consumer<Problem> problems) {
        return new TlsSection(path, home, problems).parse(object);
    }

    private @Nullable TlsConfiguration parse(Map<String, ? extends @Nullable Object> object) {
        Map<String, @Nullable Object> scalars = new LinkedHashMap<>();
        List<String> known = Stream.concat(Keys.TLS_SETTINGS.stream().map(Setting::name), Keys.TLS_ARRAYS.stream())
                .toList();
        object.forEach((name, value) -> {
            if (!known.contains(name)) {
                problems.accept(Settings.unknownKey(path, name, known));
            } else if (!Keys.TLS_ARRAYS.contains(name)) {
                scalars.put(name, value);
            }
        });
        Settings settings = Settings.check(path, Keys.TLS_SETTINGS, scalars, problems);
        TlsSettings parsed = new TlsSettings(
                file(settings, TlsSettings.CERTIFICATE),
                file(settings, TlsSettings.KEY),
                secret(settings, TlsSettings.KEY_PASSWORD),
                file(settings, TlsSettings.KEYSTORE),
                secret(settings, TlsSettings.PASSWORD),
                file(settings, TlsSettings.CLIENT_CA),
                of(TlsSettings.Version.values(), TlsSettings.Version::text, settings.text(Keys.MINIMUM_VERSION)),
                object.containsKey(TlsSettings.CIPHERS) ? ciphers(object.get(TlsSettings.CIPHERS)) : List.of(),
                of(
                        TlsSettings.ClientCertificates.values(),
                        TlsSettings.ClientCertificates::text,
                        settings.text(Keys.CLIENT_CERTIFICATES)),
                object.containsKey(Keys.IDENTITIES) ? identities(object.get(Keys.IDENTITIES)) : List.of());
        checkTogether(parsed);
        if (wrong) {
            return null;
        }
        TlsMaterial material = TlsMaterial.load(parsed, this::mistake);
        return material == null ? null : new TlsConfiguration(parsed, material);
    }

    private void mistake(String key, String found, String expected) {
        problems.accept(new Problem(Problem.member(path, key), found, expected));
    }

    private void checkTogether(TlsSettings parsed) {
        boolean pem = parsed.certificate() != null || parsed.key() != null;
        if (pem && parsed.keystore() != null) {
            mistake(TlsSettings.KEYSTORE, "a keystore beside certificate or key", "one of the two ways");
        } else if (!pem && parsed.keystore() == null) {
            problems.accept(new Problem(path, "no certificate", "certificate and key, or keystore and password"));
        } else if (pem && parsed.certificate() == null) {
            mistake(TlsSettings.CERTIFICATE, "nothing", "the certificate of the key, a file in PEM");
        } else if (pem && parsed.key() == null) {
            mistake(TlsSettings.KEY, "nothing", "the key of the certificate, a file in PEM");
        } else if (!pem && parsed.password() == null && !wrong) {
            mistake(TlsSettings.PASSWORD, "nothing", "the password of the keystore: " + Secret.EXPECTED);
        }
        boolean modern = parsed.ciphers().isEmpty() || parsed.ciphers().stream().anyMatch(TlsSection::isOfTls13);
        if (parsed.minimumVersion() == TlsSettings.Version.TLS_1_3 && !modern) {
            mistake(TlsSettings.CIPHERS, "no suite of TLS 1.3", "one that begins with TLS_AES_ or TLS_CHACHA20_");
        }
        boolean asked = parsed.clientCertificates() != TlsSettings.ClientCertificates.DISABLED;
        if (asked && parsed.clientCa() == null) {
            mistake(TlsSettings.CLIENT_CA, "nothing", "a file in PEM, of who may issue certificates of clients");
        }
        if (!asked && !parsed.identities().isEmpty()) {
            mistake(
                    Keys.IDENTITIES,
                    "rules for certificates that nobody is asked for",
                    "\"clientCertificates\": \"enabled\" or \"mandatory\" beside it");
        }
        if (parsed.clientCertificates() == TlsSettings.ClientCertificates.MANDATORY
                && parsed.identities().isEmpty()
                && !wrong) {
            mistake(Keys.IDENTITIES, "nothing", "a rule that finds users in certificates, or nobody could connect");
        }
    }

    private static boolean isOfTls13(String cipher) {
        return cipher.startsWith("TLS_AES_") || cipher.startsWith("TLS_CHACHA20_");
    }

    private @Nullable Path file(Settings settings, String key) {
        String text = settings.text(key);
        return text == null ? null : home.resolve(text).normalize();
    }

    /** What is written in place of a reference may be a password: no message repeats it. */
    private @Nullable Secret secret(Settings settings, String key) {
        String text = settings.text(key);
        Secret secret = text == null ? null : Secret.parse(text, home);
        if (text != null && secret == null) {
            mistake(key, "a text that says not where the password is", Secret.EXPECTED);
        }
        return secret;
    }

    private List<String> ciphers(@Nullable Object raw) {
        String member = Problem.member(path, TlsSettings.CIPHERS);
        List<String> supported = supportedCiphers();
        List<String> ciphers = new ArrayList<>();
        List<?> elements = array(member, raw, "an array of cipher suites by Java's names");
        for (int i = 0; i < elements.size(); i++) {
            String element = Problem.element(member, i);
            if (!(elements.get(i) instanceof String name) || !supported.contains(name)) {
                String nearest = elements.get(i) instanceof String text ? NearestName.of(text, supported) : null;
                problems.accept(new Problem(
                        element, Problem.describe(elements.get(i)), "a cipher suite by Java's name for it", nearest));
            } else {
                ciphers.add(name);
            }
        }
        return ciphers;
    }

    private static List<String> supportedCiphers() {
        try {
            return Arrays.asList(
                    SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java without TLS", e);
        }
    }

    private List<IdentityRule> identities(@Nullable Object raw) {
        String member = Problem.member(path, Keys.IDENTITIES);
        List<IdentityRule> rules = new ArrayList<>();
        List<?> elements = array(member, raw, "an array of objects such as {\"path\": \"subject.cn\"}");
        for (int i = 0; i < elements.size(); i++) {
            String element = Problem.element(member, i);
            Settings settings = Settings.check(
                    element, Keys.IDENTITY, SourceTree.asObject(element, elements.get(i), problems), problems);
            String from = settings.text(Keys.PATH);
            if (from != null) {
                rules.add(new IdentityRule(
                        of(IdentityRule.Path.values(), IdentityRule.Path::text, from),
                        Objects.requireNonNullElse(settings.text(Keys.PREFIX), ""),
                        Objects.requireNonNullElse(settings.text(Keys.SUFFIX), ""),
                        Objects.requireNonNullElse(settings.text(Keys.DELIMITER), "")));
            }
        }
        return rules;
    }

    private List<?> array(String member, @Nullable Object raw, String expected) {
        if (raw instanceof List<?> elements && !elements.isEmpty()) {
            return elements;
        }
        problems.accept(new Problem(member, raw instanceof List ? "an empty array" : Problem.describe(raw), expected));
        return List.of();
    }

    private static <T> T of(T[] values, Function<T, String> text, @Nullable String wanted) {
        for (T value : values) {
            if (text.apply(value).equals(wanted)) {
                return value;
            }
        }
        throw new IllegalArgumentException("not a choice: " + wanted);
    }
}
