package dev.sluice.core.datatype;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;

/**
 * What of a stored value goes to a connection: the one place where that is decided, for look-ups, scans, and whatever else
 * shows documents. Protocol: {@code protocol-kv} 2.3.
 *
 * <table>
 * <caption>What is sent, by what is stored, to a connection that takes Snappy or does not</caption>
 * <tr><th>stored</th><th>xattrs wanted</th><th>takes Snappy</th><th>does not</th></tr>
 * <tr><td>plain</td><td>any</td><td>as it is</td><td>as it is</td></tr>
 * <tr><td>compressed</td><td>any</td><td>as it is</td><td>inflated</td></tr>
 * <tr><td>with xattrs</td><td>none</td><td>the body</td><td>the body</td></tr>
 * <tr><td>with xattrs, compressed</td><td>none</td><td>the body, inflated</td><td>the body, inflated</td></tr>
 * <tr><td>with xattrs</td><td>all</td><td>as it is</td><td>as it is</td></tr>
 * <tr><td>with xattrs, compressed</td><td>all</td><td>as it is</td><td>inflated</td></tr>
 * <tr><td>with xattrs</td><td>users'</td><td>inflated, without the system's</td><td>likewise</td></tr>
 * </table>
 *
 * <p>A plain document costs one look at its datatype. A body behind xattrs is pointed at where it is. Only what has to be
 * inflated or taken apart is written anew, and {@link #copyBytes} tells before how much that will be.
 *
 * <p><b>Thread.</b> Any. Time grows with {@link #copyBytes}.
 */
public final class OutgoingValue {

    private OutgoingValue() {}

    /** Whether {@link #present} has anything to do. */
    public static boolean isPlain(DocumentView document) {
        return (document.datatype() & (Datatype.SNAPPY | Datatype.XATTR)) == 0;
    }

    /**
     * How much memory {@link #present} needs, in bytes: 0 where it only points.
     *
     * @param taken the datatype bits that the connection takes
     * @param wanted which extended attributes it asked for
     */
    public static long copyBytes(DocumentView document, int taken, Xattrs wanted) {
        int datatype = document.datatype();
        boolean section = (datatype & Datatype.XATTR) != 0 && wanted != Xattrs.NONE;
        if (inflates(datatype, taken, wanted)) {
            long inflated =
                    SnappyCodec.inflatedLength(document.valueArray(), document.valueOffset(), document.valueLength());
            return Math.max(1, inflated) * (section && wanted != Xattrs.ALL ? 2 : 1);
        }
        return section && wanted != Xattrs.ALL ? document.valueLength() : 0;
    }

    private static boolean inflates(int datatype, int taken, Xattrs wanted) {
        if ((datatype & Datatype.SNAPPY) == 0) {
            return false;
        }
        boolean asItIs = (datatype & Datatype.XATTR) == 0 || wanted == Xattrs.ALL;
        return !asItIs || (taken & Datatype.SNAPPY) == 0;
    }

    /**
     * Points a view at what goes to the connection, and sets its datatype to what that is. Bits that the connection does not
     * take and that change no byte, JSON's above all, are left for the codec to mask.
     *
     * @return false where the stored bytes are not what their datatype says
     */
    public static boolean present(DocumentView document, int taken, Xattrs wanted) {
        int datatype = document.datatype();
        if (inflates(datatype, taken, wanted)) {
            byte[] inflated =
                    SnappyCodec.inflate(document.valueArray(), document.valueOffset(), document.valueLength());
            if (inflated == null) {
                return false;
            }
            document.value(inflated, 0, inflated.length);
            datatype &= ~Datatype.SNAPPY;
        }
        if ((datatype & Datatype.XATTR) != 0 && wanted != Xattrs.ALL) {
            if (!XattrSection.fits(document)) {
                return false;
            }
            datatype = wanted == Xattrs.NONE ? strip(document, datatype) : share(document, wanted, datatype);
        }
        document.datatype((byte) datatype);
        return true;
    }

    /** Why {@link #present} has answered false, for clients. */
    public static String objection() {
        return SnappyCodec.loaded() || !SnappyCodec.known()
                ? "The stored document is not what its datatype says"
                : "The stored document is compressed, and the library that inflates it is missing";
    }

    private static int strip(DocumentView document, int datatype) {
        int section = XattrSection.bytes(document.valueArray(), document.valueOffset());
        document.value(document.valueArray(), document.valueOffset() + section, document.valueLength() - section);
        return datatype & ~Datatype.XATTR;
    }

    private static int share(DocumentView document, Xattrs wanted, int datatype) {
        byte[] array = document.valueArray();
        int offset = document.valueOffset();
        int section = XattrSection.bytes(array, offset);
        int bodyLength = document.valueLength() - section;
        byte[] value = XattrSection.rebuild(array, offset, wanted, array, offset + section, bodyLength);
        document.value(value, 0, value.length);
        return value.length == bodyLength ? datatype & ~Datatype.XATTR : datatype;
    }
}
