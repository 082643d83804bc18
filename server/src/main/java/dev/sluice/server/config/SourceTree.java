package dev.sluice.server.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.ContentReference;
import dev.sluice.core.engine.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text as maps, lists and scalars that knows where each value stood.
 *
 * <p>Jackson's own tree keeps neither lines nor both values of a repeated key, and messages need both; hence the walk over
 * its tokens. Numbers become Long, where they are whole and fit, or Double.
 */
final class SourceTree {

    private static final int DEPTH_MAX = 64;

    /** Each takes some hundred bytes, with its path and its place. Many times what a server with 100 buckets needs. */
    static final int VALUES_MAX = 100_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            // Messages of the parser would quote the file; ours quote what they need.
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final JsonLocation START = new JsonLocation(ContentReference.unknown(), 0, 1, 1);

    private final Map<String, JsonLocation> locations = new HashMap<>();
    private final Consumer<Problem> problems;
    private @Nullable Object root;
    private int values;

    /** Ends the reading of a text that nobody means. */
    private static final class TooManyValuesException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private SourceTree(Consumer<Problem> problems) {
        this.problems = problems;
    }

    /** Reads a text; what is wrong with it as JSON goes to {@code problems}. */
    static SourceTree read(String json, Consumer<Problem> problems) {
        SourceTree tree = new SourceTree(problems);
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                problems.accept(new Problem("$", "an empty text", "a JSON object"));
                return tree;
            }
            tree.root = tree.value(parser, "$");
            if (parser.nextToken() != null) {
                tree.locations.put("$", parser.currentTokenLocation());
                problems.accept(new Problem("$", "something behind the end of the object", "the end of the file"));
            }
        } catch (TooManyValuesException e) {
            tree.root = null;
            problems.accept(new Problem("$", "more than " + VALUES_MAX + " values", "a configuration"));
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            if (location != null) {
                tree.locations.put("$", location);
            }
            tree.root = null;
            problems.accept(new Problem("$", "no JSON: " + e.getOriginalMessage(), "a JSON object"));
        } catch (IOException e) {
            throw new IllegalStateException("reading a text cannot fail", e);
        }
        return tree;
    }

    /** The outermost value; null where there is none that could be read. */
    @Nullable
    Object root() {
        return root;
    }

    /** Where the value at a JSON path stood, or the nearest value around it. */
    JsonLocation location(String path) {
        JsonLocation location = locations.get(path);
        for (String at = path; location == null && !at.isEmpty(); ) {
            int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
            at = cut < 0 ? "" : at.substring(0, cut);
            location = locations.get(at);
        }
        return location == null ? START : location;
    }

    /** The value as an object; an empty one, and a problem, where it is something else. */
    @SuppressWarnings("unchecked") // Every map in a tree has texts for keys.
    static Map<String, @Nullable Object> asObject(String path, @Nullable Object value, Consumer<Problem> problems) {
        if (value instanceof Map) {
            return (Map<String, @Nullable Object>) value;
        }
        problems.accept(new Problem(path, Problem.describe(value), "an object"));
        return Map.of();
    }

    private @Nullable Object value(JsonParser parser, String path) throws IOException {
        if (++values > VALUES_MAX) {
            throw new TooManyValuesException();
        }
        locations.put(path, parser.currentTokenLocation());
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser, path);
            case START_ARRAY -> array(parser, path);
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalStateException("token out of place: " + token);
        };
    }

    private Map<String, @Nullable Object> object(JsonParser parser, String path) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String member = Problem.member(path, name);
            JsonLocation first = locations.get(member);
            parser.nextToken();
            boolean repeated = object.containsKey(name);
            Object value = value(parser, member);
            if (repeated && first != null) {
                problems.accept(new Problem(member, "a second time, after line " + first.getLineNr(), "each key once"));
            } else {
                object.put(name, value);
            }
        }
        return object;
    }

    private List<@Nullable Object> array(JsonParser parser, String path) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser, Problem.element(path, array.size())));
        }
        return array;
    }
}
