package dev.sluice.core.administration;

import static dev.sluice.core.administration.Parameter.Kind.DECIMAL;
import static dev.sluice.core.administration.Parameter.Kind.FLAG;
import static dev.sluice.core.administration.Parameter.Kind.SIZE;
import static dev.sluice.core.administration.Parameter.Kind.TEXT;
import static dev.sluice.core.administration.Parameter.Kind.WHOLE;

import dev.sluice.core.engine.NearestName;
import dev.sluice.core.engine.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bucket parameters of the original, and the bucket's keys here that mean the same. What is known there and means nothing
 * here is accepted and logged, so that tools written for the original can create buckets; what is unknown there is a mistake.
 * Protocol: {@code protocol-kv} 18.
 */
public final class BucketParameters {

    private static final Logger LOG = LoggerFactory.getLogger(BucketParameters.class);

    private static final String ENGINE = "engine";
    private static final String QUOTA = "quota";
    private static final String PERSISTENT = "persistent";
    private static final String EPHEMERAL = "ephemeral";
    private static final String BUCKET_TYPE = "bucket_type";
    private static final String MAX_SIZE = "max_size";
    private static final long QUOTA_BYTES_DEFAULT = 100L << 20;

    /** Families of parameters of storages and tasks that exist only there. */
    private static final List<String> FOREIGN_FAMILIES = List.of(
            "dcp_",
            "magma_",
            "alog_",
            "defragmenter_",
            "item_compressor_",
            "checkpoint_",
            "couchstore_",
            "nexus_",
            "fusion_",
            "bfilter_",
            "hlc_",
            "chk_",
            "item_freq_",
            "paging_visitor_",
            "workload_",
            "connection_",
            "compaction_",
            "flusher_",
            "warmup_",
            "primary_warmup_",
            "secondary_warmup_",
            "history_retention_",
            "item_eviction_",
            "ephemeral_mem_",
            "range_scan_",
            "vbucket_mapping_",
            "executor_pool_");

    /** What only one of the two types of buckets has, where a key here serves both. */
    private static final Map<String, String> TYPE_OF_PARAMETER = Map.of(
            "item_eviction_policy", PERSISTENT,
            "persistent_metadata_purge_age", PERSISTENT,
            "ephemeral_full_policy", EPHEMERAL,
            "ephemeral_metadata_purge_age", EPHEMERAL,
            "ephemeral_metadata_purge_interval", EPHEMERAL);

    private static final Map<String, Parameter> KNOWN = new TreeMap<>();

