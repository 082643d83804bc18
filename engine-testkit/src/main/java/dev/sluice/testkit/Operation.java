package dev.sluice.testkit;

/** The calls of an engine that {@link FaultInjectingEngine} can disturb. */
public enum Operation {
    GET,
    STORE,
    REMOVE,
    GET_AND_TOUCH,
    LOCK,
    UNLOCK,
    STATISTICS,
    FLUSH,
    SET_VBUCKET_STATE,
    DELETE_VBUCKET,
    APPLY,
    READ,
    RANDOM,
    AWAIT_PERSISTENCE,
    STOP_PERSISTENCE,
    START_PERSISTENCE,
    COMPACT,
    EVICT,
    OPEN_SCAN,
    /** Has no cookie: of the faults it knows those that throw and delay. */
    SET_COLLECTIONS,
    /** Has no cookie: of the faults it knows those that answer, throw, delay and return null. */
    SCAN_NEXT
}
