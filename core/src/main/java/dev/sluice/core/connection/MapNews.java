package dev.sluice.core.connection;

import dev.sluice.core.protocol.ClusterMapFrames;
import dev.sluice.core.transport.Outbound;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one client still has to be told of cluster maps.
 *
 * <p>News are not queued: there is a mark that something is new, and what is told is the newest map at the time when the
 * client takes it. A client that does not read has at most one notification waiting for it, however often maps change
 * meanwhile; the next is written when that one has left.
 *
 * <p><b>Thread.</b> The connection's loop, except for {@link #mark}.
 */
final class MapNews {

    /** The map of what is selected. */
    static final int SELECTED = 1;

    /** The map without a bucket. */
    static final int GLOBAL = 2;

    private final Outbound outbound;
    private final ClusterMapFrames maps;
    private final AtomicInteger marked = new AtomicInteger();
    private int due;
    /** How many bytes have left when the notification has that was written last. */
    private long writtenEnd;

    MapNews(Outbound outbound, ClusterMapFrames maps) {
        this.outbound = outbound;
        this.maps = maps;
    }

    /**
     * Notes that something has changed. Any thread.
     *
     * @param maps {@link #SELECTED}, {@link #GLOBAL} or both
     * @return whether the loop must be told, which has not been done since it last took a look
     */
    boolean mark(int maps) {
        return marked.getAndUpdate(before -> before | maps) == 0;
    }

    /** Takes over what was marked. */
    void collect() {
        due |= marked.getAndSet(0);
    }

    /** Whether there is something to tell, perhaps. */
    boolean due() {
        return due != 0;
    }

    /** Tells something if the client takes it now; answers whether anything was written. */
    boolean tell() {
        while (due() && outbound.open() && outbound.sentBytes() >= writtenEnd) {
            boolean selected = (due & SELECTED) != 0;
            due &= selected ? ~SELECTED : ~GLOBAL;
            if (selected ? maps.notifySelected() : maps.notifyGlobal()) {
                writtenEnd = outbound.acceptedBytes();
                return true;
            }
        }
        return false;
    }
}
