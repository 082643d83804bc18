package dev.sluice.core.subdoc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Documents, paths and values by chance: mostly well-formed and made to meet, some of them damaged, some plain garbage. */
final class JsonChance {

    /** Keys as texts of JSON, some of them spellings of one another; behind each its name in a path, or one much like it. */
    private static final String[][] KEYS = {
        {"a", "a"},
        {"b", "b"},
        {"a", "`a`"},
        {"b", "b"},
        {"c", "c"},
        {"ab", "ab"},
        {"a.b", "`a.b`"},
        {"a[0]", "`a[0]`"},
        {"`", "``"},
        {"``", "````"},
        {"\\u0061", "a"},
        {"\\u00e9", "\u00c3\u00a9"},
        {"\u00c3\u00a9", "\u00c3\u00a9"},
        {"\\\"q", "\\\"q"},
        {"\\u0022q", "\\\"q"},
        {"\\\\", "\\\\"},
        {"\\u005c", "\\\\"},
        {"\\u005cn", "\\n"},
        {"\\n", "\\n"},
        {"\\u000A", "\\n"},
        {"\\/", "\\/"},
        {"/", "\\/"},
        {"\\u20ac", "\u00e2\u0082\u00ac"},
        {"\u00e2\u0082\u00ac", "\u00e2\u0082\u00ac"},
        {"\\ud83d\\ude00", "\u00f0\u009f\u0098\u0080"},
        {"\u00f0\u009f\u0098\u0080", "\u00f0\u009f\u0098\u0080"},
        {"\\ud83d", "\u00ed\u00a0\u00bd"},
        {"\\ude00x", "x"},
        {"\\u0001", "\u0001"},
        {"", "``"},
        {"]", "`]`"},
        {" ", " "},
        {"\\u0000", "\u0000"},
        {"a`b", "`a``b`"},
        {"a long key that takes some words", "a long key that takes some words"}
    };

    /** Names as a path may have them, for the most part. */
    private static final String[] NAMES = {
        "a",
        "b",
        "a",
        "b",
        "c",
        "ab",
        "`a.b`",
        "`a[0]`",
        "``",
        "````",
        "`a`",
        "\u00c3\u00a9",
        "\\\"q",
        "\\\\",
        "\\n",
        "\\/",
        "/",
        "\u00e2\u0082\u00ac",
        "\u00f0\u009f\u0098\u0080",
        "`]`",
        " ",
        "new",
        "`a``b`",
        "```",
        "a long key that takes some words"
    };

    private static final String[] SCALARS = {
        "0",
        "1",
        "-1",
        "12",
        "1.5",
        "-0",
        "1e3",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        "\"1\"",
        "\"x\\u00e9\\n\\\"\"",
        "\"\u00c3\u00a9 \u00e2\u0082\u00ac \u00f0\u009f\u0098\u0080\"",
        "\"a string that is longer than eight bytes, with a ] and a }\"",
        "\"longer, with an escape \\\" in it, and \u00e2\u0082\u00ac\""
    };

    private static final String PATH_CHARACTERS = "ab.[]`\\\"-109 \u00c3\u00a9\u0001";
    private static final String JSON_CHARACTERS =
            "{}[],:\"\\ab01-.eEtrufalsn \t\n\u00c3\u00a9\u00ed\u00a0\u0080\u001f\u0000";

    private final Random random;
    private final List<String> pathsOfDocument = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<String> arrays = new ArrayList<>();
    private final List<String> scalars = new ArrayList<>();

    JsonChance(Random random) {
        this.random = random;
    }

