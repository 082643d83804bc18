package dev.sluice.core.statistics;

/** What is counted once for the whole server. The name in lower case is the name in STAT's general group. */
public enum ServerCounter {
    /** Connections accepted since the start, rejected ones not among them. */
    TOTAL_CONNECTIONS,
    /** Connections that were closed at once because there were too many. A rise means the limit is too low, or a leak. */
    REJECTED_CONNECTIONS,
    /** Connections closed for bytes that are no frame. */
    PROTOCOL_ERRORS,
    /** Connections cut because what was sent to them did not move for too long. */
    STALLED_CONNECTIONS,
    /** Frames thrown away because unfinished input of all connections together was at its limit. */
    INBOUND_LIMIT_HITS,
    /** Logins that were begun. */
    AUTH_CMDS,
    /** Logins that were refused. A rise means a client with an old password, or somebody who guesses. */
    AUTH_ERRORS,
    /** Connections cut because they had to log in and did not for too long. */
    LOGIN_TIMEOUTS,
    /** Times that a connection left its loop to others before it had run out of commands. */
    CONN_YIELDS,
    /** Commands that failed on a fault of ours, each with a line in the log. */
    INTERNAL_ERRORS;

    /** How the counter is called in STAT. */
    public String statName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
