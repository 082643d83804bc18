package dev.sluice.core.datatype;

/**
 * What a bucket does with values beside keeping them. Immutable; a change is another object.
 *
 * @param compression what becomes of compressed values
 * @param minCompressionRatio a value is stored compressed only if it is at least so many times as long inflated
 * @param xattrs whether documents may have extended attributes
 */
public record DatatypeSettings(CompressionMode compression, double minCompressionRatio, boolean xattrs) {

    /** As the reference server has it. */
    public static final double MIN_COMPRESSION_RATIO_DEFAULT = 1.2;

    /** The settings of a bucket of which nobody says more. */
    public static final DatatypeSettings DEFAULT =
            new DatatypeSettings(CompressionMode.OFF, MIN_COMPRESSION_RATIO_DEFAULT, true);

    public DatatypeSettings {
        if (minCompressionRatio < 1 || Double.isNaN(minCompressionRatio)) {
            throw new IllegalArgumentException(
                    "minCompressionRatio: " + minCompressionRatio + " (expected: at least 1)");
        }
    }

    /** Whether a value of these lengths is worth being stored compressed. */
    public boolean worthwhile(int inflatedBytes, int compressedBytes) {
        return inflatedBytes >= compressedBytes * minCompressionRatio;
    }
}
