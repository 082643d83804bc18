package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.IoErrors;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What RocksDB's errors mean. It has few codes; the rest is in its words. */
final class RocksErrors {

    /** The files that documents are in, as RocksDB names them in its messages. */
    private static final Pattern FILE = Pattern.compile(
            "(?:[^\\s:]*/)?(?:\\d{6,}\\.(?:sst|ldb|blob|log)|MANIFEST-\\d{6,}|CURRENT|OPTIONS-\\d{6,})");

    private static final String MISSING = "No such file or directory";

    /** How RocksDB's own log, and nothing else, names a damaged log of writes. */
    private static final Pattern DAMAGED_LOG = Pattern.compile("(\\d{6,}\\.log): dropping \\d+ bytes");

    private static final String OWN_LOG = "LOG";

    private RocksErrors() {}

    /** The exception for a failure to open the database in a directory. */
    static StoreException translateOpening(RocksDBException failure, Path directory) {
        StoreException translated = translate(failure, directory);
        if (translated.kind() != Kind.CORRUPT || !directory.equals(translated.file())) {
            return translated;
        }
        String last = null;
        try {
            Matcher matcher =
                    DAMAGED_LOG.matcher(Files.readString(directory.resolve(OWN_LOG), StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                last = matcher.group(1);
            }
        } catch (IOException e) {
            // Without it the directory is all that can be named.
            translated.addSuppressed(e);
        }
        if (last == null) {
            return translated;
        }
        Path file = directory.resolve(last);
        return new StoreException(Kind.CORRUPT, file + ": " + failure.getMessage(), file, failure);
    }

    /** The exception for a failure of the database in a directory. */
    static StoreException translate(RocksDBException failure, Path directory) {
        String message = String.valueOf(failure.getMessage());
        Path file = file(message, directory);
        Status status = failure.getStatus();
        Path named = file == null ? directory : file;
        return new StoreException(kind(status, message, file), directory + ": " + message, named, failure);
    }

    private static Kind kind(@Nullable Status status, String message, @Nullable Path file) {
        if (status == null) {
            return IoErrors.kind(message);
        }
        return switch (status.getCode()) {
            case Corruption -> Kind.CORRUPT;
            // Of a manifest that is gone, and of one that names a comparator or column family that is not ours.
            case InvalidArgument -> Kind.CORRUPT;
            case IOError -> {
                if (status.getSubCode() == Status.SubCode.NoSpace) {
                    yield Kind.NO_SPACE;
                }
                boolean missing = file != null && message.contains(MISSING);
                yield missing ? Kind.CORRUPT : IoErrors.kind(message); // The manifest says that it is there.
            }
            default -> IoErrors.kind(message);
        };
    }

    private static @Nullable Path file(String message, Path directory) {
        Matcher matcher = FILE.matcher(message);
        return matcher.find() ? directory.resolve(matcher.group()) : null;
    }
}
