package dev.sluice.core.engine;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an engine gets to see of its bucket's configuration.
 *
 * @param bucketName 1 to 100 characters, see {@link #isBucketName}
 * @param engineType as its provider says
 * @param vbucketCount a power of two from 1 to 1024
 * @param valueSizeBytesMax the largest value that the server passes on, in bytes
 * @param home where the server is installed; relative paths begin there
 * @param settings the bucket's keys, checked, the engine's among them
 */
public record EngineSettings(
        String bucketName, String engineType, int vbucketCount, int valueSizeBytesMax, Path home, Settings settings)
        implements BucketConfiguration {

    /** What is right for the name of a bucket, for messages. */
    public static final String BUCKET_NAME_EXPECTED = "1 to 100 characters of A-Z a-z 0-9 _ - . %";

    /** {@link #isBucketName} as a regular expression. */
    public static final String BUCKET_NAME_PATTERN = "^[A-Za-z0-9_.%-]{1,100}$";

    private static final Pattern BUCKET_NAME = Pattern.compile(BUCKET_NAME_PATTERN);
    private static final int VBUCKETS_MAX = 1024;

    /** What is right for a number of vbuckets, for messages. */
    public static final String VBUCKETS_EXPECTED = "a power of two from 1 to " + VBUCKETS_MAX;

    public EngineSettings {
        if (!isBucketName(bucketName)) {
            throw new IllegalArgumentException("bucket name: (expected: " + BUCKET_NAME_EXPECTED + ")");
        }
        if (!isVBucketCount(vbucketCount)) {
            throw new IllegalArgumentException("vbuckets: " + vbucketCount + " (expected: " + VBUCKETS_EXPECTED + ")");
        }
    }

    public static boolean isBucketName(String name) {
        return BUCKET_NAME.matcher(name).matches();
    }

    public static boolean isVBucketCount(long count) {
        return count >= 1 && count <= VBUCKETS_MAX && Long.bitCount(count) == 1;
    }

    /**
     * The directory of a bucket's files below the data directory. Names may be made of dots and may differ in nothing but
     * their letters' case, of which some file systems make nothing, or take two names for one: so a capital is written as a
     * plus and its small letter, and a dot at either end as a plus and a low line. No name of a bucket has a plus.
     */
    public static Path directoryOf(Path dataRoot, String bucketName) {
        StringBuilder directory = new StringBuilder(bucketName.length() + 8);
        int last = bucketName.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = bucketName.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                directory.append('+').append((char) (c - 'A' + 'a'));
            } else if (c == '.' && (i == 0 || i == last)) {
                directory.append("+_");
            } else {
                directory.append(c);
            }
        }
        return dataRoot.resolve(directory.toString());
    }

    @Override
    public @Nullable String text(String key) {
        settings.require(key, ConfigurationKey.Type.TEXT, ConfigurationKey.Type.CHOICE);
        return settings.text(key);
    }

    @Override
    public @Nullable Path path(String key) {
        settings.require(key, ConfigurationKey.Type.PATH);
        String text = settings.text(key);
        return text == null ? null : home.resolve(text).toAbsolutePath().normalize();
    }

    @Override
    public boolean flag(String key) {
        return settings.flag(key);
    }

    @Override
    public long integer(String key) {
        settings.require(key, ConfigurationKey.Type.INTEGER);
        return settings.number(key);
    }

    @Override
    public long sizeBytes(String key) {
        settings.require(key, ConfigurationKey.Type.SIZE);
        return settings.number(key);
    }

    @Override
    public long durationMs(String key) {
        settings.require(key, ConfigurationKey.Type.DURATION);
        return settings.number(key);
    }

    @Override
    public double ratio(String key) {
        return settings.ratio(key);
    }
}
