package dev.sluice.core.subdoc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Steps over JSON text in UTF-8, strictly as RFC 8259 and RFC 3629 have it, without keeping anything of it.
 *
 * <p>Each method takes the position where something is expected to begin and returns the position behind it, or a negative
 * number: {@link #MALFORMED} or {@link #TOO_DEEP}. Nothing is read at or behind {@code end}. There is no recursion: which
 * kinds of containers are open is kept in the bits of a {@code long}, which the limit of levels leaves room for.
 *
 * <p>Strings are most of most documents. They are looked at eight bytes at a time, until one of the eight is a quote, a
 * backslash, a control character or no ASCII.
 */
final class JsonText {

    /** No JSON, or its end is missing. */
    static final int MALFORMED = -1;

    /** A value begins at a level that is not allowed any more. */
    static final int TOO_DEEP = -2;

    /** The bits of a {@code long} bound the number of containers that can be open. */
    static final int LEVELS_MAX = Long.SIZE - 1;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long QUOTES = '"' * LOW_BITS;
    private static final long BACKSLASHES = '\\' * LOW_BITS;
    private static final long SPACES = ' ' * LOW_BITS;

    private JsonText() {}

    /** The position of the first byte that is no white space, or {@code end}. */
    static int skipSpace(byte[] text, int position, int end) {
        int i = position;
        while (i < end && isSpace(text[i])) {
            i++;
        }
        return i;
    }

    static boolean isSpace(byte b) {
        return b <= ' ' && (b == ' ' || b == '\n' || b == '\r' || b == '\t');
    }

    static boolean isOpening(byte b) {
        return b == '{' || b == '[';
    }

    /**
     * Steps over a value.
     *
     * @param levels how many levels the value may have, at most {@link #LEVELS_MAX}; a scalar has one
     */
    static int skipValue(byte[] text, int position, int end, int levels) {
        int i = position;
        int open = 0;
        long objects = 0; // Bit 0 tells whether the innermost open container is an object, bit 1 the one around it, ...
        while (true) {
            if (i >= end) {
                return MALFORMED;
            }
            if (open >= levels) {
                return TOO_DEEP;
            }
            byte first = text[i];
            if (first == '{') {
                open++;
                objects = objects << 1 | 1;
                i = skipSpace(text, i + 1, end);
                if (i >= end) {
                    return MALFORMED;
                }
                if (text[i] != '}') {
                    i = skipKey(text, i, end);
                    if (i < 0) {
                        return MALFORMED;
                    }
                    continue;
                }
            } else if (first == '[') {
                open++;
                objects <<= 1;
                i = skipSpace(text, i + 1, end);
                if (i >= end) {
                    return MALFORMED;
                }
                if (text[i] != ']') {
                    continue;
                }
            } else {
                i = skipScalar(text, i, end);
                if (i < 0) {
                    return MALFORMED;
                }
            }
            // A value has ended, or an empty container is about to.
            while (true) {
                if (open == 0) {
                    return i;
                }
                i = skipSpace(text, i, end);
                if (i >= end) {
                    return MALFORMED;
                }
                byte next = text[i];
                boolean object = (objects & 1) != 0;
                if (next == ',') {
                    i = skipSpace(text, i + 1, end);
                    if (object) {
                        i = skipKey(text, i, end);
                        if (i < 0) {
                            return MALFORMED;
                        }
                    }
                    break;
                }
                if (next != (object ? '}' : ']')) {
                    return MALFORMED;
                }
                open--;
                objects >>>= 1;
                i++;
            }
        }
    }

    /** Steps over a key, its colon and the white space behind that: to where the value ought to begin. */
    static int skipKey(byte[] text, int position, int end) {
        if (position >= end || text[position] != '"') {
            return MALFORMED;
        }
        int i = skipString(text, position, end);
        return i < 0 ? MALFORMED : skipColon(text, i, end);
    }

    /** Steps over the colon behind a key and the white space around it. */
    static int skipColon(byte[] text, int position, int end) {
        int i = skipSpace(text, position, end);
        return i < end && text[i] == ':' ? skipSpace(text, i + 1, end) : MALFORMED;
    }

    /** Steps over a string, number, true, false or null. Does not look at what follows it. */
    static int skipScalar(byte[] text, int position, int end) {
        if (position >= end) {
            return MALFORMED;
        }
        return switch (text[position]) {
            case '"' -> skipString(text, position, end);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> skipNumber(text, position, end);
            case 't' -> skipWord(text, position, end, "true");
            case 'f' -> skipWord(text, position, end, "false");
            case 'n' -> skipWord(text, position, end, "null");
            default -> MALFORMED;
        };
    }

    private static int skipWord(byte[] text, int position, int end, String word) {
        if (end - position < word.length()) {
            return MALFORMED;
        }
        for (int i = 1; i < word.length(); i++) {
            if (text[position + i] != word.charAt(i)) {
                return MALFORMED;
            }
        }
        return position + word.length();
    }

    private static int skipNumber(byte[] text, int position, int end) {
        int i = position;
        if (text[i] == '-') {
            i++;
        }
        int digits = i;
        i = skipDigits(text, i, end);
        if (i == digits) {
            return MALFORMED;
        }
        if (text[digits] == '0' && i > digits + 1) {
            return MALFORMED;
        }
        if (i < end && text[i] == '.') {
            digits = i + 1;
            i = skipDigits(text, digits, end);
            if (i == digits) {
                return MALFORMED;
            }
        }
        if (i < end && (text[i] == 'e' || text[i] == 'E')) {
            i++;
            if (i < end && (text[i] == '+' || text[i] == '-')) {
                i++;
            }
            digits = i;
            i = skipDigits(text, digits, end);
            if (i == digits) {
                return MALFORMED;
            }
        }
        return i;
    }

    private static int skipDigits(byte[] text, int position, int end) {
        int i = position;
        while (i < end && text[i] >= '0' && text[i] <= '9') {
            i++;
        }
        return i;
    }

    /** Steps over a string from its opening to behind its closing quote. */
    static int skipString(byte[] text, int position, int end) {
        int i = position + 1;
        while (true) {
            while (end - i >= Long.BYTES) {
                long found = remarkable((long) LONGS.get(text, i));
                if (found != 0) {
                    i += Long.numberOfTrailingZeros(found) >>> 3;
                    break;
                }
                i += Long.BYTES;
            }
            if (i >= end) {
                return MALFORMED;
            }
            byte b = text[i];
            if (b == '"') {
                return i + 1;
            } else if (b == '\\') {
                i = skipEscape(text, i, end);
            } else if (b < 0) {
                do {
                    i = skipCharacter(text, i, end);
                } while (i > 0 && i < end && text[i] < 0);
            } else if (b < ' ') {
                return MALFORMED;
            } else {
                i++;
            }
            if (i < 0) {
                return MALFORMED;
            }
        }
    }

    /**
     * Has a bit set in the lowest byte that does not simply belong to a string, and none in the bytes below it; what bits there
     * are above means nothing. A byte becomes 0x80 or above by subtraction where it was less than what is subtracted, and
     * only such a byte borrows from the one above it.
     */
    private static long remarkable(long bytes) {
        long quotes = bytes ^ QUOTES;
        long backslashes = bytes ^ BACKSLASHES;
        return (((quotes - LOW_BITS) & ~quotes) | ((backslashes - LOW_BITS) & ~backslashes) | (bytes - SPACES) | bytes)
                & HIGH_BITS;
    }

    private static int skipEscape(byte[] text, int position, int end) {
        if (end - position < 2) {
            return MALFORMED;
        }
        if (isShortEscape(text[position + 1])) {
            return position + 2;
        }
        if (text[position + 1] != 'u' || end - position < 6) {
            return MALFORMED;
        }
        for (int i = position + 2; i < position + 6; i++) {
            if (Character.digit(text[i], 16) < 0) {
                return MALFORMED;
            }
        }
        return position + 6;
    }

    /** Whether a backslash and this character are an escape of JSON. */
    static boolean isShortEscape(byte b) {
        return switch (b) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> true;
            default -> false;
        };
    }

    /** Steps over one character that is no ASCII. */
    static int skipCharacter(byte[] text, int position, int end) {
        int lead = text[position] & 0xff;
        int length;
        int secondMin = 0x80;
        int secondMax = 0xbf;
        if (lead >= 0xc2 && lead <= 0xdf) {
            length = 2;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            length = 3;
            secondMin = lead == 0xe0 ? 0xa0 : 0x80; // Below, a shorter form exists.
            secondMax = lead == 0xed ? 0x9f : 0xbf; // Above are the surrogates.
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            length = 4;
            secondMin = lead == 0xf0 ? 0x90 : 0x80;
            secondMax = lead == 0xf4 ? 0x8f : 0xbf; // Above is no Unicode.
        } else {
            return MALFORMED;
        }
        if (end - position < length) {
            return MALFORMED;
        }
        int second = text[position + 1] & 0xff;
        if (second < secondMin || second > secondMax) {
            return MALFORMED;
        }
        for (int i = position + 2; i < position + length; i++) {
            if ((text[i] & 0xc0) != 0x80) {
                return MALFORMED;
            }
        }
        return position + length;
    }

    /**
     * Checks that all of the text is one value, or values with commas between them.
     *
     * @return a number that is not negative, {@link #MALFORMED} or {@link #TOO_DEEP}
     */
    static int check(byte[] text, int position, int end, int levels, boolean list) {
        int i = position;
        while (true) {
            i = skipValue(text, skipSpace(text, i, end), end, levels);
            if (i < 0) {
                return i;
            }
            i = skipSpace(text, i, end);
            if (i >= end) {
                return i;
            }
            if (!list || text[i] != ',') {
                return MALFORMED;
            }
            i++;
        }
    }
}
