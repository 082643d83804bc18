package dev.sluice.core.statistics;

import dev.sluice.engine.CollectionSet;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a bucket's collections. Those of a collection are made when it is first used, so that a thousand unused
 * ones cost nothing; then each loop counts in a row of its own.
 *
 * <p><b>Thread.</b> {@link #count} on the loop whose index is given; all else any. The table of collections is replaced and
 * never changed, so that loops read it without a lock.
 */
public final class CollectionCounters {

    private static final int SPREAD = 0x9E3779B9;

    private final int loops;
    private final Row defaultRow;
    private volatile @Nullable Row[] table = new Row[2];

    // Guarded by this.
    private int size;

    /** The counters of one collection. */
    private static final class Row {
        final int collection;
        final LoopCounters counters;

        Row(int collection, int loops) {
            this.collection = collection;
            this.counters = new LoopCounters(CollectionCounter.values().length, loops);
        }
    }

    public CollectionCounters(int loops) {
        this.loops = loops;
        this.defaultRow = new Row(0, loops);
    }

    /** Adds one. On the loop whose index is given. */
    public void count(int loop, int collection, CollectionCounter counter) {
        Row row = collection == 0 ? defaultRow : find(table, collection);
        if (row == null) {
            row = make(collection);
        }
        row.counters.add(loop, counter.ordinal(), 1);
    }

    /** The value since the last reset. */
    public long value(int collection, CollectionCounter counter) {
        Row row = collection == 0 ? defaultRow : find(table, collection);
        return row == null ? 0 : row.counters.value(counter.ordinal());
    }

    /** Begins again at zero. */
    public synchronized void reset() {
        defaultRow.counters.reset();
        for (Row row : table) {
            if (row != null) {
                row.counters.reset();
            }
        }
    }

    /** Forgets the collections that are not in a set. */
    public synchronized void retain(CollectionSet existing) {
        @Nullable Row[] present = table;
        @Nullable Row[] next = new Row[present.length];
        size = 0;
        for (Row row : present) {
            if (row != null && existing.contains(row.collection)) {
                put(next, row);
                size++;
            }
        }
        table = next;
    }

    private synchronized Row make(int collection) {
        @Nullable Row[] present = table;
        Row row = find(present, collection);
        if (row == null) {
            row = new Row(collection, loops);
            @Nullable Row[] next = new Row[2 * (size + 1) > present.length ? 2 * present.length : present.length];
            for (Row there : present) {
                if (there != null) {
                    put(next, there);
                }
            }
            put(next, row);
            size++;
            table = next;
        }
        return row;
    }

    private static void put(@Nullable Row[] target, Row row) {
        int place = placeOf(row.collection, target.length);
        while (target[place] != null) {
            place = (place + 1) & (target.length - 1);
        }
        target[place] = row;
    }

    /** At most half of the places are taken, so the walk ends. */
    private static @Nullable Row find(@Nullable Row[] rows, int collection) {
        int place = placeOf(collection, rows.length);
        for (Row row = rows[place]; row != null; row = rows[place]) {
            if (row.collection == collection) {
                return row;
            }
            place = (place + 1) & (rows.length - 1);
        }
        return null;
    }

    private static int placeOf(int collection, int length) {
        return ((collection * SPREAD) >>> 16) & (length - 1);
    }
}
