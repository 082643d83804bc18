package dev.sluice.memory.table;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes objects really take on this JVM's heap, headers and padding included, so that a bucket's account charges
 * what the collector sees. {@code DocumentFootprint} in the benchmarks holds these sums against a measured heap.
 *
 * <p>Asked of the JVM once: references have four bytes below 32 GiB of heap with most collectors and eight with ZGC, and
 * headers shrink where compact ones are switched on. A JVM that does not know the question gets the usual answer.
 */
@SuppressForbidden("com.sun.management is an exported API, and nothing else knows the layout of objects")
public final class HeapLayout {

    private static final @Nullable HotSpotDiagnosticMXBean DIAGNOSTICS =
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

    private static final boolean COMPACT_HEADERS = flag("UseCompactObjectHeaders", false);
    private static final boolean COMPRESSED_CLASSES = flag("UseCompressedClassPointers", true);

    /** Bytes of a reference in a field or array. */
    public static final int REFERENCE_BYTES = flag("UseCompressedOops", true) ? 4 : 8;

    private static final int OBJECT_HEADER_BYTES = COMPACT_HEADERS ? 8 : COMPRESSED_CLASSES ? 12 : 16;

    /** The length of an array takes four bytes behind the header. */
    private static final int ARRAY_HEADER_BYTES = OBJECT_HEADER_BYTES + 4;

    /** Elements of eight bytes, and references of that size, begin at a multiple of eight. */
    private static final int WIDE_ARRAY_HEADER_BYTES = (ARRAY_HEADER_BYTES + 7) & -8;

    private static final int ALIGNMENT_BYTES = Integer.parseInt(option("ObjectAlignmentInBytes", "8"));

    private HeapLayout() {}

    /** Bytes of a byte array, padding included. */
    public static long byteArray(int length) {
        return align(ARRAY_HEADER_BYTES + (long) length);
    }

    /** Bytes of an array of references, without what they point at. */
    public static long referenceArray(int length) {
        int header = REFERENCE_BYTES == 8 ? WIDE_ARRAY_HEADER_BYTES : ARRAY_HEADER_BYTES;
        return align(header + (long) REFERENCE_BYTES * length);
    }

    /** Bytes of an array of longs. */
    public static long longArray(int length) {
        return align(WIDE_ARRAY_HEADER_BYTES + (long) Long.BYTES * length);
    }

    /** Bytes of an object with this many bytes of primitive fields and this many references. */
    public static long object(int primitiveBytes, int references) {
        return align(OBJECT_HEADER_BYTES + (long) primitiveBytes + (long) REFERENCE_BYTES * references);
    }

    private static long align(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    private static boolean flag(String name, boolean otherwise) {
        return Boolean.parseBoolean(option(name, Boolean.toString(otherwise)));
    }

    private static String option(String name, String otherwise) {
        if (DIAGNOSTICS == null) {
            return otherwise;
        }
        try {
            return DIAGNOSTICS.getVMOption(name).getValue();
        } catch (IllegalArgumentException unknownToThisJvm) {
            return otherwise;
        }
    }
}
