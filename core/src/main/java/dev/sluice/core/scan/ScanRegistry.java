package dev.sluice.core.scan;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketCompanion;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Statistic;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The scans of one bucket: how many there may be, which there are, and which have been idle for too long. Any thread.
 *
 * <p>A scan belongs to no connection: any connection of the bucket that knows its id may go on with it. It ends with its
 * range, by CANCEL, with the connection that was continuing it, or when no byte of it has left for its lifetime.
 */
public final class ScanRegistry implements BucketCompanion {

    /** Bytes of quota for each scan that may be open, of the hundredth of the quota that is for scans. */
    private static final long BYTES_PER_SCAN = 10 << 10;

    private static final long SLOTS_MAX = 4096;
    private static final double SHARE_OF_SLOTS = 0.8;

    private final Bucket bucket;
    private final EngineClock clock;
    private final long lifetimeNanos;
    private final Map<Id, ScanSession> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger slotsTaken = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean shutDown;

    /** What clients name a scan by: 16 random bytes, so that nobody hits another's by chance. */
    private record Id(long high, long low) {}

    private ScanRegistry(Bucket bucket, EngineClock clock, Limits limits) {
        this.bucket = bucket;
        this.clock = clock;
        this.lifetimeNanos = limits.scanLifetimeNanos();
    }

    /** The registry of a bucket. */
    static ScanRegistry of(Bucket bucket, EngineClock clock, Limits limits) {
        return bucket.companion(ScanRegistry.class, b -> new ScanRegistry(b, clock, limits));
    }

    /** Takes a place for a scan; false where all are taken. Protocol: {@code protocol-kv} 13.4. */
    boolean takeSlot() {
        long perHundredth = bucket.account().quotaBytes() / 100 / BYTES_PER_SCAN;
        long slots = Math.max(2, Math.min(SLOTS_MAX, perHundredth));
        long usable = Math.max(1, (long) (slots * SHARE_OF_SLOTS));
        // Taken before the look at shutDown, as quiet() looks at it before it counts: one of the two sees the other.
        if (slotsTaken.incrementAndGet() <= usable && !shutDown) {
            return true;
        }
        giveSlotBack();
        return false;
    }

    void giveSlotBack() {
        int left = slotsTaken.decrementAndGet();
        assert left >= 0 : "more scans ended than began";
    }

    /**
     * Registers a scan that has a place, and takes its cursor over.
     *
     * @return the 16 bytes by which clients name it
     */
    byte[] add(int vbucket, ScanSpec spec, RangeScans.Scan scan) {
        Id id = new Id(random.nextLong(), random.nextLong());
        ScanSession session = new ScanSession(
                vbucket,
                spec.collection(),
                spec.keysOnly(),
                spec.xattrs(),
                spec.sampling(),
                scan,
                clock,
                this::giveSlotBack);
        sessions.put(id, session);
        if (shutDown || !exists(session)) {
            session.end();
        }
        return ByteBuffer.allocate(16).putLong(id.high).putLong(id.low).array();
    }

    @Nullable
    ScanSession find(long high, long low) {
        return sessions.get(new Id(high, low));
    }

    /** Ends a scan and forgets it. */
    void remove(long high, long low) {
        ScanSession session = sessions.remove(new Id(high, low));
        if (session != null) {
            session.end();
        }
    }

    /** Whether there still is the collection that is scanned. */
    boolean exists(ScanSession session) {
        return bucket.collections().collection(session.collection()) != null;
    }

    /** Ends the scans of collections that are gone, and what they keep in memory; their clients hear it when they ask. */
    @Override
    public void collectionsChanged() {
        for (ScanSession session : sessions.values()) {
            if (!exists(session)) {
                session.end();
            }
        }
    }

    /** How many scans are open. */
    public int open() {
        return slotsTaken.get();
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group) {
        if (!group.equals("range-scans")) {
            return null;
        }
        List<Statistic> lines = new ArrayList<>();
        lines.add(Statistic.of("total_scans", open()));
        sessions.forEach((id, session) -> {
            String name = "vb_" + session.vbucket() + ":" + new UUID(id.high, id.low);
            lines.add(Statistic.of(name + ":idle_ms", session.idleNanos() / 1_000_000));
        });
        return lines.iterator();
    }

    @Override
    public void tick() {
        sessions.values().removeIf(session -> {
            if (session.ended()) {
                return true;
            }
            if (session.idleNanos() > lifetimeNanos) {
                session.end();
                return true;
            }
            return false;
        });
    }

    @Override
    public void shutDown() {
        shutDown = true;
        sessions.values().forEach(ScanSession::end);
        sessions.clear();
    }

    @Override
    public boolean quiet() {
        return shutDown && slotsTaken.get() == 0;
    }
}
