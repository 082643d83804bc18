package dev.sluice.core.command;

/**
 * The keys that OBSERVE asks about, as places in the request's value, since the value moves when a command is blocked.
 * Filled by the codec, which knows how keys are written.
 */
public final class ObservedKeys {

    private static final int FIELDS = 5;

    private final int[] fields;
    private int count;

    /**
     * @param countMax how many keys there may be
     */
    public ObservedKeys(int countMax) {
        fields = new int[countMax * FIELDS];
    }

    /**
     * One more key. Offsets are from the beginning of the value.
     *
     * @param entry where all that is repeated in the answer begins; it ends with the key
     */
    public void add(int vbucket, int collection, int entry, int key, int end) {
        int at = count++ * FIELDS;
        fields[at] = vbucket;
        fields[at + 1] = collection;
        fields[at + 2] = entry;
        fields[at + 3] = key;
        fields[at + 4] = end;
    }

    int count() {
        return count;
    }

    int vbucket(int index) {
        return fields[index * FIELDS];
    }

    int collection(int index) {
        return fields[index * FIELDS + 1];
    }

    int entry(int index) {
        return fields[index * FIELDS + 2];
    }

    int key(int index) {
        return fields[index * FIELDS + 3];
    }

    int end(int index) {
        return fields[index * FIELDS + 4];
    }
}
