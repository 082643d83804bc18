package dev.sluice.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an unknown user looks like beside the known ones. */
class KnownUsersTest {

    private static final byte[] SECRET = {1, 2, 3};

    private static User user(String name, Map<ScramVariant, Integer> iterations) {
        Map<ScramVariant, ScramCredential> credentials = new EnumMap<>(ScramVariant.class);
        iterations.forEach((variant, count) -> credentials.put(
                variant,
                Scram.credential(
                        variant, name.getBytes(StandardCharsets.UTF_8), new byte[variant.digestBytes()], count)));
        return new User(name, credentials, User.NEVER, Rights.NONE);
    }

    private static KnownUsers known(Users users) {
        return new KnownUsers(users, SECRET, 0);
    }

    @Test
    void ofEachScram_anUnknownUserHasTheIterationsOfMost() {
        Map<ScramVariant, Integer> usual =
                Map.of(ScramVariant.SHA512, 30, ScramVariant.SHA256, 30, ScramVariant.SHA1, 4);
        Users users = new Users(List.of(
                user("a", usual), user("b", usual), user("c", Map.of(ScramVariant.SHA1, 9, ScramVariant.SHA512, 9))));
        for (ScramVariant variant : ScramVariant.values()) {
            assertThat(known(users).scram(variant, "nobody").iterations())
                    .as(variant.mechanism())
                    .isEqualTo(usual.get(variant));
        }
        // "c" has no credential of this SCRAM, and looks like somebody who does not exist.
        assertThat(known(users).scram(ScramVariant.SHA256, "c").iterations()).isEqualTo(30);
    }

    @Test
    void aPasswordInClearText_isCheckedByTheHashOfMost() {
        User modern = user("m", Map.of(ScramVariant.SHA512, 5, ScramVariant.SHA1, 5));
        assertThat(new Users(List.of(
                                modern,
                                user("a", Map.of(ScramVariant.SHA1, 5)),
                                user("b", Map.of(ScramVariant.SHA1, 5))))
                        .usualStrongest())
                .isEqualTo(ScramVariant.SHA1);
        assertThat(new Users(List.of(modern)).usualStrongest()).isEqualTo(ScramVariant.SHA512);
        assertThat(Users.NONE.usualStrongest()).isEqualTo(ScramVariant.SHA512);
        assertThat(Users.NONE.usualIterations(ScramVariant.SHA1)).isEqualTo(Users.ITERATIONS_DEFAULT);
    }
}