    private boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    private <T> T oneOf(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void space(StringBuilder out) {
        while (oneIn(4)) {
            out.append(" \n\t\r".charAt(random.nextInt(4)));
        }
    }

    String document() {
        pathsOfDocument.clear();
        objects.clear();
        arrays.clear();
        scalars.clear();
        StringBuilder out = new StringBuilder();
        space(out);
        if (oneIn(40)) {
            out.append(oneOf(SCALARS));
        } else if (oneIn(20)) {
            tower(out, 25 + random.nextInt(12));
        } else {
            container(out, 1 + random.nextInt(5), "");
        }
        space(out);
        return damaged(out, JSON_CHARACTERS);
    }

    private void value(StringBuilder out, int levels, String path) {
        if (levels <= 1 || oneIn(3)) {
            scalars.add(path);
            out.append(oneOf(SCALARS));
        } else {
            container(out, levels, path);
        }
    }

    private void container(StringBuilder out, int levels, String path) {
        boolean object = random.nextBoolean();
        out.append(object ? '{' : '[');
        (object ? objects : arrays).add(path);
        int members = oneIn(6) ? 0 : 1 + random.nextInt(4);
        for (int i = 0; i < members; i++) {
            out.append(i == 0 ? "" : ",");
            space(out);
            String member = path + "[" + (i == members - 1 && random.nextBoolean() ? -1 : i) + "]";
            if (object) {
                String[] key = oneOf(KEYS);
                member = path + (path.isEmpty() ? "" : ".") + key[1];
                out.append('"').append(key[0]).append('"');
                space(out);
                out.append(':');
                space(out);
            }
            pathsOfDocument.add(member);
            value(out, levels - 1, member);
            space(out);
        }
        if (members == 0) {
            space(out);
        }
        out.append(object ? '}' : ']');
    }

    /** Containers around one another, about as many as are allowed. */
    private void tower(StringBuilder out, int levels) {
        StringBuilder closings = new StringBuilder();
        int kind = random.nextInt(3);
        for (int i = 1; i < levels; i++) {
            boolean object = kind == 2 ? random.nextBoolean() : kind == 1;
            if (oneIn(8)) {
                out.append(object ? "{\"b\":1,\"a\":" : "[1,");
            } else {
                out.append(object ? "{\"a\":" : "[");
            }
            closings.append(object ? '}' : ']');
        }
        out.append(oneIn(4) ? "[]" : oneIn(3) ? "{}" : oneOf(SCALARS));
        out.append(closings.reverse());
    }

    /** Mostly as it is; else with some bytes changed, missing or too many, or cut, or replaced altogether. */
    private String damaged(StringBuilder text, String alphabet) {
        if (oneIn(60)) {
            text.setLength(0);
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append(
                        oneIn(10) ? (char) random.nextInt(256) : alphabet.charAt(random.nextInt(alphabet.length())));
            }
        } else if (oneIn(6)) {
            for (int edits = 1 + random.nextInt(2); edits > 0 && text.length() > 0; edits--) {
                int at = random.nextInt(text.length());
                char other = oneIn(4) ? (char) random.nextInt(256) : alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, other);
                    case 1 -> text.insert(at, other);
                    case 2 -> text.deleteCharAt(at);
                    default -> text.setLength(at);
                }
            }
        }
        return text.toString();
    }

    /** Mostly of the last document, or one component beside it, and mostly one that the operation can work on. */
    String path(PathOperation operation) {
        List<String> fitting = switch (operation) {
            case GET, EXISTS, REMOVE, REPLACE -> pathsOfDocument;
            case GET_COUNT -> random.nextBoolean() ? objects : arrays;
            case DICT_ADD, DICT_UPSERT -> oneIn(3) ? pathsOfDocument : objects;
            case ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST, ARRAY_ADD_UNIQUE, ARRAY_INSERT -> arrays;
            case COUNTER -> scalars;
        };
        fitting = oneIn(6) ? pathsOfDocument : fitting;
        if (fitting.isEmpty() || oneIn(6)) {
            return anyPath();
        }
        StringBuilder out = new StringBuilder(fitting.get(random.nextInt(fitting.size())));
        if (operation == PathOperation.ARRAY_INSERT) {
            out.append('[').append(random.nextInt(5)).append(']');
        } else if ((fitting == objects && operation != PathOperation.GET_COUNT) || oneIn(6)) {
            for (int more = oneIn(4) ? 2 : 1; more > 0; more--) {
                out.append(out.length() == 0 ? "" : ".").append(oneOf(NAMES));
            }
        } else if (oneIn(6)) {
            out.append('[').append(random.nextInt(5) - 1).append(']');
        }
        return oneIn(5) ? damaged(out, PATH_CHARACTERS) : out.toString();
    }

    private String anyPath() {
        StringBuilder out = new StringBuilder();
        int components = oneIn(12) ? 0 : oneIn(15) ? 26 + random.nextInt(9) : 1 + random.nextInt(4);
        int kind = components > 8 ? random.nextInt(3) : 2;
        for (int i = 0; i < components; i++) {
            if (kind == 0 || (kind == 2 && random.nextBoolean())) {
                out.append(i > 0 && oneIn(6) ? "." : "");
                out.append('[')
                        .append(oneIn(4) ? "-1" : components > 8 ? "0" : "" + random.nextInt(4))
                        .append(']');
            } else {
                out.append(i > 0 ? "." : "");
                out.append(components > 8 ? "a" : oneIn(2) ? (random.nextBoolean() ? "a" : "b") : oneOf(NAMES));
            }
        }
        out.append(oneIn(12) ? "." : "");
        return damaged(out, PATH_CHARACTERS);
    }

    String value(PathOperation operation) {
        StringBuilder out = new StringBuilder();
        if (operation == PathOperation.COUNTER && !oneIn(20)) {
            String[] deltas = {
                "1", "-1", "12", "9223372036854775807", "-9223372036854775808", "0", "-0", "01", "+1", "-"
            };
            return damaged(out.append(oneOf(deltas)), "0123456789-");
        }
        if (operation == PathOperation.ARRAY_ADD_UNIQUE && oneIn(2)) {
            return oneOf(SCALARS);
        }
        int values = oneIn(operation.mayNameRoot() || operation == PathOperation.ARRAY_INSERT ? 3 : 12)
                ? random.nextInt(4)
                : 1;
        for (int i = 0; i < values; i++) {
            out.append(i == 0 ? "" : ",");
            space(out);
            if (oneIn(10)) {
                tower(out, 1 + random.nextInt(34));
            } else {
                value(out, oneIn(3) ? 3 : 1, "");
            }
            space(out);
        }
        return damaged(out, JSON_CHARACTERS);
    }
}
