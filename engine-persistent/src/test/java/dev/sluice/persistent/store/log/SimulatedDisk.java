package dev.sluice.persistent.store.log;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that loses what a disk may lose.
 *
 * <p>What is appended to a file is seen by readers at once, and is safe once the file was synced. At a loss of power each
 * append that was not synced is kept, lost, or kept in part, whatever becomes of those before and after it; where one is
 * lost and a later one kept, there are zeros. Names are safe once the directory was synced; of what was done to them since,
 * the first few things survive, as with a journal. A file whose name is safe may still be without content.
 *
 * <p>A sync that fails leaves the file as it can be read, and drops for good what was not safe: the next sync succeeds, and
 * a loss of power takes it. That is what operating systems do.
 *
 * <p>All chance comes from the seed. Each operation has a number, from 1, so that a test can have each of them be the last
 * before the power goes.
 *
 * <p><b>Thread.</b> Any.
 */
public final class SimulatedDisk {

    /** What happens to operations that write. */
    public enum Health {
        GOOD,
        FULL,
        READ_ONLY,
        FAILING
    }

    private final Random random;
    private Map<String, Content> files = new TreeMap<>();
    private Map<String, Content> safeNames = new TreeMap<>();
    /** The names after each change since the directory was synced. */
    private final List<Map<String, Content>> unsafeNames = new ArrayList<>();

    private long operations;
    private long crashAt = Long.MAX_VALUE;
    private boolean crashKeepsAll;
    private boolean failingSync;
    private boolean off;
    private Health health = Health.GOOD;

    public SimulatedDisk(long seed) {
        random = new Random(seed);
    }

    /** How many operations there have been. */
    public synchronized long operations() {
        return operations;
    }

    /**
     * Has the power go.
     *
     * @param operation the number of the operation that is not executed any more
     * @param keepAll whether only the process ends, and the operating system keeps what was written
     */
    public synchronized void crashAt(long operation, boolean keepAll) {
        crashAt = operation;
        crashKeepsAll = keepAll;
    }

    /** Has the power go now. */
    public synchronized void crash(boolean keepAll) {
        crashKeepsAll = keepAll;
        goOff();
    }

    /** Has the power come back. Files that were open stay unusable. */
    public synchronized void powerOn() {
        off = false;
        crashAt = Long.MAX_VALUE;
    }

    public synchronized void health(Health changed) {
        health = changed;
    }

    /** Has the next sync of a file fail. */
    public synchronized void failNextSync() {
        failingSync = true;
    }

    /** Turns one bit of a file, as a bad disk does. */
    public synchronized void flip(String name, int offset) {
        Content content = files.get(name);
        content.readable[offset] ^= 0x10;
        content.safe = content.readable.clone();
    }

    private void goOff() {
        off = true;
        if (!crashKeepsAll) {
            files = unsafeNames.isEmpty() ? safeNames : pick();
            for (Content content : files.values()) {
                content.lose(random);
            }
        }
        for (Map.Entry<String, Content> file : files.entrySet()) {
            file.setValue(new Content(file.getValue()));
        }
        namesAreSafe();
    }

    private Map<String, Content> pick() {
        int survived = random.nextInt(unsafeNames.size() + 1);
        return survived == 0 ? safeNames : unsafeNames.get(survived - 1);
    }

    private void namesAreSafe() {
        safeNames = new TreeMap<>(files);
        unsafeNames.clear();
    }

    private void step(String what) throws IOException {
        if (off) {
            throw new PowerLoss("the power is off: " + what);
        }
        if (++operations >= crashAt) {
            goOff();
            throw new PowerLoss("the power goes at operation " + operations + ": " + what);
        }
    }

    private void writing(String what) throws IOException {
        step(what);
        switch (health) {
            case GOOD -> {}
            case FULL -> throw new IOException("No space left on device");
            case READ_ONLY -> throw new IOException("Read-only file system");
            case FAILING -> throw new IOException("Input/output error");
        }
    }

    /** The names of all files that begin like this, in order. */
    public synchronized List<String> list(String prefix) throws IOException {
        step("list");
        return files.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /** Makes an empty file, in the place of one that is there. */
    public synchronized File create(String name) throws IOException {
        writing("create " + name);
        Content content = new Content(new byte[0]);
        files.put(name, content);
        namesHaveChanged();
        return new File(name, content);
    }

    /** All of a file. */
    public synchronized byte[] read(String name) throws IOException {
        step("read " + name);
        Content content = files.get(name);
        if (content == null) {
            throw new FileNotFoundException(name + " (No such file or directory)");
        }
        return content.readable.clone();
    }

    /** Opens a file to append to it. */
    public synchronized File open(String name) throws IOException {
        step("open " + name);
        Content content = files.get(name);
        if (content == null) {
            throw new FileNotFoundException(name + " (No such file or directory)");
        }
        return new File(name, content);
    }

    /** Gives a file another name, and takes the one away that had it. */
    public synchronized void rename(String from, String to) throws IOException {
        writing("rename " + from);
        files.put(to, files.remove(from));
        namesHaveChanged();
    }

    public synchronized void delete(String name) throws IOException {
        writing("delete " + name);
        files.remove(name);
        namesHaveChanged();
    }

    /** Makes all names safe. */
    public synchronized void syncDirectory() throws IOException {
        writing("sync of the directory");
        namesAreSafe();
    }

    private void namesHaveChanged() {
        unsafeNames.add(new TreeMap<>(files));
    }

    /** A file that can be appended to. */
    public final class File {

        private final String name;
        private final Content content;

        private File(String name, Content content) {
            this.name = name;
            this.content = content;
        }

        public void append(byte[] bytes) throws IOException {
            synchronized (SimulatedDisk.this) {
                writing("append to " + name);
                content.append(bytes);
            }
        }

        public void sync() throws IOException {
            synchronized (SimulatedDisk.this) {
                writing("sync of " + name);
                if (failingSync) {
                    failingSync = false;
                    content.unsafe.clear();
                    throw new IOException("Input/output error");
                }
                content.safe = content.readable.clone();
                content.unsafe.clear();
            }
        }

        public long size() {
            synchronized (SimulatedDisk.this) {
                return content.readable.length;
            }
        }
    }

    private static final class Content {

        private byte[] safe;
        private byte[] readable;
        /** Appends since the last sync, by where they begin. */
        private final Map<Integer, byte[]> unsafe = new LinkedHashMap<>();

        Content(byte[] bytes) {
            safe = bytes;
            readable = bytes;
        }

        /** What files that are open do not see any more. */
        Content(Content other) {
            this(other.readable);
        }

        void append(byte[] bytes) {
            int start = readable.length;
            unsafe.put(start, bytes.clone());
            readable = Arrays.copyOf(readable, start + bytes.length);
            System.arraycopy(bytes, 0, readable, start, bytes.length);
        }

        void lose(Random random) {
            byte[] left = safe;
            Iterator<Map.Entry<Integer, byte[]>> appends = unsafe.entrySet().iterator();
            while (appends.hasNext()) {
                Map.Entry<Integer, byte[]> append = appends.next();
                byte[] bytes = append.getValue();
                int kept = switch (random.nextInt(3)) {
                    case 0 -> 0;
                    case 1 -> bytes.length;
                    default -> random.nextInt(bytes.length + 1);
                };
                if (kept > 0) {
                    left = Arrays.copyOf(left, Math.max(left.length, append.getKey() + kept));
                    System.arraycopy(bytes, 0, left, append.getKey(), kept);
                }
            }
            unsafe.clear();
            safe = left;
            readable = left;
        }
    }
}
