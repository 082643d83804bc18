package dev.sluice.core.statistics;

import java.util.concurrent.atomic.AtomicLong;

/** The counters of the server, and what is open now. None moves with each command: plain atomics do. Any thread. */
public final class ServerCounters {

    private final AtomicLong[] values;
    private final AtomicLong connections = new AtomicLong();

    public ServerCounters() {
        values = new AtomicLong[ServerCounter.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new AtomicLong();
        }
    }

    public void count(ServerCounter counter) {
        values[counter.ordinal()].incrementAndGet();
    }

    public long value(ServerCounter counter) {
        return values[counter.ordinal()].get();
    }

    /** Takes one of {@code max} places for connections; false where all are taken. */
    public boolean openConnection(int max) {
        if (connections.incrementAndGet() > max) {
            connections.decrementAndGet();
            count(ServerCounter.REJECTED_CONNECTIONS);
            return false;
        }
        count(ServerCounter.TOTAL_CONNECTIONS);
        return true;
    }

    public void closeConnection() {
        long left = connections.decrementAndGet();
        assert left >= 0 : "more connections closed than opened";
    }

    /** How many connections are open. */
    public long connections() {
        return connections.get();
    }
}
