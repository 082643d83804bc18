package dev.sluice.core.subdoc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Path operations as one would write them down without a thought of cost: a tree of all of the document, regular expressions,
 * strings with a character for each byte. Nothing is shared with what it is compared with but the names of operations and
 * statuses.
 *
 * <p>A tree of a text that is not JSON ends where the mistake is: nodes that have begun and do not end know why.
 */
final class TreeModel {

    /** What an operation came to: its status, and the match or the new document, and a number. */
    record Outcome(PathStatus status, @Nullable String text, long number) {
        static Outcome of(PathStatus status) {
            return new Outcome(status, null, 0);
        }
    }

    private enum Kind {
        OBJECT,
        ARRAY,
        SCALAR,
        NOTHING
    }

    private static final class Node {
        final int start;
        Kind kind = Kind.NOTHING;
        int end = -1;

        @Nullable
        PathStatus failure;

        final List<Node> children = new ArrayList<>();
        /** Of pairs where the keys start, else where the children start. */
        final List<Integer> members = new ArrayList<>();

        final List<String> keys = new ArrayList<>();

        Node(int start) {
            this.start = start;
        }
    }

    private static final String ESCAPE = "\\\\[\"\\\\/bfnrt]";
    private static final Pattern STRING =
            Pattern.compile("\"((?:[^\"\\\\\\x00-\\x1f]|" + ESCAPE + "|\\\\u[0-9a-fA-F]{4})*+)\"");
    private static final Pattern NUMBER =
            Pattern.compile("-?(?:0(?![0-9])|[1-9][0-9]*+)(?:\\.[0-9]++|(?!\\.))(?:[eE][+-]?[0-9]++|(?![eE]))");
    private static final Pattern WORD = Pattern.compile("true|false|null");
    private static final Pattern SPACE = Pattern.compile("[ \\t\\r\\n]*+");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");
    private static final Pattern DELTA = Pattern.compile("-?[1-9][0-9]*");

    private static final Pattern INDEX = Pattern.compile("\\[(-1|[0-9]+)\\]");
    private static final Pattern OPENING = Pattern.compile("`(?:``)*+(?!`)");
    private static final Pattern QUOTED = Pattern.compile("`((?:``|" + ESCAPE + "|[^`\\\\\"\\x00-\\x1f])*+)`");
    private static final Pattern NAME = Pattern.compile("((?:``|" + ESCAPE + "|[^`\\\\\"\\x00-\\x1f.\\[\\]])++)");

    private final int levelsMax;

    TreeModel(int levelsMax) {
        this.levelsMax = levelsMax;
    }

    // ---- Texts ----

    private final class Parser {
        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        private @Nullable String take(Pattern pattern) {
            Matcher matcher = pattern.matcher(text).region(position, text.length());
            matcher.useTransparentBounds(true);
            if (!matcher.lookingAt()) {
                return null;
            }
            position = matcher.end();
            return matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
        }

        private void space() {
            if (" \t\r\n".indexOf(peek()) >= 0) {
                take(SPACE);
            }
        }

        private char peek() {
            return position < text.length() ? text.charAt(position) : '\0';
        }

        private boolean atEnd() {
            return position == text.length();
        }

        Node value(int level) {
            Node node = new Node(position);
            node.failure = atEnd() ? PathStatus.DOC_NOTJSON : level > levelsMax ? PathStatus.DOC_E2DEEP : null;
            if (node.failure != null) {
                return node;
            }
            switch (peek()) {
                case '{' -> members(node, Kind.OBJECT, '}', level);
                case '[' -> members(node, Kind.ARRAY, ']', level);
                default -> scalar(node);
            }
            if (node.failure == null) {
                node.end = position;
            }
            return node;
        }

        private void scalar(Node node) {
            Pattern pattern = peek() == '"' ? STRING : peek() == '-' || Character.isDigit(peek()) ? NUMBER : WORD;
            String found = take(pattern);
            if (found == null || !isUtf8(found)) {
                node.failure = PathStatus.DOC_NOTJSON;
            } else {
                node.kind = Kind.SCALAR;
            }
        }

        private void members(Node node, Kind kind, char closing, int level) {
            node.kind = kind;
            position++;
            space();
            if (!atEnd() && peek() == closing) {
                position++;
                return;
            }
            while (true) {
                int start = position;
                if (kind == Kind.OBJECT) {
                    String key = peek() == '"' ? take(STRING) : null;
                    space();
                    if (key == null || !isUtf8(key) || peek() != ':') {
                        node.failure = PathStatus.DOC_NOTJSON;
                        return;
                    }
                    position++;
                    space();
                    node.keys.add(key);
                } else if (atEnd() || peek() == ']') {
                    node.failure = PathStatus.DOC_NOTJSON;
                    return;
                }
                Node child = value(level + 1);
                node.members.add(start);
                node.children.add(child);
                if (child.failure != null) {
                    node.failure = child.failure;
                    return;
                }
                space();
                if (!atEnd() && peek() == closing) {
                    position++;
                    return;
                }
                if (peek() != ',') {
                    node.failure = PathStatus.DOC_NOTJSON;
                    return;
                }
                position++;
                space();
            }
        }
    }

