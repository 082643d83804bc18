package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a bucket is to be: checked, complete, and immutable. Settings of the engine's own are asked for by the name of
 * their {@link ConfigurationKey}; defaults are filled in.
 *
 * <p><b>Errors.</b> A name that the provider did not declare, or asked for as another type than declared, is a fault of the
 * engine: {@link IllegalArgumentException}.
 */
@Stable
public interface BucketConfiguration {

    /** 1 to 100 characters of {@code A-Z a-z 0-9 _ - . %}. */
    String bucketName();

    /** The type of the engine, as {@link EngineProvider#type()} says. */
    String engineType();

    /** How many vbuckets: a power of two from 1 to 1024. */
    int vbucketCount();

    /** The largest value that the server passes on, in bytes; one with extended attributes of the system may have 1 MiB more. */
    int valueSizeBytesMax();

    /** The text of a key of type TEXT or CHOICE; null where it was not given and has no default. */
    @Nullable
    String text(String key);

    /** The absolute path of a key of type PATH; null where it was not given and has no default. */
    @Nullable
    Path path(String key);

    boolean flag(String key);

    long integer(String key);

    long sizeBytes(String key);

    long durationMs(String key);

    double ratio(String key);
}
