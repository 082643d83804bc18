package dev.sluice.memory.table;

import dev.sluice.engine.DocumentKey;
import org.jspecify.annotations.Nullable;

/**
 * How a mutation finds the version that it follows. An engine that has everything in memory looks into the table; one that
 * has not may know more, from a look at its disk that the command has waited for, or may have to wait for one.
 */
public interface Lookup {

    /** What {@link #locate} answers where the newest version is not in memory. Compared by identity. */
    byte[] ELSEWHERE = new byte[0];

    /** Everything is in the table. */
    Lookup IN_TABLE = (vbucket, key, needed) -> vbucket.locate(key);

    /** How much of the existing version a mutation must see. */
    enum Needed {
        /** Metadata of a live document; of one that is deleted nothing. */
        ALIVE,
        /** Metadata, of tombstones too. */
        ANY,
        /** A live document with its value; of one that is deleted nothing. */
        ALIVE_WITH_VALUE,
        /** Everything, of tombstones too. */
        ANY_WITH_VALUE;

        /** Whether tombstones matter. */
        public boolean tombstones() {
            return this == ANY || this == ANY_WITH_VALUE;
        }

        /** Whether the value matters. */
        public boolean value() {
            return this == ALIVE_WITH_VALUE || this == ANY_WITH_VALUE;
        }

        /** Whether this version, if it is the newest, has all that is needed. */
        public boolean satisfiedBy(byte[] document) {
            return !value() || Documents.resident(document) || (Documents.deleted(document) && !tombstones());
        }
    }

    /**
     * The newest version of a key, located in the table as {@link VBucketCore#locate} does; null where there is none;
     * {@link #ELSEWHERE} where memory cannot tell. Under the vbucket's lock.
     */
    byte @Nullable [] locate(VBucketCore vbucket, DocumentKey key, Needed needed);
}