    private static boolean isUtf8(String bytes) {
        if (bytes.chars().allMatch(c -> c < 0x80)) {
            return true;
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether all of the text is one value, of whatever kind, that is not too deep. */
    boolean isJson(String text) {
        Parser parser = new Parser(text);
        parser.space();
        Node node = parser.value(1);
        parser.space();
        return node.failure == null && parser.atEnd();
    }

    // ---- Paths: a name is a String as in the document, an index an Integer. ----

    private @Nullable PathStatus parsePath(String path, List<Object> components) {
        int i = 0;
        while (i < path.length()) {
            if (components.size() == levelsMax - 1) {
                return PathStatus.PATH_E2BIG;
            }
            boolean quoted = OPENING.matcher(path).region(i, path.length()).lookingAt();
            Pattern pattern = path.charAt(i) == '[' ? INDEX : quoted ? QUOTED : NAME;
            Matcher matcher = pattern.matcher(path).region(i, path.length());
            if (!matcher.lookingAt() || !isUtf8(matcher.group())) {
                return PathStatus.PATH_EINVAL;
            }
            String inner = matcher.group(1);
            if (pattern == INDEX) {
                components.add(new BigInteger(inner)
                        .min(BigInteger.valueOf(Integer.MAX_VALUE))
                        .intValue());
            } else {
                components.add(inner.replace("``", "`"));
            }
            i = matcher.end();
            if (i < path.length() && path.charAt(i) == '.') {
                i++;
            } else if (i < path.length() && path.charAt(i) != '[') {
                return PathStatus.PATH_EINVAL;
            }
        }
        return null;
    }

    /** A key with its universal escapes as a path spells their characters; null where no path can. */
    private static @Nullable String pathForm(String key) {
        StringBuilder form = new StringBuilder();
        StringBuilder universal = new StringBuilder();
        for (int i = 0; i <= key.length(); ) {
            boolean escape = i < key.length() && key.charAt(i) == '\\';
            if (escape && key.charAt(i + 1) == 'u') {
                universal.append((char) Integer.parseInt(key.substring(i + 2, i + 6), 16));
                i += 6;
                continue;
            }
            String characters = universal.toString();
            if (!UTF_8.newEncoder().canEncode(characters)) {
                return null;
            }
            if (characters.chars().anyMatch(c -> c < ' ' && "\b\f\n\r\t".indexOf(c) < 0)) {
                return null;
            }
            characters = characters
                    .replace("\\", "\\\\")
                    .replace("\"", "\\\"")
                    .replace("\b", "\\b")
                    .replace("\f", "\\f")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r")
                    .replace("\t", "\\t");
            form.append(new String(characters.getBytes(UTF_8), ISO_8859_1));
            universal.setLength(0);
            int length = escape ? 2 : 1;
            form.append(key, i, Math.min(key.length(), i + length));
            i += length;
        }
        return form.toString();
    }

    // ---- Operations ----

    Outcome execute(PathOperation operation, boolean createParents, String text, String path, String value) {
        List<Object> components = new ArrayList<>();
        PathStatus mistake = parsePath(path, components);
        if (mistake != null) {
            return Outcome.of(mistake);
        }
        int count = components.size();
        Object last = count == 0 ? "" : components.get(count - 1);
        boolean legal = switch (operation) {
            case GET_COUNT, ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST, ARRAY_ADD_UNIQUE -> true;
            case GET, EXISTS, REPLACE, REMOVE, COUNTER -> count > 0;
            case DICT_ADD, DICT_UPSERT -> count > 0 && last instanceof String;
            case ARRAY_INSERT -> last instanceof Integer index && index >= 0;
        };
        if (!legal) {
            return Outcome.of(PathStatus.PATH_EINVAL);
        }
        mistake = valueMistake(operation, value, count);
        if (mistake != null) {
            return Outcome.of(mistake);
        }
        Parser parser = new Parser(text);
        parser.space();
        Node root = parser.value(1);
        if (root.kind != Kind.OBJECT && root.kind != Kind.ARRAY) {
            return Outcome.of(PathStatus.DOC_NOTJSON);
        }
        Node parent = root;
        Node node = root;
        for (int i = 0; i < count; i++) {
            Object component = components.get(i);
            parent = node;
            PathStatus wrong = wrongKind(node, component instanceof Integer ? Kind.ARRAY : Kind.OBJECT);
            if (wrong != null) {
                return Outcome.of(wrong);
            }
            int child = child(node, component);
            if (child < 0) {
                return node.failure != null
                        ? Outcome.of(node.failure)
                        : missing(operation, createParents, text, node, components.subList(i, count), value);
            }
            node = node.children.get(child);
        }
        return found(operation, text, parent, node, value);
    }

    private @Nullable PathStatus valueMistake(PathOperation operation, String value, int count) {
        return switch (operation) {
            case GET, EXISTS, GET_COUNT, REMOVE -> null;
            case DICT_ADD, DICT_UPSERT, REPLACE -> valueMistake(value, count + 1);
            case ARRAY_INSERT -> valuesMistake(value, count + 1);
            case ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST -> valuesMistake(value, count + 2);
            case ARRAY_ADD_UNIQUE ->
                value.strip().startsWith("{") || value.strip().startsWith("[")
                        ? PathStatus.VALUE_CANTINSERT
                        : valueMistake(value, count + 2);
            case COUNTER ->
                DELTA.matcher(value).matches() && new BigInteger(value).bitLength() < 64
                        ? null
                        : PathStatus.DELTA_EINVAL;
        };
    }

    private @Nullable PathStatus valueMistake(String value, int level) {
        Parser parser = new Parser(value);
        parser.space();
        Node node = parser.value(level);
        parser.space();
        if (node.failure == PathStatus.DOC_E2DEEP) {
            return PathStatus.VALUE_ETOODEEP;
        }
        return node.failure == null && parser.atEnd() ? null : PathStatus.VALUE_CANTINSERT;
    }

    private @Nullable PathStatus valuesMistake(String value, int level) {
        Parser parser = new Parser(value);
        while (true) {
            parser.space();
            Node node = parser.value(level);
            parser.space();
            if (node.failure != null) {
                return node.failure == PathStatus.DOC_E2DEEP ? PathStatus.VALUE_ETOODEEP : PathStatus.VALUE_CANTINSERT;
            } else if (parser.atEnd()) {
                return null;
            } else if (parser.peek() != ',') {
                return PathStatus.VALUE_CANTINSERT;
            }
            parser.position++;
        }
    }

    private static @Nullable PathStatus wrongKind(Node node, Kind expected) {
        if (node.kind == expected) {
            return null;
        }
        return node.kind == Kind.NOTHING ? node.failure : PathStatus.PATH_MISMATCH;
    }

    private static int child(Node node, Object component) {
        if (component instanceof String) {
            for (int i = 0; i < node.children.size(); i++) {
                if (component.equals(pathForm(node.keys.get(i)))) {
                    return i;
                }
            }
            return -1;
        }
        int index = (Integer) component;
        if (index == -1) {
            return node.failure == null ? node.children.size() - 1 : -1;
        }
        return index < node.children.size() ? index : -1;
    }

    private static Outcome edited(String text, int from, int to, String replacement, long number) {
        return new Outcome(PathStatus.SUCCESS, text.substring(0, from) + replacement + text.substring(to), number);
    }

    private static Outcome appended(String text, Node container, String addition, long number) {
        int size = container.children.size();
        int at = size == 0 ? container.start + 1 : container.children.get(size - 1).end;
        return edited(text, at, at, (size == 0 ? "" : ",") + addition, number);
    }

    private static Outcome missing(
            PathOperation operation,
            boolean createParents,
            String text,
            Node container,
            List<Object> components,
            String value) {
        boolean pushes = switch (operation) {
            case ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST, ARRAY_ADD_UNIQUE -> true;
            default -> false;
        };
        boolean creates = pushes ? createParents : createParents || components.size() == 1;
        creates &= components.stream().allMatch(component -> component instanceof String);
        switch (operation) {
            case DICT_ADD, DICT_UPSERT, COUNTER, ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST, ARRAY_ADD_UNIQUE -> {
                if (!creates) {
                    return Outcome.of(PathStatus.PATH_ENOENT);
                }
                String addition = pushes ? "[" + value + "]" : value;
                for (int i = components.size() - 1; i >= 0; i--) {
                    addition = "\"" + components.get(i) + "\":" + addition;
                    addition = i == 0 ? addition : "{" + addition + "}";
                }
                return appended(
                        text, container, addition, operation == PathOperation.COUNTER ? Long.parseLong(value) : 0);
            }
            case ARRAY_INSERT -> {
                boolean appends = components.equals(List.of((Object) container.children.size()));
                return appends ? appended(text, container, value, 0) : Outcome.of(PathStatus.PATH_ENOENT);
            }
            default -> {
                return Outcome.of(PathStatus.PATH_ENOENT);
            }
        }
    }

    private static Outcome found(PathOperation operation, String text, Node parent, Node node, String value) {
        switch (operation) {
            case ARRAY_INSERT -> {
                return edited(text, node.start, node.start, value + ",", 0);
            }
            case ARRAY_PUSH_FIRST, ARRAY_PUSH_LAST, ARRAY_ADD_UNIQUE -> {
                return pushed(operation, text, node, value);
            }
            case COUNTER -> {
                return counted(text, node, Long.parseLong(value));
            }
            case GET_COUNT -> {
                if (node.failure != null) {
                    return Outcome.of(node.failure);
                }
                return node.kind == Kind.SCALAR
                        ? Outcome.of(PathStatus.PATH_MISMATCH)
                        : new Outcome(PathStatus.SUCCESS, null, node.children.size());
            }
            default -> {
                if (node.failure != null) {
                    return Outcome.of(node.failure);
                }
            }
        }
        return switch (operation) {
            case GET, EXISTS -> new Outcome(PathStatus.SUCCESS, text.substring(node.start, node.end), 0);
            case DICT_ADD -> Outcome.of(PathStatus.PATH_EEXISTS);
            case DICT_UPSERT, REPLACE -> edited(text, node.start, node.end, value, 0);
            case REMOVE -> removed(text, parent, parent.children.indexOf(node));
            default -> throw new AssertionError(operation);
        };
    }

    private static Outcome pushed(PathOperation operation, String text, Node array, String value) {
        PathStatus wrong = wrongKind(array, Kind.ARRAY);
        if (wrong != null) {
            return Outcome.of(wrong);
        }
        if (operation == PathOperation.ARRAY_PUSH_FIRST && !array.children.isEmpty()) {
            int at = array.children.get(0).start;
            return edited(text, at, at, value + ",", 0);
        }
        if (operation == PathOperation.ARRAY_ADD_UNIQUE) {
            for (Node element : array.children) {
                if (element.kind == Kind.NOTHING && element.failure != null) {
                    return Outcome.of(element.failure);
                } else if (element.kind != Kind.SCALAR) {
                    return Outcome.of(PathStatus.PATH_MISMATCH);
                } else if (text.substring(element.start, element.end).equals(value.strip())) {
                    return Outcome.of(PathStatus.PATH_EEXISTS);
                }
            }
        }
        return array.failure != null ? Outcome.of(array.failure) : appended(text, array, value, 0);
    }

    private static Outcome counted(String text, Node node, long delta) {
        PathStatus wrong = wrongKind(node, Kind.SCALAR);
        if (wrong != null) {
            return Outcome.of(wrong);
        }
        String number = text.substring(node.start, node.end);
        if (!INTEGER.matcher(number).matches()) {
            return Outcome.of(PathStatus.PATH_MISMATCH);
        }
        BigInteger before = new BigInteger(number);
        BigInteger after = before.add(BigInteger.valueOf(delta));
        if (before.bitLength() > 63) {
            return Outcome.of(PathStatus.NUM_ERANGE);
        } else if (after.bitLength() > 63) {
            return Outcome.of(PathStatus.VALUE_CANTINSERT);
        }
        return edited(text, node.start, node.end, after.toString(), after.longValueExact());
    }

    private static String withoutLeadingSpace(String text) {
        Matcher matcher = SPACE.matcher(text);
        return matcher.lookingAt() ? text.substring(matcher.end()) : text;
    }

    private static Outcome removed(String text, Node parent, int child) {
        int end = parent.children.get(child).end;
        if (child + 1 < parent.members.size()) {
            return edited(text, parent.members.get(child), parent.members.get(child + 1), "", 0);
        }
        // The last one as far as the text can be read: has it ended because the container does?
        String rest = withoutLeadingSpace(text.substring(end));
        if (rest.startsWith(",")) {
            String next = withoutLeadingSpace(rest.substring(1));
            boolean another =
                    parent.kind == Kind.OBJECT ? next.startsWith("\"") : !next.isEmpty() && !next.startsWith("]");
            return another
                    ? edited(text, parent.members.get(child), text.length() - next.length(), "", 0)
                    : Outcome.of(PathStatus.DOC_NOTJSON);
        }
        if (!rest.startsWith(parent.kind == Kind.OBJECT ? "}" : "]")) {
            return Outcome.of(PathStatus.DOC_NOTJSON);
        }
        int from = child == 0
                ? parent.start + 1
                : parent.children.get(child - 1).end
                        + text.substring(parent.children.get(child - 1).end).indexOf(',');
        return edited(text, from, end, "", 0);
    }
}
