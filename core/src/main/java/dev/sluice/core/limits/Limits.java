package dev.sluice.core.limits;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every bound of the server in one place, with the answer that a client gets at it. Immutable; see {@link #defaults()}.
 * One bound is no number here because the protocol has it: of a connection with unordered execution 32 commands are in
 * flight, of any other one, and input behind them is not read.
 *
 * @param loops how many event loops there are
 * @param connectionsMax accepted and closed at once above it, without a byte. 60,000, as the reference server
 * @param commandsPerTurn after so many commands a connection yields its loop to others. 20, as the reference server
 * @param turnNanosMax as {@code commandsPerTurn}, in time. 25 ms, as the reference server
 * @param frameBytesMax a longer frame closes the connection without an answer. 30 MiB, as the reference server
 * @param frameBytesUnauthenticatedMax likewise before login. 16 KiB, as the reference server
 * @param valueBytesMax a longer value answers E2BIG. 20 MiB, as the reference server
 * @param inboundBytesMax unfinished frames of all connections together, and large frames of commands that wait; the
 *     frame that would exceed it is read and thrown
 *     away, and answers ETMPFAIL
 * @param outboundHighBytes at this many queued bytes a connection stops reading and executing. 1 MiB, as the reference
 * @param outboundLowBytes at this many it goes on
 * @param copyBytesMax how much of a large value is copied to the outbound buffer at a time. 64 KiB: a slow reader of 20
 *     MiB costs this much
 * @param spoolBytes the size at which a producer hands its spool over. 32 KiB, four times the reference server's: a
 *     hand-over costs some 50 us, and from there to here each doubling halves the time of a scan of 1 KiB documents
 * @param stallNanosMax a connection whose queued bytes do not move for so long is cut. 360 s, as the reference server
 * @param stallNanosMaxBucketGone likewise while its bucket is going away. 1 s, as the reference server
 * @param scanLifetimeNanos a scan from which no byte left for so long is cancelled. 180 s, as the reference server
 * @param valueOffLoadBytes JSON detection of longer values leaves the event loop. 16 KiB, which take 36 us, by the median
 * @param loginsComputedMax how many logins are computed at a time; 4,096 more wait, beyond that SASL_AUTH answers
 *     ETMPFAIL. 6, as the reference server; fewer where there are fewer threads for work that never waits, so that one is
 *     left for everything else
 * @param loginNanosMax a connection that has to log in and has not done so for so long is cut. 60 s: clients give up after
 *     ten, and who holds connections open without a login is none
 * @param stopNanosMax how long a graceful stop waits for commands in flight before it cancels them
 */
public record Limits(
        int loops,
        int connectionsMax,
        int commandsPerTurn,
        long turnNanosMax,
        int frameBytesMax,
        int frameBytesUnauthenticatedMax,
        int valueBytesMax,
        long inboundBytesMax,
        int outboundHighBytes,
        int outboundLowBytes,
        int copyBytesMax,
        int spoolBytes,
        long stallNanosMax,
        long stallNanosMaxBucketGone,
        long scanLifetimeNanos,
        int valueOffLoadBytes,
        int loginsComputedMax,
        long loginNanosMax,
        long stopNanosMax) {

    /** How many logins are computed at a time where there are threads enough. */
    public static final int LOGINS_COMPUTED_MAX = 6;

    private static final long SECOND = 1_000_000_000L;
    private static final int MIB = 1 << 20;

    public Limits {
        check("loops", loops, 1, 1024);
        check("connectionsMax", connectionsMax, 1, 10_000_000);
        check("commandsPerTurn", commandsPerTurn, 1, 1_000_000);
        check("valueBytesMax", valueBytesMax, 1, 1 << 29);
        check("frameBytesMax", frameBytesMax, valueBytesMax, 1 << 30);
        check("frameBytesUnauthenticatedMax", frameBytesUnauthenticatedMax, 24, frameBytesMax);
        check("inboundBytesMax", inboundBytesMax, 1, Long.MAX_VALUE);
        check("turnNanosMax", turnNanosMax, 1, Long.MAX_VALUE);
        check("stallNanosMax", stallNanosMax, 1, Long.MAX_VALUE);
        check("stallNanosMaxBucketGone", stallNanosMaxBucketGone, 1, Long.MAX_VALUE);
        check("scanLifetimeNanos", scanLifetimeNanos, 1, Long.MAX_VALUE);
        check("valueOffLoadBytes", valueOffLoadBytes, 0, Integer.MAX_VALUE);
        check("loginsComputedMax", loginsComputedMax, 1, 1024);
        check("loginNanosMax", loginNanosMax, 1, Long.MAX_VALUE);
        check("stopNanosMax", stopNanosMax, 0, Long.MAX_VALUE);
        check("outboundHighBytes", outboundHighBytes, 4096, 1 << 30);
        check("outboundLowBytes", outboundLowBytes, 1, outboundHighBytes);
        check("copyBytesMax", copyBytesMax, 4096, 1 << 24);
        check("spoolBytes", spoolBytes, 64, 1 << 24);
    }

    private static void check(String name, long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + minimum + ".." + maximum + ")");
        }
    }

    /**
     * These limits with some of them changed, for tests and benchmarks, which want one other limit and do not want to know
     * how many there are.
     *
     * @param changes values by the name of the record's component
     * @throws IllegalArgumentException for a name that is none, or a value out of bounds
     */
    public Limits with(Map<String, Long> changes) {
        RecordComponent[] components = Limits.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        Set<String> unknown = new TreeSet<>(changes.keySet());
        try {
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                Long changed = changes.get(name);
                unknown.remove(name);
                types[i] = components[i].getType();
                if (changed == null) {
                    values[i] = components[i].getAccessor().invoke(this);
                } else {
                    values[i] = types[i] == int.class ? (Number) Math.toIntExact(changed) : changed;
                }
            }
            if (!unknown.isEmpty()) {
                throw new IllegalArgumentException("limits: " + unknown + " (expected: some of "
                        + Arrays.stream(components)
                                .map(RecordComponent::getName)
                                .toList() + ")");
            }
            return Limits.class.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException outOfBounds) {
                throw outOfBounds;
            }
            throw new LinkageError(e.getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** {@link #with(Map)} of one change. */
    public Limits with(String name, long value) {
        return with(Map.of(name, value));
    }

    /** The defaults, for a server of so many loops on a heap of so many bytes. */
    public static Limits defaults(int loops, long heapBytes) {
        return new Limits(
                loops,
                60_000,
                20,
                25_000_000L,
                30 * MIB,
                16 << 10,
                20 * MIB,
                // A tenth of the heap, and never less than one frame of the largest size.
                Math.max(30L * MIB, heapBytes / 10),
                MIB,
                MIB / 2,
                64 << 10,
                32 << 10,
                360 * SECOND,
                SECOND,
                180 * SECOND,
                16 << 10,
                LOGINS_COMPUTED_MAX,
                60 * SECOND,
                10 * SECOND);
    }

    /** Defaults for one loop and a heap of 256 MiB, for tests. */
    public static Limits defaults() {
        return defaults(1, 256L * MIB);
    }
}
