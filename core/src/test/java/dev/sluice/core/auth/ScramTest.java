package dev.sluice.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ClientFinalMessage;
import com.ongres.scram.common.StringPreparation;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's side of SCRAM against the examples of the specifications, a client of strangers, and nonsense. */
class ScramTest {

    private static final byte[] SECRET = "fallback".getBytes(US_ASCII);
    private static final byte[] NONCE = HexFormat.of().parseHex("0011223344556677");

    private static Users users(String name, ScramVariant variant, ScramCredential credential) {
        return new Users(List.of(new User(name, Map.of(variant, credential), User.NEVER, Rights.NONE)));
    }

    private static ScramExchange exchange(ScramVariant variant, Users users) {
        return new ScramExchange(variant, new KnownUsers(users, SECRET, 0), NONCE);
    }

    private static String text(LoginResult result) {
        return new String(result.message(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** The nonce that the server is given is hexadecimal; those of the examples are not, so only the end is checked here. */
    @Nested
    class Examples {

        private record Example(
                ScramVariant variant,
                String password,
                String salt,
                int iterations,
                String authMessage,
                String proof,
                String signature) {}

        static Stream<Example> examples() {
            return Stream.of(
                    new Example(
                            ScramVariant.SHA512,
                            "s3cret",
                            "AAECAwQFBgcICQoLDA0ODw==",
                            4096,
                            "n=alice,r=0123456789abcdef,r=0123456789abcdeffedcba9876543210,"
                                    + "s=AAECAwQFBgcICQoLDA0ODw==,i=4096,c=biws,r=0123456789abcdeffedcba9876543210",
                            "DDNtoVoWWCcTB4TiWXazPTqTEhEGNvCYCYB2d3CMgw6f9jxITANav9md4zD+vTuB1v5tDE7xMHvh7ZrelxMuSw==",
                            "0C8DYlmzXy8INUkF25d1EszJGxh0MTJ1Y6gAATNGOrJmNl00WmQWhq+5Vv8fnKL875s5HozpEj4s7l/oyQT/jA=="),
                    new Example( // RFC 7677, section 3
                            ScramVariant.SHA256,
                            "pencil",
                            "W22ZaJ0SNY7soEsUEjb6gQ==",
                            4096,
                            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                    + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                                    + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
                            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
                    new Example( // RFC 5802, section 5
                            ScramVariant.SHA1,
                            "pencil",
                            "QSXCR+Q6sek8bf92",
                            4096,
                            "n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
                                    + "s=QSXCR+Q6sek8bf92,i=4096,"
                                    + "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
                            "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                            "rmF9pqV8S7suAoZWja4dJRkFsKQ="));
        }

        @ParameterizedTest
        @MethodSource("examples")
        void proofAndSignature_areThoseOfTheExample(Example example) {
            byte[] salt = Base64.getDecoder().decode(example.salt());
            ScramCredential.KeyPair keys =
                    Scram.keys(example.variant(), bytes(example.password()), salt, example.iterations());
            byte[] message = bytes(example.authMessage());

            byte[] clientKey = Scram.hmac(example.variant(), keys.storedKey(), message);
            byte[] proof = Base64.getDecoder().decode(example.proof());
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= proof[i];
            }
            assertThat(Scram.hash(example.variant(), clientKey)).isEqualTo(keys.storedKey());
            assertThat(Base64.getEncoder().encodeToString(Scram.hmac(example.variant(), keys.serverKey(), message)))
                    .isEqualTo(example.signature());
        }

        @Test
        void keysOfTheWorkedExample() {
            byte[] salt = Base64.getDecoder().decode("AAECAwQFBgcICQoLDA0ODw==");
            ScramCredential.KeyPair keys = Scram.keys(ScramVariant.SHA512, bytes("s3cret"), salt, 4096);
            assertThat(Base64.getEncoder().encodeToString(keys.storedKey()))
                    .isEqualTo(
                            "mZMaCjuaiWIs4kJy43GRNWdd+k3z8hF/ZndB1oIxEuMw3KrOF1yi3+DKERL4gJDVV4MLoBzu9qL+xXU4WJVFLQ==");
            assertThat(Base64.getEncoder().encodeToString(keys.serverKey()))
                    .isEqualTo(
                            "rwkYjzfAYrtBncONk2O+gbL/24WC/cQfy27rZwFC7bxQ+zsX83gwNt8FIUyCPLSYgQbklZ9CqsZF8afO43n99w==");
        }

        @Test
        void wholeConversation_ofTheWorkedExample() {
            byte[] salt = Base64.getDecoder().decode("AAECAwQFBgcICQoLDA0ODw==");
            Users users = users(
                    "alice", ScramVariant.SHA512, Scram.credential(ScramVariant.SHA512, bytes("s3cret"), salt, 4096));
            ScramExchange exchange = new ScramExchange(
                    ScramVariant.SHA512,
                    new KnownUsers(users, SECRET, 0),
                    HexFormat.of().parseHex("fedcba9876543210"));

            LoginResult challenge = exchange.step(bytes("n,,n=alice,r=0123456789abcdef"));
            assertThat(challenge.kind()).isEqualTo(LoginResult.Kind.CONTINUE);
            assertThat(text(challenge))
                    .isEqualTo("r=0123456789abcdeffedcba9876543210,s=AAECAwQFBgcICQoLDA0ODw==,i=4096");

            LoginResult end = exchange.step(bytes("c=biws,r=0123456789abcdeffedcba9876543210,p="
                    + "DDNtoVoWWCcTB4TiWXazPTqTEhEGNvCYCYB2d3CMgw6f9jxITANav9md4zD+vTuB1v5tDE7xMHvh7ZrelxMuSw=="));
            assertThat(end.kind()).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(end.user()).isEqualTo("alice");
            assertThat(text(end))
                    .isEqualTo(
                            "v=0C8DYlmzXy8INUkF25d1EszJGxh0MTJ1Y6gAATNGOrJmNl00WmQWhq+5Vv8fnKL875s5HozpEj4s7l/oyQT/jA==");
        }
    }

    /** An independent client, which also checks the server's signature. */
    @Nested
    class Oracle {

        private LoginResult talk(ScramVariant variant, Users users, String user, String password) throws Exception {
            ScramClient client = ScramClient.builder()
                    .advertisedMechanisms(List.of(variant.mechanism().replace("SHA", "SHA-")))
                    .username(user)
                    .password(password.toCharArray())
                    .stringPreparation(StringPreparation.NO_PREPARATION)
                    .build();
            ScramExchange exchange = exchange(variant, users);
            LoginResult first = exchange.step(bytes(client.clientFirstMessage().toString()));
            assertThat(first.kind()).isEqualTo(LoginResult.Kind.CONTINUE);
            client.serverFirstMessage(text(first));
            ClientFinalMessage last = client.clientFinalMessage();
            LoginResult end = exchange.step(bytes(last.toString()));
            if (end.kind() == LoginResult.Kind.SUCCESS) {
                client.serverFinalMessage(text(end)); // Throws where the signature is not right.
            }
            return end;
        }

        @ParameterizedTest
        @EnumSource(ScramVariant.class)
        void rightPassword_logsIn_andWrongOneDoesNot(ScramVariant variant) throws Exception {
            Users users = users("us=er,1", variant, Scram.credential(variant, bytes("passw=or,d"), new byte[20], 100));

            assertThat(talk(variant, users, "us=er,1", "passw=or,d").kind()).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(talk(variant, users, "us=er,1", "passw=ord").kind()).isEqualTo(LoginResult.Kind.REFUSED);
            LoginResult unknown = talk(variant, users, "other", "passw=or,d");
            assertThat(unknown.kind()).isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(unknown.message()).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(ScramVariant.class)
        void severalPasswords_areAllGood(ScramVariant variant) throws Exception {
            byte[] salt = new byte[8];
            ScramCredential both = new ScramCredential(
                    salt,
                    50,
                    List.of(Scram.keys(variant, bytes("old"), salt, 50), Scram.keys(variant, bytes("new"), salt, 50)));
            Users users = users("user", variant, both);

            assertThat(talk(variant, users, "user", "old").kind()).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(talk(variant, users, "user", "new").kind()).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(talk(variant, users, "user", "both").kind()).isEqualTo(LoginResult.Kind.REFUSED);
        }

        @Test
        void expiredPassword_isRefused() throws Exception {
            ScramCredential credential = Scram.credential(ScramVariant.SHA1, bytes("pw"), new byte[4], 10);
            User expired = new User("user", Map.of(ScramVariant.SHA1, credential), 1000, Rights.NONE);
            KnownUsers before = new KnownUsers(new Users(List.of(expired)), SECRET, 999);
            KnownUsers after = new KnownUsers(new Users(List.of(expired)), SECRET, 1000);

            assertThat(before.refusal("user", true)).isNull();
            assertThat(after.refusal("user", true)).isEqualTo("expired password");
            assertThat(after.refusal("user", false)).isNull();
        }

        @Test
        void missingVariant_isRefusedLikeAWrongPassword() throws Exception {
            Users users =
                    users("user", ScramVariant.SHA1, Scram.credential(ScramVariant.SHA1, bytes("pw"), new byte[4], 10));

            LoginResult end = talk(ScramVariant.SHA512, users, "user", "pw");
            assertThat(end.kind()).isEqualTo(LoginResult.Kind.REFUSED);
        }
    }

    @Nested
    class Strangers {

        private final Users users = users(
                "alice",
                ScramVariant.SHA512,
                Scram.credential(ScramVariant.SHA512, bytes("s3cret"), new byte[64], 4096));

        private String challenge(String user) {
            return text(exchange(ScramVariant.SHA512, users).step(bytes("n,,n=" + user + ",r=abc")));
        }

        @Test
        void challenge_ofAnUnknownUser_looksLikeAnother_andIsTheSameEachTime() {
            assertThat(challenge("mallory")).isEqualTo(challenge("mallory")).isNotEqualTo(challenge("trudy"));
            assertThat(challenge("mallory")).hasSameSizeAs(challenge("alice")).endsWith(",i=4096");
        }
    }

    @Nested
    class Malformed {

        private final Users users =
                users("user", ScramVariant.SHA1, Scram.credential(ScramVariant.SHA1, bytes("pw"), new byte[4], 10));

        @ParameterizedTest
        @MethodSource("firstMessages")
        void firstMessage_isRefused(String message) {
            LoginResult result = exchange(ScramVariant.SHA1, users).step(bytes(message));
            assertThat(result.kind()).as(message).isEqualTo(LoginResult.Kind.MALFORMED);
        }

        static Stream<String> firstMessages() {
            return Stream.of(
                    "",
                    "n",
                    "n,",
                    "n,,",
                    "y,,n=user,r=abc",
                    "p=tls-unique,,n=user,r=abc",
                    "n,x=y,n=user,r=abc",
                    "n,,n=user",
                    "n,,r=abc",
                    "n,,n=,r=abc",
                    "n,,n=user,r=",
                    "n,,n=user,r=abc,",
                    "n,,n=user,n=user,r=abc",
                    "n,,n=user,r=abc,r=abc",
                    "n,,n=user,r=abc,m=ext",
                    "n,,m=ext,n=user,r=abc",
                    "n,,n=us=er,r=abc",
                    "n,,n=us=2cer,r=abc",
                    "n,,n=us=2,r=abc",
                    "n,,n=us\u0001er,r=abc");
        }

        @Test
        void authzid_isIgnored_andOrderIsFree() {
            assertThat(exchange(ScramVariant.SHA1, users)
                            .step(bytes("n,a=other,r=abc,n=user"))
                            .kind())
                    .isEqualTo(LoginResult.Kind.CONTINUE);
        }

        @Test
        void invalidUtf8_isRefused() {
            byte[] message = bytes("n,,n=user,r=abc");
            message[6] = (byte) 0xff;
            assertThat(exchange(ScramVariant.SHA1, users).step(message).kind()).isEqualTo(LoginResult.Kind.MALFORMED);
        }

        @ParameterizedTest
        @MethodSource("finalMessages")
        void finalMessage_isRefused(String message, LoginResult.@Nullable Kind expected) {
            ScramExchange exchange = exchange(ScramVariant.SHA1, users);
            exchange.step(bytes("n,,n=user,r=abc"));
            assertThat(exchange.step(bytes(message)).kind())
                    .as(message)
                    .isEqualTo(expected == null ? LoginResult.Kind.MALFORMED : expected);
        }

        static Stream<org.junit.jupiter.params.provider.Arguments> finalMessages() {
            String nonce = "r=abc0011223344556677";
            String zeros = "p=" + Base64.getEncoder().encodeToString(new byte[20]);
            return Stream.of(
                            "",
                            "c=biws," + nonce,
                            nonce + "," + zeros,
                            "c=biws," + zeros,
                            "c=biws,r=abc," + zeros,
                            "c=biws,r=abc0011223344556678," + zeros,
                            "c=biws," + nonce + ",p=",
                            "c=biws," + nonce + ",p=!!!!",
                            "c=biws," + nonce + ",p=AAAA",
                            "c=biws," + nonce + "," + zeros + "," + zeros,
                            "c=biws,c=biws," + nonce + "," + zeros,
                            zeros + ",c=biws," + nonce)
                    .map(m -> org.junit.jupiter.params.provider.Arguments.of(m, null));
        }

        @Test
        void contentOfTheBinding_isNotCompared_butSigned() {
            ScramExchange exchange = exchange(ScramVariant.SHA1, users);
            exchange.step(bytes("n,,n=user,r=abc"));
            String zeros = "p=" + Base64.getEncoder().encodeToString(new byte[20]);
            assertThat(exchange.step(bytes("c=eSws,r=abc0011223344556677," + zeros))
                            .kind())
                    .isEqualTo(LoginResult.Kind.REFUSED);
        }

        /** Whatever comes, there is an answer, and it is never a success. */
        @Test
        void garbage_neverLogsIn_andNeverThrows() {
            Random random = new Random(42);
            String alphabet = "nry,=acp0123456789bcdef\0\u00e9+/ws";
            for (int i = 0; i < 20_000; i++) {
                ScramExchange exchange = exchange(ScramVariant.SHA1, users);
                if (random.nextBoolean()) {
                    exchange.step(bytes("n,,n=user,r=abc"));
                }
                StringBuilder message = new StringBuilder(
                        random.nextInt(3) == 0 ? "" : random.nextBoolean() ? "n,," : "c=biws,r=abc0011223344556677,p=");
                for (int j = random.nextInt(40); j > 0; j--) {
                    message.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                byte[] sent = bytes(message.toString());
                if (random.nextInt(4) == 0 && sent.length > 0) {
                    sent[random.nextInt(sent.length)] = (byte) random.nextInt();
                }
                assertThat(exchange.step(sent).kind()).isNotEqualTo(LoginResult.Kind.SUCCESS);
                assertThat(new PlainExchange(new KnownUsers(users, SECRET, 0))
                                .step(sent)
                                .kind())
                        .isNotEqualTo(LoginResult.Kind.SUCCESS);
            }
        }
    }

    @Nested
    class Plain {

        private final Users users =
                users("user", ScramVariant.SHA256, Scram.credential(ScramVariant.SHA256, bytes("pw"), new byte[4], 10));

        private LoginResult.Kind login(String message) {
            return new PlainExchange(new KnownUsers(users, SECRET, 0))
                    .step(bytes(message))
                    .kind();
        }

        @Test
        void table() {
            assertThat(login("\0user\0pw")).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(login("other\0user\0pw")).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(login("\0user\0pw\0")).as("one NUL behind").isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(login("\0user\0pw\0x")).as("more behind").isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(login("\0user\0")).as("empty password").isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(login("\0user\0wp")).isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(login("\0other\0pw")).isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(login("\0\0")).as("empty user").isEqualTo(LoginResult.Kind.REFUSED);
            assertThat(login("\0user")).isEqualTo(LoginResult.Kind.MALFORMED);
            assertThat(login("user")).isEqualTo(LoginResult.Kind.MALFORMED);
            assertThat(login("")).isEqualTo(LoginResult.Kind.MALFORMED);
        }

        @Test
        void emptyPassword_canBeOne() {
            Users empty =
                    users("user", ScramVariant.SHA1, Scram.credential(ScramVariant.SHA1, new byte[0], new byte[4], 10));
            assertThat(new PlainExchange(new KnownUsers(empty, SECRET, 0))
                            .step(bytes("\0user\0"))
                            .kind())
                    .isEqualTo(LoginResult.Kind.SUCCESS);
        }
    }

    /** Our own client against our own server, whom strangers' clients and servers have checked. */
    @Nested
    class Login {

        private ScramLogin login(ScramVariant variant, String user, String password) {
            return new ScramLogin(variant, user, bytes(password), new Random(1));
        }

        @ParameterizedTest
        @EnumSource
        void rightPassword_isProvenByBoth(ScramVariant variant) throws Exception {
            ScramCredential credential = Scram.credential(variant, bytes("s3cret"), new byte[16], 100);
            ScramExchange server = exchange(variant, users("a=b", variant, credential));
            ScramLogin client = login(variant, "a=b", "s3cret");
            String challenge = text(server.step(bytes(client.first())));
            LoginResult last = server.step(bytes(client.last(challenge)));
            assertThat(last.kind()).isEqualTo(LoginResult.Kind.SUCCESS);
            assertThat(client.proven(text(last))).isTrue();
            assertThat(client.proven(text(last).replace('=', '-'))).isFalse();
        }

        @Test
        void wrongPassword_isRefused() throws Exception {
            ScramCredential credential = Scram.credential(ScramVariant.SHA1, bytes("s3cret"), new byte[16], 100);
            ScramExchange server = exchange(ScramVariant.SHA1, users("app", ScramVariant.SHA1, credential));
            ScramLogin client = login(ScramVariant.SHA1, "app", "other");
            String challenge = text(server.step(bytes(client.first())));
            assertThat(server.step(bytes(client.last(challenge))).kind()).isEqualTo(LoginResult.Kind.REFUSED);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "r=x,s=AA==,i=1", "s=AA==,i=1", "r=NONCE,s=?,i=1", "r=NONCE,s=AA==,i=99999999"})
        void challengeThatIsNone_isRefused(String challenge) {
            ScramLogin client = login(ScramVariant.SHA1, "app", "s3cret");
            String nonce = client.first().substring("n,,n=app,r=".length());
            assertThatThrownBy(() -> client.last(challenge.replace("NONCE", nonce)))
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageStartingWith("SCRAM: ");
        }
    }
}
