package dev.sluice.core.command;

/**
 * From the expiry that a client sends to the absolute time that engines store. Protocol: {@code protocol-kv} 7.1.4.
 */
final class ExpiryTime {

    /** Up to this many seconds, 30 days inclusive, an expiry is relative. */
    static final long RELATIVE_SECONDS_MAX = 30L * 24 * 60 * 60;

    /** The answer for a time that does not fit into 32 bits. */
    static final long OVERFLOW = -1;

    private static final long UNSIGNED_MAX = 0xffff_ffffL;

    private ExpiryTime() {}

    /**
     * The absolute expiry.
     *
     * @param raw as sent: 0 never, up to 30 days relative to now, more absolute; 32 bits unsigned
     * @param nowSeconds since 1970
     * @param startSeconds when the server started: an absolute time before that expires one second after it, that is at
     *     once, and is not mistaken for "never"
     * @return seconds since 1970, 0 for never, or {@link #OVERFLOW}
     */
    static long resolve(long raw, long nowSeconds, long startSeconds) {
        if (raw == 0) {
            return 0;
        }
        if (raw > RELATIVE_SECONDS_MAX) {
            return raw <= startSeconds ? startSeconds + 1 : raw;
        }
        long absolute = nowSeconds + raw;
        return absolute > UNSIGNED_MAX ? OVERFLOW : absolute;
    }
}
