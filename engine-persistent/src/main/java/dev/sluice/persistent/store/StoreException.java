package dev.sluice.persistent.store;

import java.io.Serial;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The store could not do what was asked. The kind says what a caller can do about it. */
public final class StoreException extends Exception {

    @Serial
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final transient @Nullable Path file;

    public StoreException(Kind kind, String message) {
        this(kind, message, null, null);
    }

    public StoreException(Kind kind, String message, @Nullable Path file, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
        this.file = file;
    }

    public Kind kind() {
        return kind;
    }

    /** The file or directory concerned, null where it is not known. */
    public @Nullable Path file() {
        return file;
    }

    /** What went wrong. */
    public enum Kind {
        /** What was read is not what was written. Repeating does not help; the message names what is damaged. */
        CORRUPT,
        /** The disk, or a quota on it, is full. Repeat after a while. */
        NO_SPACE,
        /** The file system or the directory cannot be written to. Repeat after a while. */
        READ_ONLY,
        /** Another failure of the disk or the operating system. Repeat after a while. */
        IO,
        /** The store rests: repeat after {@link KvStore#resume}. */
        PAUSED,
        /** The store is closed. */
        CLOSED,
        /** Another process, or another store of this one, has the directory. Only when opening. */
        IN_USE,
        /** The directory holds something that is not a store, or a store of another kind. Only when opening. */
        FOREIGN,
        /** The directory was written by a newer version. Only when opening. */
        NEWER,
        /** A setting makes no sense; the message names it. Only when opening. */
        SETTING;

        /** Whether repeating the call can help. */
        public boolean temporary() {
            return this == NO_SPACE || this == READ_ONLY || this == IO || this == PAUSED;
        }
    }
}
