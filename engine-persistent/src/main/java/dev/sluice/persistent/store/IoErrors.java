package dev.sluice.persistent.store;

import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;

/** What a failure of the operating system means. */
public final class IoErrors {

    private IoErrors() {}

    /** The exception for a failure with this file. */
    public static StoreException translate(IOException failure, Path file) {
        String reason = failure instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : String.valueOf(failure.getMessage());
        Kind kind =
                failure instanceof AccessDeniedException || failure.getCause() instanceof ReadOnlyFileSystemException
                        ? Kind.READ_ONLY
                        : kind(reason);
        return new StoreException(
                kind, file + ": " + (kind == Kind.READ_ONLY ? "cannot be written to" : reason), file, failure);
    }

    /** What the operating system's words for a failure mean; they are the same in all of C. */
    public static Kind kind(String reason) {
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left") || words.contains("quota exceeded") || words.contains("file too large")) {
            return Kind.NO_SPACE;
        }
        if (words.contains("read-only file system")
                || words.contains("permission denied")
                || words.contains("operation not permitted")) {
            return Kind.READ_ONLY;
        }
        return Kind.IO;
    }
}
