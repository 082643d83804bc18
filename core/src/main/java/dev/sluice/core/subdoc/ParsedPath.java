package dev.sluice.core.subdoc;

import java.util.Arrays;

/**
 * The components of a path. Protocol: {@code protocol-subdoc} 5.
 *
 * <pre>
 *   path    := "" | element { element }
 *   element := name [ "." ] | index [ "." ]       name "." name, name index, name "." index, index "." name, index index
 *   index   := "[" digits "]" | "[-1]"
 * </pre>
 *
 * <p>A name is text of a JSON string: it goes into a document as it is, but for its back-ticks. Where the grammar leaves a
 * choice:
 *
 * <ul>
 *   <li>An odd number of back-ticks at the beginning of a name opens a quotation, and the rest of them are doubled ones; an even
 *       number is doubled ones alone. So {@code ```a`} is {@code `a}, as is {@code ``a}, and no name is empty.
 *   <li>Behind a quotation only {@code .} or {@code [} or the end may follow; a single back-tick elsewhere is not balanced.
 *   <li>Digits may begin with zeros, and may make a number that no array has elements for.
 *   <li>Names that are no UTF-8 and the control character 0x1F, which the reference lets pass, are errors: a document with such
 *       a key would not be JSON any more.
 * </ul>
 */
final class ParsedPath {

    /** The index of the last element, whichever that is. */
    static final int LAST = -1;

    /** As long as the protocol lets paths be; longer ones work and cost an array. */
    private static final int NAMES_BYTES = 1024;

    private static final int NAME = -2;

    private final int componentsMax;
    private final int[] indexes;
    private final int[] ends;
    private byte[] names = new byte[NAMES_BYTES];
    private int namesLength;
    private int count;

    ParsedPath(int componentsMax) {
        this.componentsMax = componentsMax;
        this.indexes = new int[componentsMax];
        this.ends = new int[componentsMax];
    }

    /** Replaces what was parsed before. */
    PathStatus parse(byte[] path, int offset, int length) {
        count = 0;
        namesLength = 0;
        if (length > names.length) {
            names = new byte[length];
        }
        int end = offset + length;
        int i = offset;
        while (i < end) {
            if (count == componentsMax) {
                return PathStatus.PATH_E2BIG;
            }
            i = path[i] == '[' ? parseIndex(path, i + 1, end) : parseName(path, i, end);
            if (i < 0) {
                return PathStatus.PATH_EINVAL;
            }
            ends[count++] = namesLength;
            if (i < end && path[i] == '.') {
                i++; // The last one may have a dot behind it, too: it means nothing.
            } else if (i < end && path[i] != '[') {
                return PathStatus.PATH_EINVAL;
            }
        }
        return PathStatus.SUCCESS;
    }

    private int parseIndex(byte[] path, int position, int end) {
        int i = position;
        if (i < end && path[i] == '-') {
            if (end - i < 3 || path[i + 1] != '1' || path[i + 2] != ']') {
                return JsonText.MALFORMED;
            }
            indexes[count] = LAST;
            return i + 3;
        }
        int index = 0;
        while (i < end && path[i] >= '0' && path[i] <= '9') {
            int digit = path[i] - '0';
            index = index > (Integer.MAX_VALUE - digit) / 10 ? Integer.MAX_VALUE : index * 10 + digit;
            i++;
        }
        if (i == position || i == end || path[i] != ']') {
            return JsonText.MALFORMED;
        }
        indexes[count] = index;
        return i + 1;
    }

    private int parseName(byte[] path, int position, int end) {
        int i = position;
        while (i < end && path[i] == '`') {
            i++;
        }
        boolean quoted = (i - position) % 2 != 0;
        int begin = namesLength;
        i = quoted ? position + 1 : position;
        while (i < end) {
            byte b = path[i];
            int from = i;
            if (b == '`') {
                boolean doubled = end - i >= 2 && path[i + 1] == '`';
                if (!doubled) {
                    indexes[count] = NAME;
                    return quoted ? i + 1 : JsonText.MALFORMED;
                }
                from++;
                i += 2;
            } else if (!quoted && (b == '.' || b == '[')) {
                break;
            } else if (b == '"' || (b >= 0 && b < ' ') || (!quoted && b == ']')) {
                return JsonText.MALFORMED;
            } else if (b == '\\') {
                if (end - i < 2 || !JsonText.isShortEscape(path[i + 1])) {
                    return JsonText.MALFORMED;
                }
                i += 2;
            } else if (b < 0) {
                i = JsonText.skipCharacter(path, i, end);
                if (i < 0) {
                    return JsonText.MALFORMED;
                }
            } else {
                i++;
            }
            while (from < i) {
                names[namesLength++] = path[from++];
            }
        }
        if (quoted || namesLength == begin) {
            return JsonText.MALFORMED;
        }
        indexes[count] = NAME;
        return i;
    }

