package dev.sluice.core.protocol;

import dev.sluice.core.command.BucketFree;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;

/**
 * HELLO: the client says what it understands and hears what it gets. Each HELLO begins anew. The answer lists the features
 * granted, each once, by number. Protocol: {@code protocol-kv} 6.1.
 *
 * <p><i>Differs:</i> granting SelectBucket moves the connection to no bucket, as a client that will select one must not
 * work in {@code default} by mistake before it has.
 */
enum HelloCommand implements BucketFree {
    INSTANCE;

    /** What is granted only where Snappy's library is there. */
    private static final long SNAPPY = Feature.SNAPPY.bit() | Feature.SNAPPY_EVERYWHERE.bit();

    @Override
    public Status execute(CommandCookie cookie) {
        Request request = cookie.request();
        BinaryReply reply = (BinaryReply) cookie.reply();
        if (!cookie.session().alone()) {
            return cookie.refuse(Refusal.NOT_SUPPORTED);
        }
        if (request.valueLength() % 2 != 0) {
            cookie.errorContext("HELLO takes 16-bit feature numbers: the value's length is odd");
            return Status.INVALID_ARGUMENTS;
        }
        long asked = 0;
        for (int i = 0; i < request.valueLength(); i += 2) {
            Feature feature = Feature.of(Wire.u16(request.array(), request.valueOffset() + i));
            if (feature != null) {
                asked |= feature.bit();
            }
        }
        for (Feature feature : Feature.values()) {
            if ((asked & feature.bit()) != 0 && (asked & feature.needs()) != feature.needs()) {
                cookie.errorContext("HELLO asks for a feature without the feature that it needs");
                return Status.INVALID_ARGUMENTS;
            }
        }
        if ((asked & SNAPPY) != 0 && !SnappyCodec.known()) {
            return loadSnappy(cookie);
        }
        if ((asked & Feature.CLUSTERMAP_CHANGE_NOTIFICATION_BRIEF.bit()) != 0) {
            asked &= ~Feature.CLUSTERMAP_CHANGE_NOTIFICATION.bit(); // One form of notification is enough.
        }
        grant(cookie, reply, SnappyCodec.loaded() ? asked : asked & ~SNAPPY);
        return Status.SUCCESS;
    }

    /** Who asks for Snappy right after the start waits until the library is loaded, or known to be missing. */
    private static Status loadSnappy(CommandCookie cookie) {
        BlockedCookie blocked = cookie.block();
        cookie.session().node().pools().auxIo().execute(() -> {
            try {
                SnappyCodec.load();
            } finally {
                blocked.notifyIoComplete(Status.SUCCESS);
            }
        });
        return Status.WOULD_BLOCK;
    }

    private static void grant(CommandCookie cookie, BinaryReply reply, long asked) {
        long granted = 0;
        int count = 0;
        byte[] numbers = new byte[2 * Feature.values().length];
        for (Feature feature : Feature.values()) { // By number: the constants stand in that order.
            if (feature.granted() && (asked & feature.bit()) != 0) {
                granted |= feature.bit();
                numbers[2 * count + 1] = (byte) feature.number();
                count++;
            }
        }
        reply.features(granted);
        if ((granted & Feature.SELECT_BUCKET.bit()) != 0) {
            cookie.session().login().choosesBucket();
            boolean selected = cookie.session().select(null);
            assert selected;
        }
        reply.bytes(cookie, java.util.Arrays.copyOf(numbers, 2 * count));
    }
}
