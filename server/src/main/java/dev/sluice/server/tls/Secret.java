package dev.sluice.server.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a password is to be found. The configuration never holds one in clear: it names a file, of which the first line
 * counts, or a variable of the environment.
 *
 * @param file the file, or null where it is a variable
 * @param variable the variable, or null where it is a file
 */
public record Secret(@Nullable Path file, @Nullable String variable) {

    /** How one is written. */
    public static final String EXPECTED = "\"file:PATH\" or \"env:VARIABLE\", which say where the password is";

    private static final String FILE_PREFIX = "file:";
    private static final String VARIABLE_PREFIX = "env:";

    /** Reads how one is written; null where it is written otherwise. Relative paths begin at {@code home}. */
    public static @Nullable Secret parse(String text, Path home) {
        if (text.startsWith(FILE_PREFIX) && text.length() > FILE_PREFIX.length()) {
            try {
                return new Secret(
                        home.resolve(text.substring(FILE_PREFIX.length())).normalize(), null);
            } catch (InvalidPathException e) {
                return null; // Such as one with a NUL.
            }
        }
        if (text.startsWith(VARIABLE_PREFIX) && text.length() > VARIABLE_PREFIX.length()) {
            return new Secret(null, text.substring(VARIABLE_PREFIX.length()));
        }
        return null;
    }

    /** The password as it is now; null, and a mistake, where there is none. */
    char @Nullable [] read(String key, Mistakes mistakes) {
        if (file != null) {
            return readFile(key, file, mistakes);
        }
        String value = System.getenv(variable);
        if (value == null) {
            mistakes.add(key, "no variable " + variable + " in the environment", "a variable with the password");
            return null;
        }
        return value.toCharArray();
    }

    private static char @Nullable [] readFile(String key, Path file, Mistakes mistakes) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("").toCharArray();
        } catch (IOException e) {
            mistakes.add(key, PemFile.unreadable(file, e), "a file with the password in its first line");
            return null;
        }
    }

    /** As the configuration writes it. */
    @Override
    public String toString() {
        return file != null ? FILE_PREFIX + file : VARIABLE_PREFIX + variable;
    }
}
