package dev.sluice.core.subdoc;

/**
 * The text of a document through the edits of one request. Until the first edit it is the text that it was begun with, which
 * stays as it is; the first one copies it, and with room for others, so that each of them moves only what is behind it.
 *
 * <p><b>Thread.</b> One at a time.
 */
public final class EditedDocument {

    /** A step of growth, at the least. */
    private static final int ROOM_MIN = 256;

    private byte[] array;
    private int offset;
    private int length;
    private boolean copied;

    /** Borrows the array, which is not written to. */
    public EditedDocument(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /**
     * Makes the edit that was just executed on {@link #array()}, {@link #offset()} and {@link #length()}, with SUCCESS, part of
     * this text. Positions of earlier matches mean nothing after it.
     */
    public void apply(PathExecutor executor) {
        Splice splice = executor.splice();
        int newLength = splice.newLength();
        if (copied && newLength <= array.length) {
            splice.apply();
        } else {
            byte[] larger = new byte[newLength + Math.max(ROOM_MIN, newLength >> 3)];
            splice.copyTo(larger, 0);
            array = larger;
            offset = 0;
            copied = true;
        }
        length = newLength;
    }

    /** The array that has the text now. Until the first edit it is the caller's, later this object's. */
    public byte[] array() {
        return array;
    }

    public int offset() {
        return offset;
    }

    public int length() {
        return length;
    }
}
