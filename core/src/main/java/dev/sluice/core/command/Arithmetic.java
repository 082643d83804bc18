package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;

/**
 * INCREMENT and DECREMENT. The document is decimal text, unsigned, 64 bits: an increment wraps, a decrement stops at zero.
 * An existing document keeps its flags and its expiry. Protocol: {@code protocol-kv} 7.6.
 */
final class Arithmetic extends ReadModifyWrite {

    /** This expiry says that a counter that does not exist is not to be made. */
    private static final long NO_CREATION = 0xffff_ffffL;

    private final boolean increment;

    Arithmetic(boolean increment) {
        this.increment = increment;
    }

    @Override
    Status compute(CommandCookie cookie, boolean found, DocumentView existing, int section) {
        Request request = cookie.request();
        if (cookie.attempts() == 0) {
            Counts.count(
                    cookie,
                    found,
                    increment ? BucketCounter.INCR_HITS : BucketCounter.DECR_HITS,
                    increment ? BucketCounter.INCR_MISSES : BucketCounter.DECR_MISSES);
        }
        long result;
        if (found) {
            DecimalText text = DecimalText.parse(
                    existing.valueArray(), existing.valueOffset() + section, existing.valueLength() - section);
            if (text == null) {
                return cookie.refuse(Refusal.DELTA_BAD_VALUE);
            }
            result = increment ? text.value() + request.delta() : decremented(text.value(), request.delta());
        } else {
            if (request.expiry() == NO_CREATION) {
                return Status.NO_SUCH_KEY;
            }
            long expirySeconds = Stores.expiry(cookie);
            if (expirySeconds == ExpiryTime.OVERFLOW) {
                return Status.EXPIRY_OVERFLOW;
            }
            request.store().expirySeconds(expirySeconds);
            result = request.initial();
        }
        byte[] digits = Long.toUnsignedString(result).getBytes(StandardCharsets.ISO_8859_1);
        if (section > 0) {
            byte[] body = digits;
            digits = new byte[section + body.length];
            System.arraycopy(existing.valueArray(), existing.valueOffset(), digits, 0, section);
            System.arraycopy(body, 0, digits, section, body.length);
        }
        request.store().datatype((byte) (request.store().datatype() | Datatype.JSON));
        request.computed(digits);
        request.result(result);
        return Status.SUCCESS;
    }

    private static long decremented(long value, long delta) {
        return Long.compareUnsigned(value, delta) < 0 ? 0 : value - delta;
    }

    @Override
    void stored(CommandCookie cookie) {
        cookie.reply()
                .counter(cookie, cookie.request().result(), cookie.request().mutation());
    }

    @Override
    boolean detectsJson() {
        return false; // Decimal text is.
    }
}