    static {
        Parameter[] parameters = {
            Parameter.choice(
                    BUCKET_TYPE,
                    ENGINE,
                    List.of(PERSISTENT, EPHEMERAL),
                    value -> EPHEMERAL.equals(value) ? "memory" : PERSISTENT),
            Parameter.mapped(MAX_SIZE, SIZE, QUOTA),
            Parameter.mapped("cache_size", SIZE, QUOTA),
            Parameter.mapped("max_vbuckets", WHOLE, "vbuckets"),
            Parameter.choice(
                    "ephemeral_full_policy",
                    "evictionPolicy",
                    List.of("auto_delete", "fail_new_data"),
                    value -> value.equals("auto_delete") ? "autoDelete" : "noEviction"),
            Parameter.mapped("mem_low_wat_percent", DECIMAL, "lowWatermark"),
            Parameter.mapped("mem_high_wat_percent", DECIMAL, "highWatermark"),
            Parameter.mapped("mutation_mem_ratio", DECIMAL, "mutationMemoryRatio"),
            Parameter.seconds("exp_pager_stime", "expiryPagerInterval"),
            Parameter.seconds("ephemeral_metadata_purge_age", "tombstonePurgeAge"),
            Parameter.seconds("ephemeral_metadata_purge_interval", "tombstonePurgeInterval"),
            Parameter.seconds("max_ttl", "maxTtl"),
            Parameter.choice(
                    "compression_mode", "compressionMode", List.of("off", "passive", "active"), value -> value),
            Parameter.mapped("min_compression_ratio", DECIMAL, "minCompressionRatio"),
            Parameter.choice(
                    "conflict_resolution_type",
                    "conflictResolution",
                    List.of("seqno", "lww", "custom"),
                    value -> value),
            Parameter.choice(
                    "durability_min_level",
                    "durabilityMinLevel",
                    List.of("none", "majority", "majority_and_persist_on_master", "persist_to_majority"),
                    BucketParameters::durabilityLevel),
            Parameter.ignoredChoice("backend", "couchdb", "magma", "nexus"),
            Parameter.ignored("dbname", TEXT),
            Parameter.ignored("couch_bucket", TEXT),
            Parameter.ignored("uuid", TEXT),
            Parameter.choice(
                    "item_eviction_policy",
                    "evictionPolicy",
                    List.of("value_only", "full_eviction"),
                    value -> value.equals("value_only") ? "valueOnly" : "full"),
            Parameter.mapped("xattr_enabled", FLAG, "xattrs"),
            Parameter.ignored("collections_enabled", FLAG),
            Parameter.ignored("max_item_size", SIZE),
            Parameter.ignored("max_item_privileged_bytes", SIZE),
            Parameter.ignored("getl_default_timeout", WHOLE),
            Parameter.ignored("getl_max_timeout", WHOLE),
            Parameter.ignored("not_locked_returns_tmpfail", FLAG),
            Parameter.ignoredChoice("durability_impossible_fallback", "disabled", "fallback_to_master_ack"),
            Parameter.ignored("sync_writes_max_allowed_replicas", WHOLE),
            Parameter.ignored("data_traffic_enabled", FLAG),
            Parameter.ignored("warmup", FLAG),
            Parameter.ignored("failpartialwarmup", FLAG),
            Parameter.ignoredChoice("warmup_behavior", "background", "blocking", "none", "use_config"),
            Parameter.ignored("exp_pager_enabled", FLAG),
            Parameter.ignored("exp_pager_initial_run_time", WHOLE),
            Parameter.ignored("allow_sanitize_value_in_deletion", FLAG),
            Parameter.ignored("time_synchronization", TEXT),
            Parameter.ignored("max_failover_entries", WHOLE),
            Parameter.ignored("seqno_persistence_timeout", WHOLE),
            Parameter.seconds("persistent_metadata_purge_age", "tombstonePurgeAge"),
            Parameter.ignored("ht_size", WHOLE),
            Parameter.ignored("ht_locks", WHOLE),
            Parameter.ignored("max_num_shards", WHOLE),
            Parameter.ignored("max_num_workers", WHOLE),
            Parameter.ignored("max_num_flushers", WHOLE),
            Parameter.ignored("max_num_bgfetchers", WHOLE),
            Parameter.ignored("flush_batch_max_bytes", SIZE),
            Parameter.ignored("max_checkpoints", WHOLE),
            Parameter.ignored("compat_version", TEXT),
            Parameter.ignored("encryption", TEXT),
            Parameter.ignored("chronicle_auth_token", TEXT),
            Parameter.ignored("throttle_reserved", WHOLE),
            Parameter.ignored("throttle_hard_limit", WHOLE),
        };
        for (Parameter parameter : parameters) {
            KNOWN.put(parameter.name(), parameter);
        }
    }

    private BucketParameters() {}

