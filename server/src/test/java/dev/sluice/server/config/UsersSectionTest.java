package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Users in the configuration file, and what they mean for listeners. */
class UsersSectionTest {

    /** Of the password {@code pencil}: RFC 5802, section 5. */
    private static final String SHA1 = "{\"salt\": \"QSXCR+Q6sek8bf92\", \"iterations\": 4096, \"hashes\":"
            + " [{\"stored_key\": \"6dlGYMOdZcOPutkcNY8U2g7vK9Y=\", \"server_key\": \"D+CSWLOshSulAsxiupA+qs2/fTE=\"}]}";

    private static final String USER = "{\"credentials\": {\"scram-sha-1\": " + SHA1 + "}, \"roles\": [\"data:*\"]}";

    @TempDir
    Path home;

    private ServerConfiguration read(String json) throws ConfigurationException {
        Environment environment = new Environment(home, 1L << 30, 2, ConfigurationReader.class.getClassLoader());
        return ConfigurationReader.read("test.json", json, environment);
    }

    private List<String> mistakes(String json) {
        ConfigurationException thrown = catchThrowableOfType(ConfigurationException.class, () -> read(json));
        assertThat(thrown).as("a mistake in %s", json).isNotNull();
        return thrown.mistakes().stream()
                .map(m -> m.replaceFirst("^test.json:\\d+:\\d+: ", ""))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        no object              | 1                                  | $.users.a: 1 (expected: an object)
        nothing                | {}                                 | $.users.a.credentials: nothing (expected: an object with one or more of scram-sha-512, scram-sha-256, scram-sha-1)
        credentials no object  | {"credentials": []}                | $.users.a.credentials: an array (expected: an object)
        no credentials         | {"credentials": {}}                | $.users.a.credentials: no credentials (expected: one or more of scram-sha-512, scram-sha-256, scram-sha-1)
        unknown mechanism      | {"credentials": {"scram-sha-11": {}, "scram-sha-1": SHA1}} | $.users.a.credentials['scram-sha-11']: unknown key (expected: one of scram-sha-512, scram-sha-256, scram-sha-1), did you mean "scram-sha-1"?
        unknown key            | {"role": [], "credentials": {"scram-sha-1": SHA1}} | $.users.a.role: unknown key (expected: one of credentials, roles, expiry), did you mean "roles"?
        clear text             | {"password": "x", "credentials": {"scram-sha-1": SHA1}} | $.users.a.password: a password in clear text (expected: "credentials", as "sluice user a" prints them)
        salt no base64         | {"credentials": {"scram-sha-1": {"salt": "!", "iterations": 1, "hashes": [KEYS]}}} | $.users.a.credentials['scram-sha-1'].salt: a text that is not in base64 (expected: bytes in base64)
        no iterations          | {"credentials": {"scram-sha-1": {"salt": "AA==", "hashes": [KEYS]}}} | $.users.a.credentials['scram-sha-1'].iterations: nothing (expected: a whole number from 1 to 10000000)
        iterations of none     | {"credentials": {"scram-sha-1": {"salt": "AA==", "iterations": 0, "hashes": [KEYS]}}} | $.users.a.credentials['scram-sha-1'].iterations: 0 (expected: a whole number from 1 to 10000000)
        no hashes              | {"credentials": {"scram-sha-1": {"salt": "AA==", "iterations": 1}}} | $.users.a.credentials['scram-sha-1'].hashes: nothing (expected: an array of objects with stored_key and server_key, one for each password)
        empty hashes           | {"credentials": {"scram-sha-1": {"salt": "AA==", "iterations": 1, "hashes": []}}} | $.users.a.credentials['scram-sha-1'].hashes: an array (expected: an array of objects with stored_key and server_key, one for each password)
        short key              | {"credentials": {"scram-sha-1": {"salt": "AA==", "iterations": 1, "hashes": [{"stored_key": "AA==", "server_key": "D+CSWLOshSulAsxiupA+qs2/fTE="}]}}} | $.users.a.credentials['scram-sha-1'].hashes[0].stored_key: 1 bytes (expected: 20 bytes in base64)
        missing key            | {"credentials": {"scram-sha-1": {"salt": "AA==", "iterations": 1, "hashes": [{"server_key": "D+CSWLOshSulAsxiupA+qs2/fTE="}]}}} | $.users.a.credentials['scram-sha-1'].hashes[0].stored_key: nothing (expected: a text)
        roles no array         | {"roles": "admin", "credentials": {"scram-sha-1": SHA1}} | $.users.a.roles: "admin" (expected: an array such as ["data:*"])
        role without a place   | {"roles": ["admin", "data"], "credentials": {"scram-sha-1": SHA1}} | $.users.a.roles[1]: "data" (expected: data:BUCKET, data:BUCKET.SCOPE, data:BUCKET.SCOPE.COLLECTION or data:*)
        role for all           | {"roles": ["admin:*"], "credentials": {"scram-sha-1": SHA1}} | $.users.a.roles[0]: "admin:*" (expected: admin alone: it is for the whole server)
        expiry as a text       | {"expiry": "never", "credentials": {"scram-sha-1": SHA1}} | $.users.a.expiry: "never" (expected: a whole number from 0 to 9223372036854775807)
        """)
    void mistake_saysWhereWhatAndWhatWasExpected(String kind, String user, String expected) {
        String json = "{\"users\": {\"a\": "
                + user.replace("SHA1", SHA1).replace("KEYS", SHA1.replaceAll(".*\\[(.*)].*", "$1")) + "}}";

        assertThat(mistakes(json)).first().isEqualTo(expected);
    }

    @Test
    void names_areChecked() {
        assertThat(mistakes("{\"users\": {\"a,b\": " + USER + "}}"))
                .singleElement()
                .asString()
                .startsWith("$.users['a,b']: a user's name (expected: a name of 1 to 128 bytes");
        assertThat(mistakes("{\"users\": []}")).contains("$.users: an array (expected: an object)");
    }

    @Test
    void secrets_areNotRepeated() {
        String json =
                "{\"users\": {\"a\": {\"credentials\": {\"scram-sha-1\": {\"salt\": \"secret!\", \"iterations\": 1,"
                        + " \"hashes\": [{\"stored_key\": \"c2VjcmV0\", \"server_key\": \"hidden!\"}]}}}}}";
        assertThat(String.join("\n", mistakes(json))).doesNotContain("secret!", "c2VjcmV0", "hidden!");
    }

    @Test
    void listeners_askForALogin_whereThereAreUsers() throws Exception {
        String users = "\"users\": {\"a\": " + USER + "}";
        assertThat(read("{" + users + "}").listeners())
                .singleElement()
                .satisfies(l -> assertThat(l.open()).isFalse());
        assertThat(read("{" + users + ", \"listeners\": [{\"address\": \"0.0.0.0:1\"}, {\"address\": \"127.0.0.1:2\","
                                + " \"authentication\": \"none\"}, {\"address\": \"127.0.0.1:3\", \"authentication\":"
                                + " \"required\"}]}")
                        .listeners())
                .extracting(ListenerConfiguration::open)
                .containsExactly(false, true, false);
        assertThat(read("{}").listeners())
                .extracting(ListenerConfiguration::open)
                .containsExactly(true);
    }

    @Test
    void login_withNobodyWhoCould_isAMistake() {
        assertThat(mistakes("{\"listeners\": [{\"address\": \"127.0.0.1:1\", \"authentication\": \"required\"}]}"))
                .containsExactly("$.listeners[0].authentication: \"required\", and nobody who could log in (expected:"
                        + " \"users\" in the file)");
        assertThat(mistakes("{\"users\": {}, \"listeners\": [{\"address\": \"0.0.0.0:1\"}]}"))
                .singleElement()
                .asString()
                .contains("which others can reach");
    }

    @Test
    void usersAlone_canBeReadAgain_whateverElseIsWrong() throws Exception {
        Path file = home.resolve("sluice.json");
        Environment environment = new Environment(home, 1L << 30, 2, ConfigurationReader.class.getClassLoader());
        ConfigurationSource source = new ConfigurationSource(file, environment);
        Files.writeString(file, "{\"bukets\": {}, \"users\": {\"a\": " + USER + ", \"b\": " + USER + "}}");
        assertThat(ConfigurationReader.readUsers(source).size()).isEqualTo(2);
        Files.writeString(file, "{\"users\": {\"a\": {}}}");
        ConfigurationException thrown =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.readUsers(source));
        assertThat(thrown.mistakes())
                .singleElement()
                .asString()
                .contains("sluice.json:1:")
                .contains("$.users.a.credentials");
        Files.writeString(file, "{");
        assertThat(catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.readUsers(source)))
                .hasMessageContaining("no JSON");
        Files.writeString(file, "{}");
        assertThatCode(() -> ConfigurationReader.readUsers(source)).doesNotThrowAnyException();
    }
}
