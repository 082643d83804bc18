package dev.sluice.core.subdoc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.sluice.core.datatype.JsonDetector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The executor beside the naive {@link TreeModel}: the same status, match and document for whatever comes. And a document that
 * was JSON as a whole, in Jackson's opinion, is so after an edit, and one that was not is not.
 *
 * <p>{@code -Dsluice.subdoc.cases=5000000} makes it longer, {@code -Dsluice.subdoc.seed=7} different.
 */
class PathDifferentialTest {

    private static final int CASES = Integer.getInteger("sluice.subdoc.cases", 120_000);
    private static final long FIRST_SEED = Long.getLong("sluice.subdoc.seed", 1);

    private static final PathOperation[] OPERATIONS = PathOperation.values();

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** Text in the middle of an array whose other bytes go on with it in the most confusing way. */
    private static final class Embedded {
        private final byte[] array;
        private final int offset;
        private final int length;

        Embedded(String text, Random random) {
            String before = "\"[{\\,:1 ]".substring(0, random.nextInt(9));
            String behind = "\"1]}],:\\u0061 \"".substring(random.nextInt(12));
            array = bytes(before + text + behind);
            offset = before.length();
            length = text.length();
        }
    }

    private static final class Comparison {
        private final PathExecutor executor;
        private final TreeModel model;
        private final Map<PathStatus, Integer> statuses = new EnumMap<>(PathStatus.class);

        Comparison(int levelsMax) {
            executor = new PathExecutor(levelsMax);
            model = new TreeModel(levelsMax);
        }

        TreeModel.Outcome compare(
                PathOperation operation,
                boolean createParents,
                String document,
                String path,
                String value,
                Random random) {
            Embedded text = new Embedded(document, random);
            Embedded where = new Embedded(path, random);
            Embedded what = new Embedded(value, random);
            byte[] untouched = text.array.clone();
            TreeModel.Outcome expected = model.execute(operation, createParents, document, path, value);
            PathStatus status = executor.execute(
                    operation,
                    createParents,
                    text.array,
                    text.offset,
                    text.length,
                    where.array,
                    where.offset,
                    where.length,
                    what.array,
                    what.offset,
                    what.length);
            assertEqual(expected.status(), status);
            statuses.merge(status, 1, Integer::sum);
            if (status == PathStatus.SUCCESS) {
                assertEqual(expected.number(), number(operation));
                if (operation.mutates()) {
                    assertEqual(expected.text(), new String(executor.toByteArray(), ISO_8859_1));
                } else if (operation != PathOperation.GET_COUNT) {
                    assertEqual(
                            expected.text(),
                            new String(text.array, executor.matchOffset(), executor.matchLength(), ISO_8859_1));
                }
            }
            if (!Arrays.equals(untouched, text.array)) {
                throw new AssertionError("the document was written to");
            }
            return expected;
        }

        private long number(PathOperation operation) {
            return operation == PathOperation.GET_COUNT || operation == PathOperation.COUNTER ? executor.number() : 0;
        }
    }

