package dev.sluice.persistent;

/**
 * What the engine counts, each with the name under which clients and operators see it. All count events since the bucket was
 * opened, or since somebody reset them.
 */
enum Counter {
    /** Stores refused while memory in use was below the quota. A rise: dirty data or keys fill the bucket. */
    TEMPORARY_MEMORY_REFUSALS("ep_tmp_oom_errors", "Stores refused for the time being because memory runs short"),
    /** Stores refused while memory in use was at the quota or above. A rise: the disk does not keep up, or keys fill memory. */
    MEMORY_REFUSALS("ep_oom_errors", "Stores refused because memory is used up"),
    /** Documents that a command found expired and made a tombstone of. */
    EXPIRED_BY_ACCESS("ep_expired_access", "Expired documents removed when a command came upon them"),
    /** Documents that the expiry pager found. */
    EXPIRED_BY_PAGER("ep_expired_pager", "Expired documents removed by the pager"),
    /** Visits of the expiry pager to the whole bucket. */
    EXPIRY_PAGER_RUNS("ep_num_expiry_pager_runs", "Rounds of the expiry pager"),
    /** Times that the item pager was woken. A steady rise is normal where data is larger than memory. */
    ITEM_PAGER_RUNS("ep_num_pager_runs", "Times that documents had to be evicted to free memory"),
    /** Values, or whole documents with full eviction, taken out of memory. */
    VALUES_EJECTED("ep_num_value_ejects", "Values taken out of memory"),
    /** Evictions that were not possible: dirty or locked. A rise: the disk does not keep up. */
    EJECTS_FAILED("ep_num_eject_failures", "Documents that could not be taken out of memory"),
    /** Tombstones dropped for good. */
    TOMBSTONES_PURGED("ep_num_tombstones_purged", "Tombstones dropped for good"),
    /** Commands for vbuckets that are not active here. A rise: clients have an old map. */
    NOT_MY_VBUCKET("ep_num_not_my_vbuckets", "Commands for vbuckets that are not active here"),
    /** Commands that came back later because another thread held the vbucket. */
    LOCK_WAITS("ep_lock_waits", "Commands that had to wait for another one's write"),
    /** Documents read from disk because a command waited for the value. A rise: memory is too small for what is read. */
    BG_FETCHED("ep_bg_fetched", "Documents read from disk for commands"),
    /** Look-ups of metadata on disk because a command waited for it. */
    BG_META_FETCHED("ep_bg_meta_fetched", "Metadata read from disk for commands"),
    /** Time that reads for commands took on disk. */
    BG_FETCH_NANOS("ep_bg_fetch_time_ns", "Nanoseconds spent reading for commands"),
    /** Reads that failed. Any: look at the log and the disk. */
    READ_FAILURES("ep_data_read_failed", "Reads from disk that failed"),
    /** Documents and keys that warm-up has loaded. */
    WARMED_UP("ep_warmed_up_items", "Documents and keys loaded at start"),
    /** Views of the disk opened for range scans. */
    SCANS("ep_range_scan_views", "Views of the disk opened for range scans"),
    /** Compactions done. */
    COMPACTIONS("ep_compactions", "Compactions done"),
    /** Those of them that nobody has asked for: too much in the files was gone. */
    COMPACTIONS_BY_RULE("ep_compactions_by_rule", "Compactions done because too much in the files was gone");

    final String statistic;
    final String description;

    Counter(String statistic, String description) {
        this.statistic = statistic;
        this.description = description;
    }
}
