package dev.sluice.core.cookie;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the single steps of a sub-document command have come to, in the order of the request, for a codec to write.
 *
 * <p><b>Ownership.</b> Refers to arrays that never change again, of the document or made for the answer; nothing is copied.
 * <b>Thread.</b> Filled by whoever does the work, read on the connection's loop after it.
 */
public final class SubdocResults {

    private static final byte[] NOTHING = new byte[0];

    private final @Nullable Refusal[] failures;
    private final byte[][] arrays;
    private final int[] offsets;
    private final int[] lengths;
    private final boolean[] json;
    private boolean deleted;
    private long cas;
    private int firstFailure = -1;

    /** For so many steps, none of which has a result yet. */
    public SubdocResults(int count) {
        failures = new @Nullable Refusal[count];
        arrays = new byte[count][];
        Arrays.fill(arrays, NOTHING);
        offsets = new int[count];
        lengths = new int[count];
        json = new boolean[count];
    }

    /** What a step has found or come to. */
    public void result(int index, byte[] array, int offset, int length, boolean isJson) {
        arrays[index] = array;
        offsets[index] = offset;
        lengths[index] = length;
        json[index] = isJson;
    }

    public void failure(int index, Refusal failure) {
        failures[index] = failure;
        if (firstFailure < 0 || index < firstFailure) {
            firstFailure = index;
        }
    }

    /** Of a look-up: the document's CAS as clients see it. */
    public void cas(long documentCas) {
        this.cas = documentCas;
    }

    /** Whether it was, or still is, a deleted document. */
    public void deleted(boolean isDeleted) {
        this.deleted = isDeleted;
    }

    public int count() {
        return lengths.length;
    }

    /** Why a step failed, or null where it did not. */
    public @Nullable Refusal failure(int index) {
        return failures[index];
    }

    /** The index of the first step that failed, or -1. */
    public int firstFailure() {
        return firstFailure;
    }

    public byte[] array(int index) {
        return arrays[index];
    }

    public int offset(int index) {
        return offsets[index];
    }

    public int length(int index) {
        return lengths[index];
    }

    /** Whether the result is a JSON text; otherwise it is bytes. */
    public boolean isJson(int index) {
        return json[index];
    }

    public long cas() {
        return cas;
    }

    public boolean deleted() {
        return deleted;
    }
}
