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
 * looked for, and what is still there is what is expanded. CAS and sequence number are known to the engine alone, which writes
 * them as it stores; so is then the checksum of a body that has them in it, and every other one can be written at once.
 *
 * <p>That a token is unique is not left to chance: it is chosen so that nothing has it of which an attribute can be made. Its
 * quotes are not counted on for that, since a path in the request is a key between quotes in the document. A body has tokens
 * only where it was copied from an attribute; in what was decoded from one (base64 may hide anything) nothing is looked for.
 */
final class MacroTokens {

    private static final int LONG_DIGITS = 16;
    private static final int INT_DIGITS = 8;

    /** Before the digits of a token stand a quote and {@code 0x}. */
    private static final int DIGITS_AT = 3;

    private static final int[] NOWHERE = {};

    /** An odd number without a pattern, whose multiples are all different. */
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private final byte[] cas;
    private final byte[] seqno;
    private final byte[] checksum;

    /** @param sources all texts that attributes are made of, beside the tokens themselves */
    MacroTokens(List<Bytes> sources) {
        long number = STEP;
        byte[][] tokens = new byte[3][];
        for (int i = 0; i < tokens.length; number += STEP) {
            String digits = HexFormat.of().toHexDigits(number, i == 2 ? INT_DIGITS : LONG_DIGITS);
            byte[] token = ("\"0x" + digits + '"').getBytes(StandardCharsets.US_ASCII);
            byte[] bare = Arrays.copyOfRange(token, 1, token.length - 1);
            if (sources.stream().allMatch(source -> next(source, bare, source.offset) < 0)) {
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
     * @param inBody whether the body may have tokens
     * @return how the engine is to expand the rest, or null where there is none
     */
    @Nullable
    ValuePatch expand(byte[] value, int bodyOffset, boolean inBody) {
        int end = inBody ? value.length : bodyOffset;
        int[] casAt = positions(value, end, cas);
        int[] seqnoAt = positions(value, end, seqno);
        int[] checksumAt = positions(value, end, checksum);
        boolean bodyIsComplete =
                beforeBody(casAt, bodyOffset) + beforeBody(seqnoAt, bodyOffset) == casAt.length + seqnoAt.length;
        if (bodyIsComplete) {
            writeChecksums(value, 0, value.length, checksumAt, bodyOffset);
            checksumAt = NOWHERE;
        }
        return casAt.length + seqnoAt.length == 0 ? null : new Expansion(casAt, seqnoAt, checksumAt, bodyOffset);
    }

    private static int[] positions(byte[] value, int end, byte[] token) {
        Bytes all = new Bytes(value, 0, end);
        List<Integer> found = new ArrayList<>();
        for (int at = next(all, token, 0); at >= 0; at = next(all, token, at + token.length)) {
            found.add(at);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** How many of the positions, which ascend, are in front of the body. */
    private static int beforeBody(int[] positions, int bodyOffset) {
        int count = 0;
        while (count < positions.length && positions[count] < bodyOffset) {
            count++;
        }
        return count;
    }

    /**
     * Writes the checksum of a body that is complete but for checksums. One that is in the body itself cannot be of all of
     * that: it is of the body with zeros in its place.
     */
    private static void writeChecksums(byte[] array, int offset, int length, int[] positions, int bodyOffset) {
        if (positions.length == 0) {
            return;
        }
        int body = beforeBody(positions, bodyOffset);
        if (body < positions.length) {
            for (int i = body; i < positions.length; i++) {
                writeDigits(array, offset + positions[i], 0, INT_DIGITS);
            }
            int sum = VirtualAttributes.checksum(array, offset + bodyOffset, length - bodyOffset);
            for (int i = body; i < positions.length; i++) {
                writeDigits(array, offset + positions[i], sum, INT_DIGITS);
            }
        }
        int sum = VirtualAttributes.checksum(array, offset + bodyOffset, length - bodyOffset);
        for (int i = 0; i < body; i++) {
            writeDigits(array, offset + positions[i], sum, INT_DIGITS);
        }
    }

    /** Writes the last digits of a number over those of the token at a position. */
    private static void writeDigits(byte[] array, int position, long number, int digits) {
        for (int digit = 0; digit < digits; digit++) {
            int nibble = (int) (number >>> (4 * (digits - 1 - digit))) & 0xf;
            array[position + DIGITS_AT + digit] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
        }
    }

    /** Where the token is found from a position on, or -1. */
    private static int next(Bytes bytes, byte[] token, int from) {
        byte[] array = bytes.array;
        int last = bytes.offset + bytes.length - token.length;
        for (int at = from; at <= last; at++) {
            if (array[at] == token[0]
                    && array[at + 1] == token[1]
                    && Arrays.equals(array, at, at + token.length, token, 0, token.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Writes what is known to the engine alone, and what follows from it. Immutable. */
    private static final class Expansion implements ValuePatch {

        private final int[] casAt;
        private final int[] seqnoAt;
        private final int[] checksumAt;
        private final int bodyOffset;

        Expansion(int[] casAt, int[] seqnoAt, int[] checksumAt, int bodyOffset) {
            this.casAt = casAt;
            this.seqnoAt = seqnoAt;
            this.checksumAt = checksumAt;
            this.bodyOffset = bodyOffset;
        }

        @Override
        public void apply(byte[] array, int offset, int length, long newCas, long newSeqno) {
            long reversed = Long.reverseBytes(newCas); // As clients on other machines once read it.
            for (int position : casAt) {
                writeDigits(array, offset + position, reversed, LONG_DIGITS);
            }
            for (int position : seqnoAt) {
                writeDigits(array, offset + position, newSeqno, LONG_DIGITS);
            }
            writeChecksums(array, offset, length, checksumAt, bodyOffset);
        }
    }
}
