package dev.sluice.memory;

/**
 * What the engine counts, each with the name under which clients and operators see it. All count events since the bucket was
 * created, or since somebody reset them.
 */
enum Counter {
    /** Stores refused while memory in use was below the quota. A rise: the bucket is nearly full. */
    TEMPORARY_MEMORY_REFUSALS("ep_tmp_oom_errors", "Stores refused for the time being because memory runs short"),
    /** Stores refused while memory in use was at the quota or above. A rise: the bucket is full. */
    MEMORY_REFUSALS("ep_oom_errors", "Stores refused because memory is used up"),
    /** Documents that a command found expired and made a tombstone of. */
    EXPIRED_BY_ACCESS("ep_expired_access", "Expired documents removed when a command came upon them"),
    /** Documents that the expiry pager found. A rise while the other stands still: documents are written and forgotten. */
    EXPIRED_BY_PAGER("ep_expired_pager", "Expired documents removed by the pager"),
    /** Visits of the expiry pager to the whole bucket. */
    EXPIRY_PAGER_RUNS("ep_num_expiry_pager_runs", "Rounds of the expiry pager"),
    /** Times that the item pager was woken. A steady rise is normal for a cache. */
    ITEM_PAGER_RUNS("ep_num_pager_runs", "Times that documents had to be deleted to free memory"),
    /** Documents deleted to free memory. */
    AUTO_DELETED("ep_auto_delete_count", "Documents deleted to free memory"),
    /** Tombstones dropped, by age or for their memory. */
    TOMBSTONES_PURGED("ep_num_tombstones_purged", "Tombstones dropped for good"),
    /** Commands for vbuckets that are not active here. A rise: clients have an old map. */
    NOT_MY_VBUCKET("ep_num_not_my_vbuckets", "Commands for vbuckets that are not active here"),
    /** Commands that came back later because another thread held the vbucket. A rise: one vbucket takes all writes. */
    LOCK_WAITS("ep_lock_waits", "Commands that had to wait for another one's write"),
    /** Snapshots made for range scans; scans that share one count once. */
    SNAPSHOTS("ep_snapshots", "Snapshots made for range scans"),
    /** Snapshots taken away from their scans to free memory. A rise: scans last long while much is written. */
    SNAPSHOTS_CANCELLED("ep_snapshots_cancelled", "Snapshots given up because they kept too much memory");

    final String statistic;
    final String description;

    Counter(String statistic, String description) {
        this.statistic = statistic;
        this.description = description;
    }
}
