package dev.sluice.testkit;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.EngineProvider;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a test's bucket: what the provider's keys say, over it what the test says, checked as a server
 * would. Values are given as they would be written in a configuration file.
 *
 * <pre>{@code
 * TestBucketConfiguration.of(provider).vbucketCount(4).set("path", directory.toString())
 * }</pre>
 */
public final class TestBucketConfiguration implements BucketConfiguration {
    private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*([A-Za-z]*)");
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final Map<String, Long> DURATION_UNITS =
            Map.of("", 1L, "ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private final String engineType;
    private final Map<String, ConfigurationKey> keys = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private String bucketName = "default";
    private int vbucketCount = 4;
    private int valueSizeBytesMax = 20 << 20;
    private Path directory = Path.of("").toAbsolutePath();

    private TestBucketConfiguration(EngineProvider provider) {
        engineType = provider.type();
        for (ConfigurationKey key : provider.configurationKeys()) {
            if (keys.put(key.name(), key) != null) {
                throw new IllegalArgumentException("key " + key.name() + " is declared twice");
            }
            if (key.defaultValue() != null) {
                values.put(key.name(), key.defaultValue());
            }
        }
    }

    /** What a bucket of this type is when its configuration says nothing; four vbuckets, values up to 20 MiB. */
    public static TestBucketConfiguration of(EngineProvider provider) {
        return new TestBucketConfiguration(provider);
    }

    public TestBucketConfiguration bucketName(String name) {
        bucketName = name;
        return this;
    }

    public TestBucketConfiguration vbucketCount(int count) {
        if (Integer.bitCount(count) != 1 || count > 1024) {
            throw new IllegalArgumentException("vbucketCount: " + count + " (expected: a power of two, 1..1024)");
        }
        vbucketCount = count;
        return this;
    }

    public TestBucketConfiguration valueSizeBytesMax(int bytes) {
        valueSizeBytesMax = bytes;
        return this;
    }

    /** What paths that are not absolute are relative to. */
    public TestBucketConfiguration directory(Path directory) {
        this.directory = directory.toAbsolutePath();
        return this;
    }

    /** Gives a key a value, as a configuration file would write it. */
    public TestBucketConfiguration set(String name, String value) {
        ConfigurationKey key = key(name);
        check(key, value);
        values.put(name, value);
        return this;
    }

    /** Fails, naming the key, where one that is required has no value. Answers this. */
    public TestBucketConfiguration checked() {
        for (ConfigurationKey key : keys.values()) {
            String value = values.get(key.name());
            if (value != null) {
                check(key, value);
            } else if (key.required()) {
                throw new IllegalArgumentException("key " + key.name() + " is required");
            }
        }
        return this;
    }

    @Override
    public String bucketName() {
        return bucketName;
    }

    @Override
    public String engineType() {
        return engineType;
    }

    @Override
    public int vbucketCount() {
        return vbucketCount;
    }

    @Override
    public int valueSizeBytesMax() {
        return valueSizeBytesMax;
    }

    @Override
    public @Nullable String text(String key) {
        ConfigurationKey.Type type = key(key).type();
        if (type != ConfigurationKey.Type.TEXT && type != ConfigurationKey.Type.CHOICE) {
            throw new IllegalArgumentException("key " + key + " is of type " + type + " (expected: TEXT or CHOICE)");
        }
        return values.get(key);
    }

    @Override
    public @Nullable Path path(String key) {
        expect(key, ConfigurationKey.Type.PATH);
        String value = values.get(key);
        return value == null ? null : directory.resolve(value);
    }

    @Override
    public boolean flag(String key) {
        return Boolean.parseBoolean(value(key, ConfigurationKey.Type.FLAG));
    }

    @Override
    public long integer(String key) {
        return Long.parseLong(value(key, ConfigurationKey.Type.INTEGER));
    }

    @Override
    public long sizeBytes(String key) {
        return quantity(key, value(key, ConfigurationKey.Type.SIZE), SIZE_UNITS);
    }

    @Override
    public long durationMs(String key) {
        return quantity(key, value(key, ConfigurationKey.Type.DURATION), DURATION_UNITS);
    }

    @Override
    public double ratio(String key) {
        return Double.parseDouble(value(key, ConfigurationKey.Type.RATIO));
    }

    private ConfigurationKey key(String name) {
        ConfigurationKey key = keys.get(name);
        if (key == null) {
            throw new IllegalArgumentException("key: " + name + " (expected: one of " + keys.keySet() + ")");
        }
        return key;
    }

    private void expect(String name, ConfigurationKey.Type type) {
        if (key(name).type() != type) {
            throw new IllegalArgumentException(
                    "key " + name + " is of type " + key(name).type() + " (asked for as: " + type + ")");
        }
    }

    private String value(String name, ConfigurationKey.Type type) {
        expect(name, type);
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("key " + name + " is required");
        }
        return value;
    }

    private static void check(ConfigurationKey key, String value) {
        switch (key.type()) {
            case TEXT, PATH -> {}
            case FLAG -> require(key, value, value.equals("true") || value.equals("false"), "true or false");
            case INTEGER -> checkRange(key, value, Long.parseLong(value));
            case SIZE -> checkRange(key, value, quantity(key.name(), value, SIZE_UNITS));
            case DURATION -> checkRange(key, value, quantity(key.name(), value, DURATION_UNITS));
            case RATIO -> {
                double ratio = Double.parseDouble(value);
                require(key, value, ratio >= 0 && ratio <= 1, "0..1");
            }
            case CHOICE -> require(key, value, key.choices().contains(value), "one of " + key.choices());
        }
    }

    private static void checkRange(ConfigurationKey key, String written, long value) {
        require(key, written, value >= key.minimum() && value <= key.maximum(), key.minimum() + ".." + key.maximum());
    }

    private static void require(ConfigurationKey key, String value, boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(key.name() + ": " + value + " (expected: " + expected + ")");
        }
    }

    private static long quantity(String key, String value, Map<String, Long> units) {
        Matcher matcher = QUANTITY.matcher(value);
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: a number and one of " + units.keySet() + ")");
        }
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    }
}
