package dev.sluice.core.protocol;

import dev.sluice.core.cluster.MapVersion;
import dev.sluice.core.cluster.VBucketChains;
import dev.sluice.core.command.ClusterCommands;
import dev.sluice.core.command.VBucketChange;
import dev.sluice.core.command.VBucketCommands;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.VBucketState;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests about cluster maps and vbuckets. Each answers the command to execute, or null where the request was refused
 * and answered. Protocol: {@code protocol-kv} 5.2, 9 and 11.
 */
final class ClusterRequests {

    /** More than two chains of four node names take. It is read on the loop. */
    private static final int CHAINS_BYTES_MAX = 8 << 10;

    private static final VBucketState[] STATES = VBucketState.values();

    private ClusterRequests() {}

    static @Nullable Command getClusterConfig(
            CommandCookie cookie, BinaryReply reply, byte[] array, int extras, int extrasLength) {
        if (extrasLength == 0) {
            cookie.request().detail(null);
            return ClusterCommands.GET_CLUSTER_CONFIG;
        }
        return readVersion(cookie, reply, array, extras) ? ClusterCommands.GET_CLUSTER_CONFIG : null;
    }

    static @Nullable Command setClusterConfig(CommandCookie cookie, BinaryReply reply, byte[] array, int extras) {
        return readVersion(cookie, reply, array, extras) ? ClusterCommands.SET_CLUSTER_CONFIG : null;
    }

    private static boolean readVersion(CommandCookie cookie, BinaryReply reply, byte[] array, int extras) {
        MapVersion version = new MapVersion(Wire.i64(array, extras), Wire.i64(array, extras + Long.BYTES));
        boolean legal = version.revision() >= 1 && (version.epoch() >= 1 || version.epoch() == -1);
        if (!legal) {
            reply.send(
                    cookie, WireStatus.EINVAL, "No version of a map (expected: revision from 1, epoch from 1 or -1)");
            return false;
        }
        cookie.request().detail(version);
        return true;
    }

    static @Nullable Command setVBucket(
            CommandCookie cookie, BinaryReply reply, byte[] array, int extras, int datatype) {
        Request request = cookie.request();
        int state = Wire.u8(array, extras);
        if (state < 1 || state > STATES.length) {
            return refuse(cookie, reply, "No state of a vbucket (expected: 1..4)");
        }
        if ((request.valueLength() > 0) != (datatype == Datatype.JSON)) {
            return refuse(cookie, reply, "Value is not flagged as JSON, or there is none that could be");
        }
        if (request.valueLength() > CHAINS_BYTES_MAX) {
            return refuse(cookie, reply, "Value is too long (expected: at most " + CHAINS_BYTES_MAX + " bytes)");
        }
        VBucketState wanted = STATES[state - 1];
        VBucketChains chains = null;
        if (request.valueLength() > 0) {
            try {
                chains = VBucketChains.parse(request.array(), request.valueOffset(), request.valueLength());
            } catch (IllegalArgumentException e) {
                return refuse(cookie, reply, String.valueOf(e.getMessage()));
            }
        }
        if (chains != null && wanted != VBucketState.ACTIVE) {
            return refuse(cookie, reply, "A topology is for active vbuckets only");
        }
        request.detail(new VBucketChange(wanted, chains));
        return VBucketCommands.SET_VBUCKET;
    }

    private static @Nullable Command refuse(CommandCookie cookie, BinaryReply reply, String sentence) {
        reply.send(cookie, WireStatus.EINVAL, sentence);
        return null;
    }
}
