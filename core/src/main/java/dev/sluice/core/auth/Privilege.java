package dev.sluice.core.auth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user can be allowed to do, with the protocol's spelling. Protocol: {@code auth} 6.2, {@code protocol-kv} 19. */
public enum Privilege {
    /** Reading documents. */
    READ("Read", Level.COLLECTION),
    /** Creating documents where there are none. */
    INSERT("Insert", Level.COLLECTION),
    /** Creating and replacing documents. */
    UPSERT("Upsert", Level.COLLECTION),
    DELETE("Delete", Level.COLLECTION),
    /** Writing documents with metadata of the writer's. */
    META_WRITE("MetaWrite", Level.COLLECTION),
    SYSTEM_XATTR_READ("SystemXattrRead", Level.COLLECTION),
    SYSTEM_XATTR_WRITE("SystemXattrWrite", Level.COLLECTION),
    /** Reading in collections of the system, beside what reading needs everywhere. */
    SYSTEM_COLLECTION_LOOKUP("SystemCollectionLookup", Level.COLLECTION),
    /** Writing in collections of the system, beside what writing needs everywhere. */
    SYSTEM_COLLECTION_MUTATION("SystemCollectionMutation", Level.COLLECTION),
    RANGE_SCAN("RangeScan", Level.COLLECTION),
    /** Opening a change stream. */
    DCP_STREAM("DcpStream", Level.COLLECTION),
    /** Ordinary statistics of a bucket. */
    SIMPLE_STATS("SimpleStats", Level.COLLECTION),
    /** Opening a connection for change streams, and its messages. */
    DCP_PRODUCER("DcpProducer", Level.BUCKET),
    DCP_CONSUMER("DcpConsumer", Level.BUCKET),
    SETTINGS("Settings", Level.BUCKET),
    /** The cluster map without a bucket. */
    SYSTEM_SETTINGS("SystemSettings", Level.GLOBAL),
    /** Statistics of the server. */
    STATS("Stats", Level.GLOBAL),
    /** Buckets, vbuckets, reloads. */
    NODE_SUPERVISOR("NodeSupervisor", Level.GLOBAL),
    /** Parameters, persistence, eviction. */
    ADMINISTRATOR("Administrator", Level.GLOBAL),
    AUDIT("Audit", Level.GLOBAL),
    BUCKET_THROTTLE_MANAGEMENT("BucketThrottleManagement", Level.GLOBAL),
    UNTHROTTLED("Unthrottled", Level.GLOBAL),
    UNMETERED("Unmetered", Level.GLOBAL),
    /** Acting for another user. */
    IMPERSONATE("Impersonate", Level.GLOBAL),
    IDLE_CONNECTION("IdleConnection", Level.GLOBAL);

    /** The smallest thing that a privilege can be granted on. */
    public enum Level {
        GLOBAL,
        BUCKET,
        COLLECTION
    }

    private static final Map<String, Privilege> BY_NAME = new LinkedHashMap<>();

    static {
        for (Privilege privilege : values()) {
            BY_NAME.put(privilege.spelling, privilege);
        }
    }

    /** Everything that can be granted on the whole server only. */
    static final long GLOBAL_MASK = maskOf(Level.GLOBAL);

    /** Everything that can be granted on a scope or a collection. */
    static final long COLLECTION_MASK = maskOf(Level.COLLECTION);

    /** Everything that can be granted on a bucket. */
    static final long BUCKET_MASK = maskOf(Level.BUCKET) | COLLECTION_MASK;

    private final String spelling;
    private final Level level;

    Privilege(String spelling, Level level) {
        this.spelling = spelling;
        this.level = level;
    }

    /** As the protocol spells it. */
    public String spelling() {
        return spelling;
    }

    public Level level() {
        return level;
    }

    /** The privilege's bit in a set of privileges. */
    public long bit() {
        return 1L << ordinal();
    }

    /** The privilege of this spelling, or null. */
    public static @Nullable Privilege of(String spelling) {
        return BY_NAME.get(spelling);
    }

    /** All spellings, in the order of the constants. */
    public static List<String> spellings() {
        return new ArrayList<>(BY_NAME.keySet());
    }

    /** A set of privileges. */
    public static long mask(Privilege... privileges) {
        long mask = 0;
        for (Privilege privilege : privileges) {
            mask |= privilege.bit();
        }
        return mask;
    }

    /** The first of a set that is not empty. */
    public static Privilege firstOf(long mask) {
        return values()[Long.numberOfTrailingZeros(mask)];
    }

    private static long maskOf(Level level) {
        return Arrays.stream(values())
                .filter(privilege -> privilege.level == level)
                .mapToLong(Privilege::bit)
                .reduce(0, (a, b) -> a | b);
    }
}