    /** How many components there are; 0 where the path names the root. */
    int count() {
        return count;
    }

    boolean isIndex(int component) {
        return indexes[component] != NAME;
    }

    /** Of an index: from 0, {@link #LAST}, or {@link Integer#MAX_VALUE} for whatever is above. */
    int index(int component) {
        return indexes[component];
    }

    /** Whether all components from this one on are names. */
    boolean areNamesFrom(int component) {
        for (int i = component; i < count; i++) {
            if (isIndex(i)) {
                return false;
            }
        }
        return true;
    }

    /** The array in which the names are, without back-ticks. */
    byte[] names() {
        return names;
    }

    int nameBegin(int component) {
        return component == 0 ? 0 : ends[component - 1];
    }

    int nameEnd(int component) {
        return ends[component];
    }

    /**
     * Whether a name is the key whose text, without its quotes and well-formed, is given. Texts are compared, but for {@code
     * \}{@code uXXXX} in the key, which stands for its character in the form that a path has for it.
     */
    boolean matches(int component, byte[] text, int from, int to) {
        int nameFrom = nameBegin(component);
        int nameTo = nameEnd(component);
        if (to - from == nameTo - nameFrom) {
            // Of equal length and yet different, they name different keys, as an escape is longer than what it stands
            // for.
            return Arrays.equals(text, from, to, names, nameFrom, nameTo);
        }
        return to - from > nameTo - nameFrom && matchesEscaped(nameFrom, nameTo, text, from, to);
    }

    private boolean matchesEscaped(int nameFrom, int nameTo, byte[] text, int from, int to) {
        int name = nameFrom;
        int i = from;
        while (i < to) {
            if (text[i] != '\\' || text[i + 1] != 'u') {
                int length = text[i] == '\\' ? 2 : 1;
                if (nameTo - name < length || !Arrays.equals(text, i, i + length, names, name, name + length)) {
                    return false;
                }
                i += length;
                name += length;
                continue;
            }
            int character = hexadecimal(text, i + 2);
            i += 6;
            if (Character.isHighSurrogate((char) character) && to - i >= 6 && text[i] == '\\' && text[i + 1] == 'u') {
                int low = hexadecimal(text, i + 2);
                if (Character.isLowSurrogate((char) low)) {
                    character = Character.toCodePoint((char) character, (char) low);
                    i += 6;
                }
            }
            name = matchCharacter(name, nameTo, character);
            if (name < 0) {
                return false;
            }
        }
        return name == nameTo;
    }

    private static int hexadecimal(byte[] text, int position) {
        int value = 0;
        for (int i = position; i < position + 4; i++) {
            value = value << 4 | Character.digit(text[i], 16);
        }
        return value;
    }

    /** The position behind the character in the name, or a negative number where it is not there. */
    private int matchCharacter(int name, int nameTo, int character) {
        long form = pathForm(character);
        int i = name;
        for (; form != 0; form >>>= 8, i++) {
            if (i >= nameTo || names[i] != (byte) form) {
                return JsonText.MALFORMED;
            }
        }
        return i == name ? JsonText.MALFORMED : i;
    }

    /** The bytes of a character in a path, first one lowest; 0 where no path can have it. */
    private static long pathForm(int character) {
        return switch (character) {
            case '"', '\\' -> '\\' | character << 8;
            case '\b' -> '\\' | 'b' << 8;
            case '\f' -> '\\' | 'f' << 8;
            case '\n' -> '\\' | 'n' << 8;
            case '\r' -> '\\' | 'r' << 8;
            case '\t' -> '\\' | 't' << 8;
            default -> {
                if (character < ' ') {
                    yield 0;
                } else if (character < 0x80) {
                    yield character;
                } else if (character < 0x800) {
                    yield (0xc0 | character >> 6) | continuation(character, 0) << 8;
                } else if (character < 0x10000) {
                    yield Character.isSurrogate((char) character)
                            ? 0
                            : (0xe0 | character >> 12)
                                    | continuation(character, 6) << 8
                                    | continuation(character, 0) << 16;
                }
                yield (0xf0 | character >> 18)
                        | continuation(character, 12) << 8
                        | continuation(character, 6) << 16
                        | (long) continuation(character, 0) << 24;
            }
        };
    }

    private static int continuation(int character, int shift) {
        return 0x80 | (character >> shift & 0x3f);
    }
}
