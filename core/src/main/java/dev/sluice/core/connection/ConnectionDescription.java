package dev.sluice.core.connection;

/**
 * What STAT shows of one connection.
 *
 * @param id unique in the process
 * @param peer the client's address
 * @param local the address that it connected to
 * @param encrypted whether by TLS
 * @param state open, or closing
 * @param bucket the selected bucket; empty for none
 * @param command running while one is executed, blocked where all in flight wait, idle where there is none
 * @param commandsInFlight how many wait
 * @param commands how many were executed
 * @param inboundBytes received and not executed yet
 * @param outboundBytes answered and not sent yet
 * @param sentBytes sent since the beginning
 * @param loop the index of its event loop
 */
public record ConnectionDescription(
        long id,
        String peer,
        String local,
        boolean encrypted,
        String state,
        String bucket,
        String command,
        int commandsInFlight,
        long commands,
        long inboundBytes,
        long outboundBytes,
        long sentBytes,
        int loop) {}
