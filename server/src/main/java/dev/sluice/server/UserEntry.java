package dev.sluice.server;

import dev.sluice.core.auth.Scram;
import dev.sluice.core.auth.ScramCredential;
import dev.sluice.core.auth.ScramVariant;
import dev.sluice.core.auth.Users;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What {@code sluice user NAME} prints: an entry for the object {@code users} of the configuration. */
final class UserEntry {

    private UserEntry() {}

    /**
     * The entry, as a member of an object, ready to be put into the file.
     *
     * @param password in UTF-8; the caller's
     */
    static String of(String name, byte[] password, RandomGenerator random) {
        Map<String, Object> credentials = new LinkedHashMap<>();
        for (ScramVariant variant : ScramVariant.values()) {
            byte[] salt = new byte[variant.digestBytes()];
            random.nextBytes(salt);
            ScramCredential credential = Scram.credential(variant, password, salt, Users.ITERATIONS_DEFAULT);
            ScramCredential.KeyPair keys = credential.keys().get(0);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("salt", base64(salt));
            entry.put("iterations", credential.iterations());
            Map<String, Object> pair = new LinkedHashMap<>();
            pair.put("stored_key", base64(keys.storedKey()));
            pair.put("server_key", base64(keys.serverKey()));
            entry.put("hashes", List.of(pair));
            credentials.put(variant.key(), entry);
        }
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("credentials", credentials);
        user.put("roles", List.of("data:*"));
        String member = JsonText.of(Map.of(name, user));
        return member.substring(1, member.length() - 1); // Without the braces around it.
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
