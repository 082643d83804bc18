package dev.sluice.core.command;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups that STAT knows beyond what an engine has of its own, in one table. Protocol: {@code protocol-kv} 14.2, whose
 * letters stand in the constants: P for what the privilege Stats opens alone, B for what is about the selected bucket and
 * SimpleStats opens. A group that is not here is the engine's, and is about the bucket.
 */
enum StatGroup {
    GENERAL("", Flag.BUCKET),
    RESET("reset", Flag.PRIVILEGED, Flag.BUCKET),
    SETTINGS("settings", Flag.PRIVILEGED),
    /** Of the own connection without a privilege; of others with Stats. */
    CONNECTIONS("connections"),
    BUCKET_DETAILS("bucket_details", Flag.PRIVILEGED),
    CLIENT_CONNECTION_DETAILS("client_connection_details"),
    WORKER_THREAD_INFO("worker_thread_info", Flag.PRIVILEGED),
    THREADS("threads", Flag.PRIVILEGED),
    CLOCKS("clocks"),
    STAT_TIMINGS("stat-timings", Flag.BUCKET),
    TIMINGS("timings", Flag.BUCKET),
    RESPONSES("responses", Flag.BUCKET),
    INFO("info", Flag.BUCKET),
    CONFIG("config", Flag.BUCKET),
    WARMUP("warmup", Flag.BUCKET),
    MEMORY("memory", Flag.BUCKET),
    RANGE_SCANS("range-scans", Flag.BUCKET),
    VBUCKET("vbucket", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    PREV_VBUCKET("prev-vbucket", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    VBUCKET_DETAILS("vbucket-details", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    VBUCKET_SEQNO("vbucket-seqno", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    VBUCKET_DURABILITY_STATE("vbucket-durability-state", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    FAILOVERS("failovers", Flag.BUCKET, Flag.VBUCKET_ARGUMENT),
    HASH("hash", Flag.BUCKET, Flag.VBUCKET_ARGUMENT);

    private enum Flag {
        PRIVILEGED,
        BUCKET,
        VBUCKET_ARGUMENT
    }

    private static final Map<String, StatGroup> BY_NAME = new HashMap<>();

    static {
        for (StatGroup group : values()) {
            BY_NAME.put(group.text, group);
        }
    }

    private final String text;
    private final boolean privileged;
    private final boolean ofBucket;
    private final boolean takesVBucket;

    StatGroup(String text, Flag... flags) {
        this.text = text;
        boolean stats = false;
        boolean bucket = false;
        boolean vbucket = false;
        for (Flag flag : flags) {
            stats |= flag == Flag.PRIVILEGED;
            bucket |= flag == Flag.BUCKET;
            vbucket |= flag == Flag.VBUCKET_ARGUMENT;
        }
        this.privileged = stats;
        this.ofBucket = bucket;
        this.takesVBucket = vbucket;
    }

    /** The group of this name, or null where it would be the engine's. */
    static @Nullable StatGroup of(String name) {
        return BY_NAME.get(name);
    }

    /** As clients ask for it. */
    String text() {
        return text;
    }

    /** Whether the privilege Stats is needed. */
    boolean privileged() {
        return privileged;
    }

    /** Whether a bucket must be selected, and SimpleStats is needed there. */
    boolean ofBucket() {
        return ofBucket;
    }

    /** Whether the argument, if there is one, is the number of a vbucket. */
    boolean takesVBucket() {
        return takesVBucket;
    }
}
