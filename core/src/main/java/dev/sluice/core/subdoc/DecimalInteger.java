package dev.sluice.core.subdoc;

/** Decimal integers of 64 bits with their sign, as text. Protocol: {@code protocol-subdoc} 6.1. */
final class DecimalInteger {

    /** As many digits as the greatest one has. */
    private static final int DIGITS_MAX = 19;

    private DecimalInteger() {}

    /** Whether a text may be counted by: an integer that fits, with no zero in front, and not 0. */
    static boolean isDelta(byte[] text, int from, int to) {
        int digits = from < to && text[from] == '-' ? from + 1 : from;
        return digits < to && text[digits] != '0' && isInteger(text, from, to) && fits(text, from, to);
    }

    /** Whether a text that is a number of JSON, or any other, has nothing but digits behind an optional minus. */
    static boolean isInteger(byte[] text, int from, int to) {
        int digits = from < to && text[from] == '-' ? from + 1 : from;
        for (int i = digits; i < to; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return false;
            }
        }
        return digits < to;
    }

    /** Whether an integer without zeros in front is within 64 bits. */
    static boolean fits(byte[] text, int from, int to) {
        boolean negative = text[from] == '-';
        int digits = to - from - (negative ? 1 : 0);
        if (digits != DIGITS_MAX) {
            return digits < DIGITS_MAX;
        }
        // Of 19 digits, all wrap at most once.
        long magnitude = parse(text, negative ? from + 1 : from, to);
        return magnitude >= 0 || (negative && magnitude == Long.MIN_VALUE);
    }

    /** An integer that fits, as a number. */
    static long parse(byte[] text, int from, int to) {
        boolean negative = text[from] == '-';
        long value = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            value = value * 10 + (text[i] - '0');
        }
        return negative ? -value : value;
    }
}
