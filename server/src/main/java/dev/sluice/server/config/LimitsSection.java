package dev.sluice.server.config;

import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.engine.Units;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.tls.HandshakeLimits;
import java.util.function.Consumer;

/** The {@code limits} object of the file as {@link Limits}. */
final class LimitsSection {

    private static final long NANOS_PER_MS = 1_000_000;
    private static final String INBOUND = "inbound";

    private LimitsSection() {}

    /** The limits that were given, defaults for the others; defaults for all where two of them contradict each other. */
    static Limits of(String path, Settings settings, ThreadCounts threads, long heapBytes, Consumer<Problem> problems) {
        int loops = threads.eventLoops();
        Limits defaults = Limits.defaults(loops, heapBytes);
        long inbound = settings.number(INBOUND, defaults.inboundBytesMax());
        boolean fits = atLeast(path, settings, "frame", "value", problems);
        fits &= atLeast(path, settings, "frame", "frameUnauthenticated", problems);
        fits &= atLeast(path, settings, "outboundHigh", "outboundLow", problems);
        // A frame that never fits would be answered with a temporary failure for ever.
        fits &= atLeast(path, settings, INBOUND, inbound, "frame", settings.number("frame"), problems);
        if (!fits) {
            return defaults;
        }
        return new Limits(
                loops,
                integer(settings, "connections"),
                integer(settings, "commandsPerTurn"),
                nanos(settings, "turn"),
                integer(settings, "frame"),
                integer(settings, "frameUnauthenticated"),
                integer(settings, "value"),
                inbound,
                integer(settings, "outboundHigh"),
                integer(settings, "outboundLow"),
                integer(settings, "copy"),
                integer(settings, "spool"),
                nanos(settings, "stall"),
                nanos(settings, "stallBucketGone"),
                nanos(settings, "scanLifetime"),
                integer(settings, "valueOffLoad"),
                // One thread is left for the engines' tasks and handshakes.
                Math.max(1, Math.min(Limits.LOGINS_COMPUTED_MAX, threads.nonIo() - 1)),
                nanos(settings, "login"),
                nanos(settings, "stop"));
    }

    /** The bounds of TLS handshakes. */
    static HandshakeLimits handshakes(Settings settings) {
        return new HandshakeLimits(nanos(settings, Keys.HANDSHAKE), integer(settings, Keys.HANDSHAKES));
    }

    private static boolean atLeast(
            String path, Settings settings, String larger, String smaller, Consumer<Problem> problems) {
        return atLeast(path, settings, larger, settings.number(larger), smaller, settings.number(smaller), problems);
    }

    private static boolean atLeast(
            String path,
            Settings settings,
            String larger,
            long found,
            String smaller,
            long least,
            Consumer<Problem> problems) {
        if (found < least) {
            // Blame the one that was written; of two, the larger.
            boolean blameLarger = settings.given(larger);
            String expected = blameLarger
                    ? "at least " + Units.formatSize(least) + ", as " + smaller + " is"
                    : "at most " + Units.formatSize(found) + ", as " + larger + " is";
            problems.accept(new Problem(
                    Problem.member(path, blameLarger ? larger : smaller),
                    Units.formatSize(blameLarger ? found : least),
                    expected));
        }
        return found >= least;
    }

    private static int integer(Settings settings, String key) {
        return Math.toIntExact(settings.number(key));
    }

    private static long nanos(Settings settings, String key) {
        return settings.number(key) * NANOS_PER_MS;
    }
}
