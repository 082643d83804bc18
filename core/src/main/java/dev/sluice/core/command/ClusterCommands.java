package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.ConfigOnlyBucket;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.MapVersion;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Commands about cluster maps. Protocol: {@code protocol-kv} 11.2 and 11.3.
 *
 * <p><i>Differs:</i> without a bucket the map is for every user, as clients ask for it before they have one; it says no more
 * than a bucket's map does.
 */
public final class ClusterCommands {

    /** {@link Request#detail()} is the version that the client has, or null. */
    public static final BucketFree GET_CLUSTER_CONFIG = ClusterCommands::get;

    /** {@link Request#detail()} is the version of the map in the value. */
    public static final BucketFree SET_CLUSTER_CONFIG = ClusterCommands::set;

    /** A map of a thousand vbuckets on a hundred nodes takes a tenth. Maps are kept, and no quota pays for them. */
    private static final int MAP_BYTES_MAX = 1 << 20;

    private ClusterCommands() {}

    private static Status get(CommandCookie cookie) {
        ClusterMap map = map(cookie);
        if (map == null) {
            return Status.NO_SUCH_KEY;
        }
        cookie.reply().clusterMap(cookie, map, (MapVersion) cookie.request().detail());
        return Status.SUCCESS;
    }

    private static @Nullable ClusterMap map(CommandCookie cookie) {
        Bucket bucket = cookie.bucketOrNull();
        if (bucket != null) {
            return bucket.map().current();
        }
        ConfigOnlyBucket configOnly = cookie.session().configOnly();
        return configOnly != null
                ? configOnly.map()
                : cookie.session().node().cluster().global();
    }

    /** What a background thread finds out about a map; the notification hands it over. */
    private static final class Check {
        private boolean object;
    }

    private static Status set(CommandCookie cookie) {
        Request request = cookie.request();
        NodeServices node = cookie.session().node();
        if (request.valueLength() > MAP_BYTES_MAX) {
            cookie.errorContext(
                    "The map has " + request.valueLength() + " bytes (expected: at most " + MAP_BYTES_MAX + ")");
            return Status.TOO_BIG;
        }
        boolean object;
        if (cookie.progress() instanceof Check done) {
            object = done.object;
        } else if (request.valueLength() <= node.limits().valueOffLoadBytes()) {
            object = isObject(request.array(), request.valueOffset(), request.valueLength());
        } else {
            return checkInBackground(cookie);
        }
        if (!object) {
            cookie.errorContext("The map is no JSON object");
            return Status.INVALID_ARGUMENTS;
        }
        ClusterMap map =
                new ClusterMap((MapVersion) Objects.requireNonNull(request.detail(), "detail"), request.copyOfValue());
        Status status = Status.SUCCESS;
        if (request.keyLength() == 0) {
            node.cluster().store(map);
        } else {
            status = node.buckets().storeMap(request.keyText(), map);
        }
        if (status == Status.SUCCESS) {
            cookie.reply().done(cookie);
        }
        return status;
    }

    private static Status checkInBackground(CommandCookie cookie) {
        Request request = cookie.request();
        request.own();
        byte[] array = request.array();
        int offset = request.valueOffset();
        int length = request.valueLength();
        Check check = new Check();
        cookie.progress(check);
        BlockedCookie blocked = cookie.block();
        cookie.session().node().pools().nonIo().execute(() -> {
            try {
                check.object = isObject(array, offset, length);
            } finally {
                blocked.notifyIoComplete(Status.SUCCESS);
            }
        });
        return Status.WOULD_BLOCK;
    }

    private static boolean isObject(byte[] array, int offset, int length) {
        int start = offset;
        while (start < offset + length && array[start] <= ' ') {
            start++;
        }
        return start < offset + length && array[start] == '{' && JsonDetector.isJson(array, offset, length);
    }
}
