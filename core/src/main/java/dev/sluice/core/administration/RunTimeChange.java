package dev.sluice.core.administration;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a bucket while the server ran. It holds as long as the configuration file says about the bucket what it
 * said then; who edits the file has the last word.
 *
 * @param file the bucket's object in the file at that time, or null where it had none
 * @param bucket what the bucket is since, or null where it was deleted
 * @param filesLeft of a deleted bucket: whether its files may still be there, and no bucket of that name may begin before
 *     they are gone. That holds whatever the configuration file says
 */
public record RunTimeChange(
        @Nullable Map<String, @Nullable Object> file,
        @Nullable Map<String, @Nullable Object> bucket,
        boolean filesLeft) {}
