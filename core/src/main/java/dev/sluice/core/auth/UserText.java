package dev.sluice.core.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Names of users, as text and as bytes. */
public final class UserText {

    /** Of a user in the configuration. Protocol: {@code auth} 3. */
    public static final int NAME_BYTES_MAX = 128;

    private static final String FORBIDDEN = "()<>,;:\\\"/[]?={}";

    private UserText() {}

    /** What is wrong with a name for a user of the configuration, as what was expected; null where nothing is. */
    public static @Nullable String mistake(String name) {
        boolean legal = !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX
                && name.chars().noneMatch(c -> FORBIDDEN.indexOf(c) >= 0 || Character.isISOControl(c))
                && name.chars().filter(c -> c == '@').count() <= 1;
        return legal
                ? null
                : "a name of 1 to " + NAME_BYTES_MAX
                        + " bytes without control characters, with at most one @ and none of " + FORBIDDEN;
    }

    /** The text of bytes in UTF-8; null where they are none, or hold control characters. */
    static @Nullable String decode(byte[] bytes, int offset, int length) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, offset, length))
                    .toString();
            return text.chars().anyMatch(Character::isISOControl) ? null : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** A name as the log may have it: it comes from a stranger, and may hold anything. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < name.length() && i < NAME_BYTES_MAX; i++) {
            char c = name.charAt(i);
            shown.append(c < ' ' || Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '.' : c);
        }
        return shown.toString();
    }
}
