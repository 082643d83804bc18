package dev.sluice.core.datatype;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Snappy's raw block format, as values have it whose datatype says so. Protocol: {@code protocol-kv} 2.3.
 *
 * <p>A compressed value begins with the length that it claims to inflate to. The claim is a stranger's: it is read with
 * {@link #inflatedLength}, held against a limit by the caller, and only then is memory reserved, of exactly that size, which
 * must be filled exactly.
 *
 * <p>The work is done by a native library. It is loaded on a background thread ({@link #load}), as that writes it from its
 * jar to a temporary file; a server begins that when it starts, and who asks for Snappy before it is done waits for it. The
 * file is deleted as soon as it is loaded, where the system can, so that a crash leaves none behind. Where it is written to is the system
 * property {@code org.xerial.snappy.tempdir}, otherwise {@code java.io.tmpdir}.
 *
 * <p><b>Thread.</b> Any. <b>Blocking.</b> Only {@link #load}; the others take time with the length, for 20 MiB some
 * milliseconds, and load where nobody has before.
 */
public final class SnappyCodec {

    /** What {@link #inflatedLength} answers where there is no length. */
    public static final long MALFORMED = -1;

    /** Replaced by tests only. */
    private static volatile NativeLibrary library = new NativeLibrary("snappy-java", SnappyCodec::loadNative);

    private SnappyCodec() {}

    private static Object loadNative() {
        String version = Snappy.getNativeLibraryVersion();
        Snappy.cleanUp(); // The file; what was loaded from it stays.
        return version;
    }

    /** For tests: another library, or a missing one; answers the one before. */
    static NativeLibrary replaceLibrary(NativeLibrary replacement) {
        NativeLibrary before = library;
        library = replacement;
        return before;
    }

    /** Whether it is known already if values can be compressed and inflated here; if not, {@link #load} finds out. */
    public static boolean known() {
        return library.known();
    }

    /** Whether the library is loaded, so that {@link #inflate} and {@link #deflate} wait for nothing. */
    public static boolean loaded() {
        return library.loaded();
    }

    /** Loads the library if nobody has tried before, and answers whether it is there. Waits for files: not on a loop. */
    public static boolean load() {
        return library.load();
    }

    /**
     * The length that a compressed value claims to inflate to, 32 bits unsigned, or {@link #MALFORMED}. Looks at five bytes
     * at most and reserves nothing.
     *
     * <pre>
     *   1..5 bytes   length, little-endian groups of seven bits, bit 7 set on all but the last
     *   ...          blocks
     * </pre>
     */
    public static long inflatedLength(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        long value = 0;
        for (int i = 0; i < Math.min(length, 5); i++) {
            int group = array[offset + i];
            value |= (group & 0x7fL) << (7 * i);
            if (group >= 0) {
                return value <= 0xffff_ffffL ? value : MALFORMED;
            }
        }
        return MALFORMED;
    }

    /**
     * Inflates a value whose claimed length the caller has found bearable.
     *
     * @return an array of exactly the claimed length, or null where the bytes are no compressed value of that length
     */
    public static byte @Nullable [] inflate(byte[] array, int offset, int length) {
        long claimed = inflatedLength(array, offset, length);
        if (claimed == MALFORMED || claimed > Integer.MAX_VALUE - 16 || !load()) {
            return null;
        }
        try {
            byte[] inflated = new byte[(int) claimed];
            return Snappy.rawUncompress(array, offset, length, inflated, 0) == claimed ? inflated : null;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Compresses; null where the library is missing. */
    public static byte @Nullable [] deflate(byte[] array, int offset, int length) {
        if (!load()) {
            return null;
        }
        try {
            byte[] room = new byte[Snappy.maxCompressedLength(length)];
            return Arrays.copyOf(room, Snappy.compress(array, offset, length, room, 0));
        } catch (IOException | IllegalArgumentException e) { // Not of bytes that are there; the library's signature.
            return null;
        }
    }
}