    /**
     * The bucket's object that a configuration string describes.
     *
     * @param problems told of each mistake; paths are the names of parameters
     */
    static Map<String, @Nullable Object> toObject(
            String bucket, String configuration, BucketReader reader, Consumer<Problem> problems) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put(ENGINE, PERSISTENT);
        object.put(QUOTA, QUOTA_BYTES_DEFAULT);
        List<String> ignored = new ArrayList<>();
        Map<String, Object> wanted = new LinkedHashMap<>();
        Map<String, String> pairs = ParameterString.parse(configuration);
        String type = EPHEMERAL.equals(pairs.get(BUCKET_TYPE)) ? EPHEMERAL : PERSISTENT;
        pairs.forEach((name, text) -> {
            Parameter parameter = KNOWN.get(name);
            if (parameter == null) {
                if (isForeign(name)) {
                    ignored.add(name);
                } else {
                    problems.accept(unknown(name));
                }
                return;
            }
            Object value = parameter.parse(text);
            if (value == null) {
                problems.accept(wrong(parameter, text));
            } else if (parameter.key() == null || !type.equals(TYPE_OF_PARAMETER.getOrDefault(name, type))) {
                ignored.add(name);
            } else {
                wanted.put(parameter.key(), parameter.conversion().apply(value));
            }
        });
        String engine = (String) wanted.getOrDefault(ENGINE, PERSISTENT);
        wanted.forEach((key, value) -> {
            if (key.equals(ENGINE) || reader.isDynamic(engine, key) != null) {
                object.put(key, value);
            } else {
                ignored.add(key);
            }
        });
        if (!ignored.isEmpty()) {
            LOG.info("parameters without a meaning here: bucket={} parameters={}", bucket, ignored);
        }
        return object;
    }

    /** The original's word for a level, as the configuration file writes it. */
    private static Object durabilityLevel(Object word) {
        return switch ((String) word) {
            case "majority_and_persist_on_master" -> "majorityAndPersistOnMaster";
            case "persist_to_majority" -> "persistToMajority";
            default -> word;
        };
    }

    private static Problem unknown(String name) {
        return new Problem(name, "unknown parameter", "a bucket parameter", NearestName.of(name, KNOWN.keySet()));
    }

    private static Problem wrong(Parameter parameter, String text) {
        return new Problem(parameter.name(), Problem.describe(text), parameter.expected());
    }

    private static boolean isForeign(String name) {
        return FOREIGN_FAMILIES.stream().anyMatch(name::startsWith);
    }

    /**
     * The bucket's key and its value that setting a parameter means: a parameter of the original, or a key as the
     * configuration file has it.
     *
     * @param engineType of the bucket
     * @param problems told of a value that the parameter does not take
     * @return null where there is no such parameter here, or it cannot change while the bucket serves, or its value is wrong
     */
    public static Map.@Nullable Entry<String, Object> change(
            String engineType, String name, String text, BucketReader reader, Consumer<Problem> problems) {
        Parameter parameter = KNOWN.get(name);
        String key = parameter == null ? name : parameter.key();
        if (key == null || !Boolean.TRUE.equals(reader.isDynamic(engineType, key))) {
            return null;
        }
        if (parameter == null) {
            return Map.entry(key, scalar(text));
        }
        Object value = parameter.parse(text);
        if (value == null) {
            problems.accept(wrong(parameter, text));
            return null;
        }
        return Map.entry(key, Objects.requireNonNull(parameter.conversion().apply(value)));
    }

    /** As a JSON text would have it, quotes left out. */
    private static Object scalar(String text) {
        for (Parameter.Kind kind : List.of(WHOLE, DECIMAL)) {
            Object number = Parameter.ignored("", kind).parse(text);
            if (number != null) {
                return number;
            }
        }
        return text.equals("true") || text.equals("false") ? (Object) Boolean.valueOf(text) : text;
    }

    /**
     * What each parameter of a configuration string is worth, for VALIDATE_BUCKET_CONFIG: by name its value, or the mistake.
     */
    public static Map<String, Object> validate(String configuration) {
        Map<String, Object> results = new LinkedHashMap<>();
        ParameterString.parse(configuration).forEach((name, text) -> {
            Parameter parameter = KNOWN.get(name);
            if (parameter == null) {
                results.put(
                        name,
                        isForeign(name)
                                ? accepted(text, false)
                                : Map.of(
                                        "error",
                                        "unsupported",
                                        "message",
                                        unknown(name).toString()));
                return;
            }
            Object value = parameter.parse(text);
            results.put(
                    name,
                    value == null
                            ? Map.of(
                                    "error",
                                    "invalid_arguments",
                                    "message",
                                    wrong(parameter, text).toString())
                            : accepted(value, parameter.key() != null));
        });
        return results;
    }

    private static Map<String, Object> accepted(Object value, boolean effective) {
        return Map.of("value", value, "effective", effective);
    }
}
