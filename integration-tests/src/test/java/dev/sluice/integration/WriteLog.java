package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one client has written into keys that nobody else writes, and what the server has said of it: against this a server
 * that was killed is checked.
 *
 * <p>Each vbucket of a server that came back begins a new history at some sequence number. What was acknowledged up to that
 * number has to be there, the last write of each key with its value and its CAS; what was acknowledged above it has to be
 * gone, and must not have been acknowledged as persisted. One write of each client may have been under way at the kill: it
 * may be there or not.
 *
 * <p><b>Thread.</b> The client's while it writes, then the test's.
 */
final class WriteLog {

    /** One write. {@code value} is null for a deletion; CAS and seqno are 0 until it is acknowledged. */
    static final class Write {
        final byte @Nullable [] value;
        long cas;
        long seqno;
        boolean persisted;

        Write(byte @Nullable [] value) {
            this.value = value;
        }

        boolean acknowledged() {
            return seqno != 0;
        }

        @Override
        public String toString() {
            String what = value == null ? "deleted" : value.length + " bytes " + Arrays.hashCode(value);
            return what + " seqno " + seqno + " cas " + cas + (persisted ? " persisted" : "");
        }
    }

    record Place(int vbucket, String key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byVBucket = Integer.compare(vbucket, other.vbucket);
            return byVBucket != 0 ? byVBucket : key.compareTo(other.key);
        }
    }

    private final Map<Place, List<Write>> writes = new TreeMap<>();
    private final Map<Integer, Long> casMax = new TreeMap<>();
    private long acknowledged;
    private long persisted;

    /** A write that is about to be sent. */
    Write begin(Place place, byte @Nullable [] value) {
        Write write = new Write(value);
        writes.computeIfAbsent(place, any -> new ArrayList<>()).add(write);
        return write;
    }

    /** The server has said that it changed nothing. */
    void refused(Place place, Write write) {
        history(place).remove(write);
    }

    void acknowledged(Place place, Write write, MutationClient.Answer answer) {
        assertThat(answer.seqno()).as("a mutation has a sequence number").isPositive();
        long before = casMax.getOrDefault(place.vbucket(), 0L);
        assertThat(answer.cas())
                .as("CAS rises, restarts included, at %s", place)
                .isGreaterThan(before);
        casMax.put(place.vbucket(), answer.cas());
        write.cas = answer.cas();
        write.seqno = answer.seqno();
        acknowledged++;
    }

    /** The server has said that everything of a vbucket up to that sequence number is on disk. */
    void persisted(int vbucket, long seqno) {
        writes.forEach((place, history) -> {
            if (place.vbucket() == vbucket) {
                history.stream()
                        .filter(write -> write.acknowledged() && write.seqno <= seqno)
                        .forEach(this::persisted);
            }
        });
    }

    void persisted(Write write) {
        if (!write.persisted) {
            write.persisted = true;
            persisted++;
        }
    }

    long acknowledgedCount() {
        return acknowledged;
    }

    long persistedCount() {
        return persisted;
    }

    Iterable<Place> places() {
        return writes.keySet();
    }

    /** The key's newest write, acknowledged or not; null where there was none. */
    @Nullable
    Write newest(Place place) {
        List<Write> history = writes.get(place);
        return history == null || history.isEmpty() ? null : history.get(history.size() - 1);
    }

    /**
     * Checks one key of a server that came back, and takes what is there for where the key stands from now on.
     *
     * @param branch the sequence number up to which the vbucket's old history counts
     */
    void check(Place place, long branch, MutationClient.Answer found) {
        List<Write> history = history(place);
        Write expected = null;
        Write underWay = null;
        for (Write write : history) {
            if (!write.acknowledged()) {
                underWay = write;
            } else if (write.seqno <= branch) {
                expected = write;
            } else {
                assertThat(write.persisted)
                        .as(
                                "%s: %s was acknowledged as persisted; the server's history ends at %s",
                                place, write, branch)
                        .isFalse();
            }
        }
        Write there;
        if (underWay != null && holds(underWay, found)) {
            there = underWay;
        } else {
            there = expected;
            String story = place + ": expected " + expected + ", of " + history + ", history ends at " + branch
                    + "; found status " + found.status() + ", cas " + found.cas();
            if (expected == null) {
                assertThat(found.status()).as(story).isEqualTo(MutationClient.NO_SUCH_KEY);
            } else {
                assertThat(holds(expected, found)).as(story).isTrue();
                assertThat(expected.value == null ? expected.cas : found.cas())
                        .as(story)
                        .isEqualTo(expected.cas);
            }
        }
        history.clear();
        if (there != null) {
            // It was on disk, or the server would not know it. What was under way has no number that we know.
            there.persisted = true;
            there.seqno = Math.max(1, Math.min(there.seqno, branch));
            there.cas = found.cas();
            history.add(there);
        }
    }

    private static boolean holds(Write write, MutationClient.Answer found) {
        return write.value == null
                ? found.status() == MutationClient.NO_SUCH_KEY
                : found.status() == MutationClient.SUCCESS && Arrays.equals(found.value(), write.value);
    }

    private List<Write> history(Place place) {
        return writes.computeIfAbsent(place, any -> new ArrayList<>());
    }
}
