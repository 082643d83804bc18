package dev.sluice.core.subdoc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One edit of a text: what is taken out, and the three pieces that take its place.
 *
 * <pre>
 *   text before   | kept up to from |  taken out   | kept as from to |
 *   text after    | kept up to from | head value tail | kept as from to |
 * </pre>
 *
 * <p>Head and tail are the punctuation and the keys around a value, and short; the value is borrowed.
 */
final class Splice {

    private byte[] text = {};
    private int offset;
    private int length;
    private int from;
    private int to;
    private byte[] head = new byte[64];
    private int headLength;
    private byte[] value = {};
    private int valueOffset;
    private int valueLength;
    private int closings;
    private boolean closesArray;
    private boolean separates;

    /** Begins an edit that takes out what is between two positions of the text's array, which may be one and the same. */
    void begin(byte[] text, int offset, int length, int from, int to) {
        assert offset <= from && from <= to && to <= offset + length;
        this.text = text;
        this.offset = offset;
        this.length = length;
        this.from = from;
        this.to = to;
        headLength = 0;
        valueLength = 0;
        closings = 0;
        closesArray = false;
        separates = false;
    }

    void head(char character) {
        reserve(1);
        head[headLength++] = (byte) character;
    }

    /** Adds a key and its colon to the head. */
    void headKey(byte[] names, int begin, int end) {
        reserve(end - begin + 3);
        head[headLength++] = '"';
        System.arraycopy(names, begin, head, headLength, end - begin);
        headLength += end - begin;
        head[headLength++] = '"';
        head[headLength++] = ':';
    }

    private void reserve(int bytes) {
        if (head.length - headLength < bytes) {
            head = Arrays.copyOf(head, Math.max(2 * head.length, headLength + bytes));
        }
    }

    void value(byte[] array, int begin, int length) {
        value = array;
        valueOffset = begin;
        valueLength = length;
    }

    void value(long number) {
        byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        value(digits, 0, digits.length);
    }

    /** Has the tail close the array and then the objects that the head opens. */
    void tail(boolean array, int objects) {
        closesArray = array;
        closings = objects;
    }

    /** Has the tail be a comma. */
    void tailSeparator() {
        separates = true;
    }

    int newLength() {
        return length - (to - from) + inserted();
    }

    private int inserted() {
        return headLength + valueLength + (closesArray ? 1 : 0) + closings + (separates ? 1 : 0);
    }

    /** Writes the text as it is after the edit. */
    void copyTo(byte[] target, int at) {
        System.arraycopy(text, offset, target, at, from - offset);
        System.arraycopy(text, to, target, at + from - offset + inserted(), offset + length - to);
        writeInserted(target, at + from - offset);
    }

    /** Edits in place the array that the text is in, which has room for the new one. */
    void apply() {
        System.arraycopy(text, to, text, from + inserted(), offset + length - to);
        writeInserted(text, from);
    }

    private void writeInserted(byte[] target, int at) {
        int i = at;
        System.arraycopy(head, 0, target, i, headLength);
        i += headLength;
        System.arraycopy(value, valueOffset, target, i, valueLength);
        i += valueLength;
        if (closesArray) {
            target[i++] = ']';
        }
        for (int closed = 0; closed < closings; closed++) {
            target[i++] = '}';
        }
        if (separates) {
            target[i] = ',';
        }
    }
}
