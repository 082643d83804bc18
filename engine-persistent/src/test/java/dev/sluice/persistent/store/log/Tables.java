package dev.sluice.persistent.store.log;

import dev.sluice.persistent.store.Staleness;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What a {@link LogStore} holds: index, records and rows, in the order of the bytes of their keys; and changes of that. */
final class Tables {

    /** One of the three. */
    enum Table {
        INDEX,
        RECORDS,
        ROWS
    }

    private final NavigableMap<byte[], byte[]>[] maps;

    /** Of each vbucket, what changes have said since {@link #compacted}. */
    private final Map<Integer, Staleness> staleness = new HashMap<>();

    Tables() {
        maps = newMaps();
        for (int i = 0; i < maps.length; i++) {
            maps[i] = new TreeMap<>(Arrays::compareUnsigned);
        }
    }

    /** As another is now. */
    Tables(Tables other) {
        maps = newMaps();
        for (int i = 0; i < maps.length; i++) {
            maps[i] = new TreeMap<>(other.maps[i]);
        }
        staleness.putAll(other.staleness);
    }

    Map<Integer, Staleness> staleness() {
        return Map.copyOf(staleness);
    }

    /** The changes up to now are forgotten, and {@link #all} takes their place. */
    void compacted() {
        staleness.clear();
        of(Table.RECORDS).keySet().forEach(key -> count(key, new Staleness(1, 0)));
    }

    private void count(byte[] key, Staleness change) {
        staleness.merge(((key[0] & 0xff) << 8) | (key[1] & 0xff), change, Staleness::plus);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static NavigableMap<byte[], byte[]>[] newMaps() {
        return new NavigableMap[Table.values().length];
    }

    NavigableMap<byte[], byte[]> of(Table table) {
        return maps[table.ordinal()];
    }

    /** Everything as one change of nothing. */
    Changes all() {
        Changes all = new Changes();
        for (Table table : Table.values()) {
            of(table).forEach((key, content) -> all.put(table, key, content));
        }
        return all;
    }

    void apply(ByteBuffer changes) {
        while (changes.hasRemaining()) {
            byte operation = changes.get();
            Table table = Table.values()[changes.get()];
            NavigableMap<byte[], byte[]> map = of(table);
            byte[] key = bytes(changes);
            int stale = operation == Changes.PUT ? 0 : 2; // a removal, and what it removes
            switch (operation) {
                case Changes.PUT -> map.put(key, bytes(changes));
                case Changes.DELETE -> map.remove(key);
                default -> {
                    NavigableMap<byte[], byte[]> range = map.subMap(key, true, bytes(changes), false);
                    stale = 1 + range.size();
                    range.clear();
                }
            }
            if (table == Table.RECORDS) {
                count(key, new Staleness(1, stale));
            }
        }
    }

    private static byte[] bytes(ByteBuffer source) {
        byte[] bytes = new byte[source.getInt()];
        source.get(bytes);
        return bytes;
    }

    /** Changes in the order in which they are to be made. */
    static final class Changes {

        private static final byte PUT = 1;
        private static final byte DELETE = 2;
        private static final byte DELETE_RANGE = 3;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        void put(Table table, byte[] key, byte[] content) {
            write(PUT, table, key, content);
        }

        void delete(Table table, byte[] key) {
            write(DELETE, table, key);
        }

        void deleteRange(Table table, byte[] from, byte[] to) {
            write(DELETE_RANGE, table, from, to);
        }

        private void write(byte operation, Table table, byte[]... arguments) {
            try {
                out.writeByte(operation);
                out.writeByte(table.ordinal());
                for (byte[] argument : arguments) {
                    out.writeInt(argument.length);
                    out.write(argument);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
