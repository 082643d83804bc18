package dev.sluice.core.protocol;

import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.Datatype;
import org.jspecify.annotations.Nullable;

/**
 * Step 8 of the checks in {@code protocol-kv} 3.3: a value that is flagged so must inflate, and its section of xattrs must be
 * well formed.
 *
 * <p>Of a large value only the length that it claims is looked at here, which costs nothing. The rest would hold up the loop
 * for milliseconds: the command that stores it inflates and checks it on a background thread, with the same answers. So a
 * request that is wrong in several ways may hear of another one first if its value is large.
 */
final class ValueCheck {

    private ValueCheck() {}

    /**
     * Checks the value by the request's datatype. What was inflated for that is kept in the request.
     *
     * @return null where nothing is wrong
     */
    static @Nullable WireStatus check(Request request, byte[] array, int offset, int length, Limits limits) {
        byte[] plain = array;
        int plainOffset = offset;
        int plainLength = length;
        if ((request.datatype() & Datatype.SNAPPY) != 0) {
            long claimed = SnappyCodec.inflatedLength(array, offset, length);
            if (claimed < 0 || claimed > limits.frameBytesMax()) {
                return WireStatus.EINVAL;
            }
            if (Math.max(claimed, length) > limits.valueOffLoadBytes() || !SnappyCodec.loaded()) {
                return null;
            }
            byte[] inflated = SnappyCodec.inflate(array, offset, length);
            if (inflated == null) {
                return WireStatus.EINVAL;
            }
            request.inflated(inflated);
            plain = inflated;
            plainOffset = 0;
            plainLength = inflated.length;
        }
        boolean here = (request.datatype() & Datatype.XATTR) != 0 && plainLength <= limits.valueOffLoadBytes();
        return here && !XattrSection.check(plain, plainOffset, plainLength) ? WireStatus.XATTR_EINVAL : null;
    }
}
