package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.server.Certificates;
import dev.sluice.server.tls.TlsConfiguration;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsSectionTest {

    private static final Certificates CERTIFICATES = Certificates.common();

    @TempDir
    Path home;

    private final X509Bundle server = CERTIFICATES.server();
    private final List<String> problems = new ArrayList<>();

    @BeforeEach
    void files() throws IOException {
        CERTIFICATES.write(home, server);
        Files.writeString(home.resolve("password"), Certificates.PASSWORD + "\n");
        Files.writeString(home.resolve("wrong"), "battery staple");
        Files.writeString(home.resolve("text"), "nothing of that kind");
    }

    private @Nullable TlsConfiguration parse(Map<String, Object> object) {
        return TlsSection.parse("$.tls", object, home, problem -> problems.add(problem.toString()));
    }

    private static Map<String, Object> pem() {
        return new LinkedHashMap<>(Map.of("certificate", "server.pem", "key", "server.key"));
    }

    private static Map<String, Object> pem(String key, Object value) {
        Map<String, Object> object = pem();
        object.put(key, value);
        return object;
    }

    private void assertMistake(Map<String, Object> object, String message) {
        assertThat(parse(object)).isNull();
        assertThat(problems).containsExactly(message.replace("HOME", home.toString()));
    }

    @Nested
    class Pem {

        @Test
        void certificateAndKey_areLoaded() {
            TlsConfiguration tls = parse(pem());

            assertThat(problems).isEmpty();
            assertThat(tls).isNotNull();
            assertThat(tls.material().chain()).containsExactly(server.getCertificatePath());
            assertThat(tls.material().key()).isEqualTo(server.getKeyPair().getPrivate());
        }

        @ParameterizedTest
        @CsvSource({"PBEWithHmacSHA256AndAES_256", "PBEWithHmacSHA1AndAES_128"})
        void encryptedKey_isReadWithItsPassword(String algorithm) throws Exception {
            encryptKey(algorithm);

            TlsConfiguration tls = parse(pem("keyPassword", "file:password"));

            assertThat(problems).isEmpty();
            assertThat(tls).isNotNull();
            assertThat(tls.material().key()).isEqualTo(server.getKeyPair().getPrivate());
        }

        @Test
        void encryptedKey_withoutPassword() throws Exception {
            encryptKey("PBEWithHmacSHA256AndAES_256");

            assertMistake(
                    pem(),
                    "$.tls.keyPassword: nothing, but the key in HOME/server.key is encrypted (expected: \"file:PATH\" or"
                            + " \"env:VARIABLE\", which say where the password is)");
        }

        @Test
        void encryptedKey_withWrongPassword() throws Exception {
            encryptKey("PBEWithHmacSHA256AndAES_256");

            assertMistake(
                    pem("keyPassword", "file:wrong"),
                    "$.tls.keyPassword: not the password of the key in HOME/server.key (expected: its password)");
        }

        @Test
        void passwordInTheClear_isNotRepeated() {
            assertMistake(
                    pem("keyPassword", Certificates.PASSWORD),
                    "$.tls.keyPassword: a text that says not where the password is (expected: \"file:PATH\" or"
                            + " \"env:VARIABLE\", which say where the password is)");
        }

        @Test
        void variableThatIsNotThere() {
            assertMistake(
                    pem("keyPassword", "env:NO_SUCH_VARIABLE"),
                    "$.tls.keyPassword: no variable NO_SUCH_VARIABLE in the environment (expected: a variable with the"
                            + " password)");
        }

        @Test
        void keyOfAnotherCertificate() throws IOException {
            Files.writeString(home.resolve("server.key"), CERTIFICATES.server().getPrivateKeyPEM());

            assertMistake(
                    pem(),
                    "$.tls.key: HOME/server.key is not the key of certificate 1 in HOME/server.pem (expected: the"
                            + " private key of the certificate)");
        }

        @Test
        void keyOfAnotherKind() throws IOException {
            Files.writeString(
                    home.resolve("server.key"),
                    CERTIFICATES.server(builder -> builder.rsa2048()).getPrivateKeyPEM());

            assertMistake(
                    pem(),
                    "$.tls.key: HOME/server.key is not the key of certificate 1 in HOME/server.pem (expected: the"
                            + " private key of the certificate)");
        }

        @Test
        void expiredCertificate() {
            X509Bundle expired = CERTIFICATES.server(Certificates::expired);
            CERTIFICATES.write(home, expired);

            assertMistake(
                    pem(),
                    "$.tls.certificate: HOME/server.pem: certificate 1 (CN=server) has expired at "
                            + expired.getCertificate().getNotAfter().toInstant()
                            + " (expected: one that is valid)");
        }

        @Test
        void chainInTheWrongOrder() throws IOException {
            Files.writeString(
                    home.resolve("server.pem"),
                    server.getCertificatePEM() + CERTIFICATES.server().getCertificatePEM());

            assertMistake(
                    pem(),
                    "$.tls.certificate: HOME/server.pem: certificate 2 (CN=server) has not issued the one before it"
                            + " (expected: the server's first, then its issuers)");
        }

        @Test
        void oldFormatOfKeys_saysHowToConvert() throws IOException {
            Files.writeString(
                    home.resolve("server.key"),
                    "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");

            assertMistake(
                    pem(),
                    "$.tls.key: HOME/server.key: a key in the format RSA PRIVATE KEY (expected: PKCS#8 (PRIVATE KEY or"
                            + " ENCRYPTED PRIVATE KEY), as openssl pkcs8 -topk8 makes of it)");
        }

        @Test
        void everythingThatIsWrong_isSaidAtOnce() throws IOException {
            Map<String, Object> object = pem("certificate", "text");
            object.put("key", "none.key");
            object.put("clientCa", "server.key");

            assertThat(parse(object)).isNull();
            assertThat(problems)
                    .extracting(line -> line.replace(home.toString(), "HOME"))
                    .containsExactlyInAnyOrder(
                            "$.tls.certificate: HOME/text: nothing in PEM in it (expected: certificates in PEM"
                                    + " (-----BEGIN CERTIFICATE-----))",
                            "$.tls.key: no file HOME/none.key (expected: a private key in PEM (-----BEGIN PRIVATE"
                                    + " KEY-----))",
                            "$.tls.clientCa: HOME/server.key: no certificate in it, but PRIVATE KEY (expected:"
                                    + " certificates in PEM)");
        }

        private void encryptKey(String algorithm) throws Exception {
            JceOpenSSLPKCS8EncryptorBuilder encryptor = new JceOpenSSLPKCS8EncryptorBuilder(
                    algorithm.endsWith("256") ? JcaPKCS8Generator.AES_256_CBC : JcaPKCS8Generator.AES_128_CBC);
            encryptor.setProvider(new BouncyCastleProvider());
            encryptor.setPassword(Certificates.PASSWORD.toCharArray());
            if (algorithm.contains("SHA256")) {
                encryptor.setPRF(JcaPKCS8Generator.PRF_HMACSHA256);
            }
            String pem = Base64.getMimeEncoder()
                    .encodeToString(new JcaPKCS8Generator(server.getKeyPair().getPrivate(), encryptor.build())
                            .generate()
                            .getContent());
            Files.writeString(
                    home.resolve("server.key"),
                    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + pem + "\n-----END ENCRYPTED PRIVATE KEY-----\n",
                    StandardCharsets.US_ASCII);
        }
    }

    @Nested
    class Pkcs12 {

        private Map<String, Object> keystore(String password) {
            return Map.of("keystore", "server.p12", "password", password);
        }

        @BeforeEach
        void store() throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = Certificates.PASSWORD.toCharArray();
            store.setKeyEntry("server", server.getKeyPair().getPrivate(), password, server.getCertificatePath());
            try (OutputStream output = Files.newOutputStream(home.resolve("server.p12"))) {
                store.store(output, password);
            }
        }

        @Test
        void keyAndChain_areLoaded() {
            TlsConfiguration tls = parse(keystore("file:password"));

            assertThat(problems).isEmpty();
            assertThat(tls).isNotNull();
            assertThat(tls.material().chain()).containsExactly(server.getCertificatePath());
        }

        @Test
        void wrongPassword() {
            assertMistake(
                    keystore("file:wrong"),
                    "$.tls.password: not the password of HOME/server.p12 (expected: its password)");
        }

        @Test
        void noKeystore() throws IOException {
            Files.writeString(home.resolve("server.p12"), "text");

            assertThat(parse(keystore("file:password"))).isNull();
            assertThat(problems).singleElement().asString().startsWith("$.tls.keystore: ");
        }

        @Test
        void besideCertificateAndKey() {
            Map<String, Object> object = pem("keystore", "server.p12");
            object.put("password", "file:password");

            assertMistake(
                    object, "$.tls.keystore: a keystore beside certificate or key (expected: one of the two ways)");
        }
    }

    @Test
    void keysThatNobodyKnows_areMistakes() {
        assertMistake(
                pem("cipers", List.of()),
                "$.tls.cipers: unknown key (expected: one of certificate, key, keyPassword, keystore, password, clientCa,"
                        + " minimumVersion, clientCertificates, ciphers, identities), did you mean \"ciphers\"?");
    }

    @Test
    void cipherThatNobodyKnows() {
        assertMistake(
                pem("ciphers", List.of("TLS_AES_128_GCM_SHA265")),
                "$.tls.ciphers[0]: \"TLS_AES_128_GCM_SHA265\" (expected: a cipher suite by Java's name for it), did you"
                        + " mean \"TLS_AES_128_GCM_SHA256\"?");
    }

    @Test
    void ciphersThatFitNoVersion() {
        Map<String, Object> object = pem("minimumVersion", "TLS 1.3");
        object.put("ciphers", List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));

        assertMistake(
                object,
                "$.tls.ciphers: no suite of TLS 1.3 (expected: one that begins with TLS_AES_ or TLS_CHACHA20_)");
    }

    @Test
    void clientCertificates_needAnAuthority() {
        assertMistake(
                pem("clientCertificates", "enabled"),
                "$.tls.clientCa: nothing (expected: a file in PEM, of who may issue certificates of clients)");
    }

    @Test
    void mandatoryClientCertificates_needARule() {
        Map<String, Object> object = pem("clientCertificates", "mandatory");
        object.put("clientCa", "ca.pem");

        assertMistake(
                object,
                "$.tls.identities: nothing (expected: a rule that finds users in certificates, or nobody could connect)");
    }

    @Test
    void rulesAreChecked() {
        Map<String, Object> object = pem("clientCertificates", "enabled");
        object.put("clientCa", "ca.pem");
        object.put("identities", List.of(Map.of("path", "san.mail")));

        assertMistake(
                object,
                "$.tls.identities[0].path: \"san.mail\" (expected: \"subject.cn\" or \"san.uri\" or \"san.dnsname\" or"
                        + " \"san.email\"), did you mean \"san.email\"?");
    }

    @Test
    void problemsPath_isTheSections() {
        assertThat(TlsSection.parse("$.mgmt.tls", Map.of(), home, problem -> problems.add(problem.path())))
                .isNull();
        assertThat(problems).containsExactly("$.mgmt.tls");
    }
}
