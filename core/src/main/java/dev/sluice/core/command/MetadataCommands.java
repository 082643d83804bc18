package dev.sluice.core.command;

import dev.sluice.core.cookie.Command;

/** Commands on metadata, sequence numbers and what is on disk. Protocol: {@code protocol-kv} 7.2, 8.3 to 8.9, and 9. */
public final class MetadataCommands {

    public static final Command GET_META = MetadataReads::getMeta;
    public static final Command GET_EX = MetadataReads::getEx;
    public static final Command GET_EX_REPLICA = MetadataReads::getExReplica;
    public static final Command GET_REPLICA = MetadataReads::getReplica;
    public static final Command GET_RANDOM_KEY = MetadataReads::getRandomKey;

    /** Needs a {@link RecordWrite} as detail. */
    public static final Command WITH_META = WithMeta::execute;

    /** Needs an {@link ObservedKeys} as detail. */
    public static final Command OBSERVE = Observe::execute;

    public static final Command OBSERVE_SEQNO = SeqnoCommands::observeSeqno;
    /** Needs one of the two below as flags, and a collection where it is the first. */
    public static final Command GET_ALL_VB_SEQNOS = SeqnoCommands::allSeqnos;

    public static final int SEQNOS_OF_COLLECTION = 1;
    public static final int SEQNOS_OF_VBUCKET = 0;

    public static final Command GET_FAILOVER_LOG = SeqnoCommands::failoverLog;

    public static final Command SEQNO_PERSISTENCE = PersistenceCommands::awaitSeqno;
    public static final Command STOP_PERSISTENCE = PersistenceCommands::stop;
    public static final Command START_PERSISTENCE = PersistenceCommands::start;
    public static final Command EVICT_KEY = PersistenceCommands::evict;

    /** Needs a {@link dev.sluice.engine.Persistence.Compaction} as detail. */
    public static final Command COMPACT_DB = PersistenceCommands::compact;

    public static final Command GET_KEYS = KeyListing::execute;

    private MetadataCommands() {}
}
