package dev.sluice.core.command;

import dev.sluice.engine.ValuePatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a value for a macro until the number is known that it stands for: a JSON string of the length of that
 * number's, which occurs nowhere else. Steps that come later may move it, copy it, or write over it; when all is done it is
 * looked for, and what is still there is what is expanded. The checksum of the body can be written at once; CAS and sequence
 * number are known to the engine alone, which writes them as it stores.
 *
 * <p>That a token is unique is not left to chance: it is chosen so that neither the document nor the request has it.
 */
final class MacroTokens {

    private static final int LONG_DIGITS = 16;
    private static final int INT_DIGITS = 8;

    /** An odd number without a pattern, whose multiples are all different. */
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private final byte[] cas;
    private final byte[] seqno;
    private final byte[] checksum;

    /**
     * @param document the value that is there
     * @param request what is to be put into it
     */
    MacroTokens(Bytes document, Bytes request) {
        long number = STEP;
        byte[][] tokens = new byte[3][];
        for (int i = 0; i < tokens.length; number += STEP) {
            String digits = HexFormat.of().toHexDigits(number, i == 2 ? INT_DIGITS : LONG_DIGITS);
            byte[] token = ("\"0x" + digits + '"').getBytes(StandardCharsets.US_ASCII);
            if (next(document, token, document.offset) < 0 && next(request, token, request.offset) < 0) {
                tokens[i++] = token;
            }
        }
        cas = tokens[0];
        seqno = tokens[1];
        checksum = tokens[2];
    }

    /** A slice of an array. */
    static final class Bytes {

        private final byte[] array;
        private final int offset;
        private final int length;

        Bytes(byte[] array, int offset, int length) {
            this.array = array;
            this.offset = offset;
            this.length = length;
        }
    }

    /** What stands for a macro that is expanded when the document is stored. */
    byte[] of(SubdocMacro macro) {
        return switch (macro) {
            case CAS -> cas;
            case SEQNO -> seqno;
            case VALUE_CRC32C -> checksum;
            case DOCUMENT -> throw new IllegalArgumentException("known beforehand");
        };
    }

    /**
     * Expands what can be expanded in a value that is complete.
     *
     * @param bodyOffset where in the value its body begins
     * @return how the engine is to expand the rest, or null where there is none
     */
    @Nullable
    ValuePatch expand(byte[] value, int bodyOffset) {
        byte[] sum = VirtualAttributes.checksum(value, bodyOffset, value.length - bodyOffset)
                .getBytes(StandardCharsets.US_ASCII);
        for (int at : positions(value, checksum)) {
            System.arraycopy(sum, 0, value, at + 1, sum.length);
        }
        int[] casAt = positions(value, cas);
        int[] seqnoAt = positions(value, seqno);
        return casAt.length + seqnoAt.length == 0 ? null : new Expansion(casAt, seqnoAt);
    }

    private static int[] positions(byte[] value, byte[] token) {
        Bytes all = new Bytes(value, 0, value.length);
        List<Integer> found = new ArrayList<>();
        for (int at = next(all, token, 0); at >= 0; at = next(all, token, at + token.length)) {
            found.add(at);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Where the token is found from a position on, or -1. */
    private static int next(Bytes bytes, byte[] token, int from) {
        byte[] array = bytes.array;
        int last = bytes.offset + bytes.length - token.length;
        for (int at = from; at <= last; at++) {
            if (array[at] == '"'
                    && array[at + 1] == '0'
                    && Arrays.equals(array, at, at + token.length, token, 0, token.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Writes sixteen digits over those of tokens. Immutable. */
    private static final class Expansion implements ValuePatch {

        /** Before the digits of a token stand a quote and {@code 0x}. */
        private static final int DIGITS_AT = 3;

        private final int[] casAt;
        private final int[] seqnoAt;

        Expansion(int[] casAt, int[] seqnoAt) {
            this.casAt = casAt;
            this.seqnoAt = seqnoAt;
        }

        @Override
        public void apply(byte[] array, int offset, int length, long newCas, long newSeqno) {
            write(array, offset, casAt, Long.reverseBytes(newCas)); // As clients on other machines once read it.
            write(array, offset, seqnoAt, newSeqno);
        }

        private static void write(byte[] array, int offset, int[] positions, long number) {
            for (int position : positions) {
                int at = offset + position + DIGITS_AT;
                for (int digit = 0; digit < LONG_DIGITS; digit++) {
                    int nibble = (int) (number >>> (4 * (LONG_DIGITS - 1 - digit))) & 0xf;
                    array[at + digit] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
                }
            }
        }
    }
}
