package dev.sluice.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenUsersTest {

    /** What is written down is what follows from the password in the manual. */
    @ParameterizedTest
    @EnumSource
    void credential_isThatOfTheDocumentedPassword(ScramVariant variant) {
        byte[] password = OpenUsers.PASSWORD.getBytes(StandardCharsets.US_ASCII);
        byte[] salt = OpenUsers.salt(variant);
        ScramCredential.KeyPair expected = Scram.keys(variant, password, salt, OpenUsers.ITERATIONS);

        ScramCredential credential = OpenUsers.credential(variant);

        assertThat(credential.salt()).isEqualTo(salt).hasSize(variant.digestBytes());
        assertThat(credential.iterations()).isEqualTo(OpenUsers.ITERATIONS);
        assertThat(credential.keys()).hasSize(1);
        assertThat(List.of(
                        credential.keys().get(0).storedKey(),
                        credential.keys().get(0).serverKey()))
                .usingRecursiveComparison()
                .isEqualTo(List.of(expected.storedKey(), expected.serverKey()));
    }
}