    private static void assertEqual(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("expected " + expected + " but was " + actual);
        }
    }

    private static String describe(
            long seed, PathOperation operation, boolean createParents, String document, String path, String value) {
        return "seed " + seed + ": " + operation + (createParents ? " with parents" : "") + " at <" + path + "> in <"
                + document + "> of <" + value + ">";
    }

    @Test
    void operationsByChance() {
        Comparison documents = new Comparison(PathExecutor.DOCUMENT_LEVELS_MAX);
        Comparison attributes = new Comparison(PathExecutor.ATTRIBUTES_LEVELS_MAX);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            Random random = new Random(seed);
            JsonChance chance = new JsonChance(random);
            PathOperation operation = OPERATIONS[random.nextInt(OPERATIONS.length)];
            boolean createParents = random.nextBoolean();
            String document = chance.document();
            String path = chance.path(operation);
            String value = chance.value(operation);
            Comparison comparison = random.nextInt(8) == 0 ? attributes : documents;
            try {
                TreeModel.Outcome outcome = comparison.compare(operation, createParents, document, path, value, random);
                if (operation.mutates() && outcome.text() != null && !hasSurrogateEscapes(outcome.text() + document)) {
                    assertEqual(isJson(document), isJson(outcome.text()));
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(describe(seed, operation, createParents, document, path, value), e);
            }
        }
        // Chance must keep meeting everything there is, or this test says little.
        assertThat(documents.statuses).containsOnlyKeys(PathStatus.values());
        assertThat(documents.statuses.get(PathStatus.SUCCESS))
                .as("%s", documents.statuses)
                .isGreaterThan(CASES / 6);
    }

    /** Each text of a few tokens, whole or cut off in the middle, with each operation at some paths. */
    @Test
    void allShortDocuments() {
        String[] tokens = {"{", "}", "[", "]", ",", "\"a\":", "\"a\"", "1", " "};
        int length = Integer.getInteger("sluice.subdoc.tokens", 4);
        String[] paths = {"", "a", "[0]", "[-1]", "a.a", "[0][0]"};
        Comparison comparison = new Comparison(3);
        Random random = new Random(1);
        long documents = Math.round(Math.pow(tokens.length, length));
        for (long number = 0; number < documents; number++) {
            StringBuilder document = new StringBuilder();
            long rest = number;
            for (int i = 0; i < length; i++) {
                document.append(tokens[(int) (rest % tokens.length)]);
                rest /= tokens.length;
            }
            for (String path : paths) {
                for (PathOperation operation : OPERATIONS) {
                    try {
                        comparison.compare(operation, true, document.toString(), path, "1", random);
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError(describe(number, operation, true, document.toString(), path, "1"), e);
                    }
                }
            }
        }
    }

    /** Several edits of one document, made in the one array that the edited document has. */
    @Test
    void editsInARow() {
        PathExecutor executor = new PathExecutor();
        TreeModel model = new TreeModel(PathExecutor.DOCUMENT_LEVELS_MAX);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES / 30; seed++) {
            Random random = new Random(seed);
            JsonChance chance = new JsonChance(random);
            String document = chance.document();
            Embedded original = new Embedded(document, random);
            byte[] untouched = original.array.clone();
            EditedDocument edited = new EditedDocument(original.array, original.offset, original.length);
            for (int edit = 0; edit < 8; edit++) {
                PathOperation operation = OPERATIONS[random.nextInt(OPERATIONS.length)];
                byte[] path = bytes(chance.path(operation));
                byte[] value = bytes(chance.value(operation));
                TreeModel.Outcome expected = model.execute(
                        operation, true, document, new String(path, ISO_8859_1), new String(value, ISO_8859_1));
                PathStatus status = executor.execute(
                        operation,
                        true,
                        edited.array(),
                        edited.offset(),
                        edited.length(),
                        path,
                        0,
                        path.length,
                        value,
                        0,
                        value.length);
                assertThat(status).as("seed %s", seed).isEqualTo(expected.status());
                if (operation.mutates() && expected.text() != null) {
                    edited.apply(executor);
                    document = expected.text();
                }
                String now = new String(edited.array(), edited.offset(), edited.length(), ISO_8859_1);
                assertThat(now).as("seed %s", seed).isEqualTo(document);
            }
            assertThat(original.array).as("seed %s", seed).isEqualTo(untouched);
        }
    }

    /**
     * What the walk holds for JSON is what the detector gives the JSON bit for, but for UTF-8, with which it is stricter, and
     * for escapes of lone surrogates, which the grammar of JSON allows everywhere and Jackson allows outside of keys.
     */
    @Test
    void strictnessOfTheWalk() {
        TreeModel model = new TreeModel(JsonText.LEVELS_MAX);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES / 8; seed++) {
            JsonChance chance = new JsonChance(new Random(seed));
            String text = seed % 2 == 0 ? chance.document() : chance.value(PathOperation.REPLACE);
            byte[] bytes = bytes(text);
            boolean walked = JsonText.check(bytes, 0, bytes.length, JsonText.LEVELS_MAX, false) >= 0;
            assertThat(walked).as("seed %s: <%s>", seed, text).isEqualTo(model.isJson(text));
            if (hasSurrogateEscapes(text)) {
                continue;
            }
            assertThat(walked)
                    .as("seed %s: <%s>", seed, text)
                    .isEqualTo(JsonDetector.isJson(bytes, 0, bytes.length) && isUtf8(bytes));
        }
    }

    private static boolean hasSurrogateEscapes(String text) {
        return SURROGATE_ESCAPE.matcher(text).find();
    }

    private static boolean isUtf8(byte[] bytes) {
        return Arrays.equals(new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes);
    }

    private static final Pattern SURROGATE_ESCAPE = Pattern.compile("\\\\u[dD][89a-fA-F]");

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** Jackson's opinion, for which bytes have to be UTF-8 first: of itself it does not look at all of them closely. */
    private static boolean isJson(String text) {
        byte[] bytes = bytes(text);
        if (!isUtf8(bytes)) {
            return false;
        }
        try (JsonParser parser = JACKSON.createParser(new String(bytes, StandardCharsets.UTF_8))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
