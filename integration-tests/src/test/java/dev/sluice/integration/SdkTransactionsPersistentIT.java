package dev.sluice.integration;

import com.couchbase.client.core.msg.kv.DurabilityLevel;

/** Transactions on disk. */
class SdkTransactionsPersistentIT extends SdkTransactions {

    SdkTransactionsPersistentIT() {
        super(
                "persistent",
                DurabilityLevel.NONE,
                DurabilityLevel.MAJORITY,
                DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE,
                DurabilityLevel.PERSIST_TO_MAJORITY);
    }
}
