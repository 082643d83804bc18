package dev.sluice.core.command;

import org.jspecify.annotations.Nullable;

/**
 * The number in a counter's document: white space, at most one plus sign, decimal digits, and then the end or white space
 * and anything. Protocol: {@code protocol-kv} 7.6.
 *
 * @param value 64 bits unsigned
 */
record DecimalText(long value) {

    /** The number, or null where there is none or where it does not fit. */
    static @Nullable DecimalText parse(byte[] array, int offset, int length) {
        int position = offset;
        int end = offset + length;
        while (position < end && isSpace(array[position])) {
            position++;
        }
        if (position < end && array[position] == '+') {
            position++;
        }
        int digits = 0;
        long value = 0;
        for (; position < end && isDigit(array[position]); position++, digits++) {
            int digit = array[position] - '0';
            // 2^64 - 1 = 18446744073709551615: ten times more than this has no room left.
            if (Long.compareUnsigned(value, 1844674407370955161L) > 0 || (value == 1844674407370955161L && digit > 5)) {
                return null;
            }
            value = value * 10 + digit;
        }
        boolean ended = position == end || isSpace(array[position]);
        return digits > 0 && ended ? new DecimalText(value) : null;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** As C's isspace. */
    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}
