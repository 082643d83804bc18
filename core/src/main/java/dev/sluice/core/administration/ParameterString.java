package dev.sluice.core.administration;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration string of the original: {@code key=value;key=value}.
 *
 * <p>White space around keys and values does not count. A backslash takes the next character, whatever it is, as part of the
 * text. An empty key ends the string, whatever comes behind it. A key that stands twice has its last value. Protocol: {@code
 * protocol-kv} 10.2.
 */
final class ParameterString {

    private final String text;
    private int position;

    /** What the last token ended with; NUL at the end of the text. */
    private char ending;

    private ParameterString(String text) {
        this.text = text;
    }

    /** The pairs, in the order in which the keys stand first. */
    static Map<String, String> parse(String text) {
        ParameterString parser = new ParameterString(text);
        Map<String, String> pairs = new LinkedHashMap<>();
        while (parser.position < text.length()) {
            String key = parser.token('=', ';');
            if (key.isEmpty()) {
                return pairs;
            }
            pairs.put(key, parser.ending == '=' ? parser.token(';', ';') : "");
        }
        return pairs;
    }

    /** The text up to one of two characters, without unescaped white space at its ends; goes behind that character. */
    private String token(char end, char otherEnd) {
        StringBuilder token = new StringBuilder();
        int kept = 0; // What an escape has put there is not trimmed.
        ending = '\0';
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '\\' && position < text.length()) {
                token.append(text.charAt(position++));
                kept = token.length();
            } else if (c == end || c == otherEnd) {
                ending = c;
                break;
            } else if (!isSpace(c)) {
                token.append(c);
                kept = token.length();
            } else if (token.length() > 0) {
                token.append(c);
            }
        }
        token.setLength(kept);
        return token.toString();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
