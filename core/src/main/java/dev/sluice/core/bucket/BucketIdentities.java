package dev.sluice.core.bucket;

import dev.sluice.core.disk.DurableFile;
import dev.sluice.engine.EngineClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The uuids of buckets, by which clients know that a bucket was deleted and made again: 32 hexadecimal digits.
 *
 * <p>A bucket whose documents outlive the process keeps its uuid, in a file of its data directory that goes with it. One in
 * memory is another bucket after a restart, with none of its documents, and its uuid says so.
 *
 * <p><b>Thread.</b> Background, as files are read and written.
 */
public final class BucketIdentities {

    private static final Logger LOG = LoggerFactory.getLogger(BucketIdentities.class);
    private static final String FILE = "bucket.uuid";
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{32}");

    private final EngineClock clock;
    private final AtomicLong count = new AtomicLong();

    public BucketIdentities(EngineClock clock) {
        this.clock = clock;
    }

    /** The uuid of a bucket that is being opened. */
    String of(BucketSpec spec) {
        if (spec.provider().ephemeral()) {
            return fresh(spec.name());
        }
        Path file = spec.dataDirectory().resolve(FILE);
        try {
            String kept = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (UUID_TEXT.matcher(kept).matches()) {
                return kept;
            }
            LOG.warn("bucket gets another uuid, as the file with its own holds none: file={}", file);
        } catch (NoSuchFileException e) {
            LOG.debug("bucket gets a uuid: bucket={}", spec.name());
        } catch (IOException e) {
            LOG.warn("bucket gets another uuid, as its own cannot be read: file={}", file, e);
        }
        String uuid = fresh(spec.name());
        keep(file, uuid);
        return uuid;
    }

    /** Unlike every other of this process, and of any that began at another time. */
    private String fresh(String name) {
        String unique = name + '/' + clock.wallNanos() + '/' + count.incrementAndGet();
        return UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
    }

    /** In one step: half a uuid must not be found at the next start. */
    private static void keep(Path file, String uuid) {
        try {
            DurableFile.replace(file, (uuid + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.warn("bucket will have another uuid after a restart, as this one cannot be kept: file={}", file, e);
        }
    }
}
