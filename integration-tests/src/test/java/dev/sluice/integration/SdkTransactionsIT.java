package dev.sluice.integration;

import com.couchbase.client.core.msg.kv.DurabilityLevel;

/** Transactions in memory. */
class SdkTransactionsIT extends SdkTransactions {

    SdkTransactionsIT() {
        super("memory", DurabilityLevel.NONE, DurabilityLevel.MAJORITY);
    }
}
