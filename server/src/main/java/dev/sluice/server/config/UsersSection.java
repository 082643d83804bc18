package dev.sluice.server.config;

import dev.sluice.core.auth.Roles;
import dev.sluice.core.auth.ScramCredential;
import dev.sluice.core.auth.ScramVariant;
import dev.sluice.core.auth.User;
import dev.sluice.core.auth.UserText;
import dev.sluice.core.auth.Users;
import dev.sluice.core.engine.NearestName;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code users} object of the file. Passwords never stand in it, only what the server needs to check them; the names of
 * the keys are those of the reference's user database, so that entries can be taken over from there.
 */
final class UsersSection {

    private static final String BASE64_EXPECTED = "bytes in base64";
    private static final List<String> VARIANTS =
            Stream.of(ScramVariant.values()).map(ScramVariant::key).toList();

    private final Consumer<Problem> problems;

    private UsersSection(Consumer<Problem> problems) {
        this.problems = problems;
    }

    /** Reads all users; one with a mistake is left out, and {@code problems} is told. */
    static Users parse(String path, Map<String, @Nullable Object> users, Consumer<Problem> problems) {
        UsersSection section = new UsersSection(problems);
        List<User> parsed = new ArrayList<>();
        users.forEach((name, value) -> {
            String member = Problem.member(path, name);
            String expected = UserText.mistake(name);
            if (expected != null) {
                problems.accept(new Problem(member, "a user's name", expected));
            }
            User user = section.user(member, name, SourceTree.asObject(member, value, problems));
            if (user != null && expected == null) {
                parsed.add(user);
            }
        });
        return new Users(parsed);
    }

    private @Nullable User user(String path, String name, Map<String, @Nullable Object> object) {
        Map<String, @Nullable Object> scalars = new LinkedHashMap<>();
        object.forEach((key, value) -> {
            if (key.equals("password")) {
                problems.accept(new Problem(
                        Problem.member(path, key),
                        "a password in clear text",
                        "\"credentials\", as \"sluice user " + name + "\" prints them"));
            } else if (!Keys.USER_KEYS.contains(key)) {
                problems.accept(Settings.unknownKey(path, key, Keys.USER_KEYS));
            } else if (!Keys.USER_OBJECTS.contains(key)) {
                scalars.put(key, value);
            }
        });
        Settings settings = Settings.check(path, Keys.USER, scalars, problems);
        List<String> roles = roles(Problem.member(path, Keys.ROLES), object);
        Map<ScramVariant, ScramCredential> credentials = credentials(path, object);
        if (credentials == null || roles == null) {
            return null;
        }
        return new User(name, credentials, settings.number(Keys.EXPIRY, User.NEVER), Roles.expand(roles));
    }

    private @Nullable List<String> roles(String path, Map<String, @Nullable Object> object) {
        if (!object.containsKey(Keys.ROLES)) {
            return List.of();
        }
        if (!(object.get(Keys.ROLES) instanceof List<?> elements)) {
            problems.accept(
                    new Problem(path, Problem.describe(object.get(Keys.ROLES)), "an array such as [\"data:*\"]"));
            return null;
        }
        List<String> roles = new ArrayList<>();
        boolean wrong = false;
        for (int i = 0; i < elements.size(); i++) {
            Object element = elements.get(i);
            String text = element instanceof String role ? role : null;
            String expected = text == null ? Roles.expected() : Roles.mistake(text);
            if (text == null || expected != null) {
                boolean misspelt = Roles.expected().equals(expected);
                String meant = text != null && misspelt ? NearestName.of(text, Roles.names()) : null;
                problems.accept(new Problem(
                        Problem.element(path, i),
                        Problem.describe(element),
                        expected == null ? Roles.expected() : expected,
                        meant));
                wrong = true;
            } else {
                roles.add(text);
            }
        }
        return wrong ? null : roles;
    }

    private @Nullable Map<ScramVariant, ScramCredential> credentials(
            String userPath, Map<String, @Nullable Object> user) {
        String path = Problem.member(userPath, Keys.CREDENTIALS);
        if (!user.containsKey(Keys.CREDENTIALS)) {
            problems.accept(
                    new Problem(path, "nothing", "an object with one or more of " + String.join(", ", VARIANTS)));
            return null;
        }
        Map<String, @Nullable Object> object = SourceTree.asObject(path, user.get(Keys.CREDENTIALS), problems);
        Map<ScramVariant, ScramCredential> credentials = new EnumMap<>(ScramVariant.class);
        boolean wrong = !(user.get(Keys.CREDENTIALS) instanceof Map);
        for (String key : object.keySet()) {
            if (!VARIANTS.contains(key)) {
                problems.accept(Settings.unknownKey(path, key, VARIANTS));
            }
        }
        for (ScramVariant variant : ScramVariant.values()) {
            if (object.containsKey(variant.key())) {
                String member = Problem.member(path, variant.key());
                ScramCredential credential =
                        credential(member, variant, SourceTree.asObject(member, object.get(variant.key()), problems));
                if (credential == null) {
                    wrong = true;
                } else {
                    credentials.put(variant, credential);
                }
            }
        }
        if (!wrong && credentials.isEmpty()) {
            problems.accept(new Problem(path, "no credentials", "one or more of " + String.join(", ", VARIANTS)));
        }
        return wrong || credentials.isEmpty() ? null : credentials;
    }

    private @Nullable ScramCredential credential(
            String path, ScramVariant variant, Map<String, @Nullable Object> object) {
        Map<String, @Nullable Object> scalars = new LinkedHashMap<>(object);
        scalars.remove(Keys.HASHES);
        Settings settings = Settings.check(path, Keys.SCRAM, scalars, problems);
        byte[] salt = base64(Problem.member(path, Keys.SALT), settings.text(Keys.SALT), -1);
        String hashesPath = Problem.member(path, Keys.HASHES);
        if (!(object.get(Keys.HASHES) instanceof List<?> elements) || elements.isEmpty()) {
            String found = object.containsKey(Keys.HASHES) ? Problem.describe(object.get(Keys.HASHES)) : "nothing";
            problems.accept(new Problem(
                    hashesPath, found, "an array of objects with stored_key and server_key, one for each password"));
            return null;
        }
        List<ScramCredential.KeyPair> pairs = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            String element = Problem.element(hashesPath, i);
            Settings pair = Settings.check(
                    element, Keys.KEY_PAIR, SourceTree.asObject(element, elements.get(i), problems), problems);
            byte[] stored = key(element, Keys.STORED_KEY, pair, variant);
            byte[] server = key(element, Keys.SERVER_KEY, pair, variant);
            if (stored != null && server != null) {
                pairs.add(new ScramCredential.KeyPair(stored, server));
            }
        }
        if (salt == null || !settings.given(Keys.ITERATIONS) || pairs.size() < elements.size()) {
            return null;
        }
        return new ScramCredential(salt, Math.toIntExact(settings.number(Keys.ITERATIONS)), pairs);
    }

    private byte @Nullable [] key(String path, String name, Settings pair, ScramVariant variant) {
        return base64(Problem.member(path, name), pair.text(name), variant.digestBytes());
    }

    /** Null where it is wrong, or was missing, which was said before. What is found there is not repeated: it is a secret. */
    private byte @Nullable [] base64(String path, @Nullable String text, int length) {
        if (text == null) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            problems.accept(new Problem(path, "a text that is not in base64", BASE64_EXPECTED));
            return null;
        }
        if (length >= 0 && bytes.length != length) {
            problems.accept(new Problem(path, bytes.length + " bytes", length + " " + BASE64_EXPECTED));
            return null;
        }
        return bytes;
    }
}
