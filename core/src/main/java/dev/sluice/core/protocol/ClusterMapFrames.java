package dev.sluice.core.protocol;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.ConfigOnlyBucket;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.MapVersion;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Session;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.transport.Outbound;
import dev.sluice.engine.Datatype;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sends the cluster maps of one connection, and remembers which it has sent, so that a client gets none twice that asked not
 * to. Of the bucket that is selected and of the map without a bucket apart, as their versions have nothing to do with each
 * other.
 *
 * <p>A notification is a request of the server's own:
 *
 * <pre>
 *   82 01 | key length | 10 | datatype | 0000 | body length | opaque 0 | CAS 0 | epoch (8) revision (8) | name | map
 * </pre>
 *
 * <p>The name is that of the bucket, or empty; the map is left out where the client asked for the brief form. Protocol:
 * {@code protocol-kv} 11.3 to 11.5.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
public final class ClusterMapFrames {

    private static final byte[] NOTHING = new byte[0];
    private static final int OPCODE_NOTIFICATION = 0x01;
    private static final int VERSION_BYTES = 16;

    private final Session session;
    private final BinaryReply reply;
    private MapVersion sent = MapVersion.NONE;
    private MapVersion sentGlobal = MapVersion.NONE;

    ClusterMapFrames(Session session, BinaryReply reply) {
        this.session = session;
        this.reply = reply;
    }

    /** Another bucket is selected: of its map nothing was sent. */
    public void selected() {
        sent = MapVersion.NONE;
    }

    /** The answer to GET_CLUSTER_CONFIG: nothing where the client has what there is. */
    void answer(CommandCookie cookie, ClusterMap map, @Nullable MapVersion known) {
        sent(bucketless(), map);
        boolean wanted = known == null || map.version().newerThan(known);
        byte[] body = wanted ? body(map) : NOTHING;
        reply.send(cookie, WireStatus.SUCCESS, body, wanted ? datatype(map, body) : Datatype.RAW);
    }

    /**
     * The answer NOT_MY_VBUCKET, with the map of the bucket if there is one that the client needs. Never compressed, as it
     * might be: clients know a map there by the brace that it begins with. Protocol: {@code clients} 4.7.
     */
    void notMyVBucket(CommandCookie cookie) {
        Bucket bucket = cookie.bucketOrNull();
        ClusterMap map = bucket == null ? null : bucket.map().current();
        boolean dedupe = reply.has(Feature.DEDUPE_NOT_MY_VBUCKET_CLUSTERMAP);
        if (map == null || (dedupe && !map.version().newerThan(sent))) {
            reply.send(cookie, WireStatus.NOT_MY_VBUCKET, NOTHING, Datatype.RAW);
        } else {
            sent = map.version();
            reply.send(cookie, WireStatus.NOT_MY_VBUCKET, map.json(), datatype(map, map.json()));
        }
    }

    /**
     * Notifies the client of the map of what is selected, if it wants to hear of maps and was not sent this one.
     *
     * @return whether a notification was written
     */
    public boolean notifySelected() {
        Bucket bucket = session.bucket();
        if (bucket != null) {
            return notify(bucket.name(), bucket.map().current(), sent);
        }
        ConfigOnlyBucket configOnly = session.configOnly();
        return configOnly != null && notify(configOnly.name(), configOnly.map(), sent);
    }

    /** As {@link #notifySelected()}, of the map without a bucket. */
    public boolean notifyGlobal() {
        return notify("", session.node().cluster().global(), sentGlobal);
    }

    private boolean notify(String name, @Nullable ClusterMap map, MapVersion before) {
        boolean brief = reply.has(Feature.CLUSTERMAP_CHANGE_NOTIFICATION_BRIEF);
        boolean subscribed = brief || reply.has(Feature.CLUSTERMAP_CHANGE_NOTIFICATION);
        if (map == null
                || !subscribed
                || !session.authenticated()
                || !map.version().newerThan(before)) {
            return false;
        }
        sent(name.isEmpty(), map);
        byte[] body = brief ? NOTHING : body(map);
        write(name.getBytes(StandardCharsets.UTF_8), map.version(), body, brief ? Datatype.RAW : datatype(map, body));
        return true;
    }

    private void write(byte[] name, MapVersion version, byte[] map, int datatype) {
        Outbound outbound = session.outbound();
        int bodyLength = VERSION_BYTES + name.length + map.length;
        boolean large = outbound.large(map.length);
        ByteBuf out = outbound.reserve(Wire.HEADER_BYTES + bodyLength - (large ? map.length : 0));
        out.writeLong(((long) Magic.SERVER_REQUEST << 56)
                | ((long) OPCODE_NOTIFICATION << 48)
                | ((long) name.length << 32)
                | ((long) VERSION_BYTES << 24)
                | ((long) datatype << 16));
        out.writeLong((long) bodyLength << 32);
        out.writeLong(0);
        out.writeLong(version.epoch());
        out.writeLong(version.revision());
        out.writeBytes(name);
        if (large) {
            outbound.cursor(map, 0, map.length);
        } else {
            out.writeBytes(map);
        }
    }

    private boolean bucketless() {
        return session.bucket() == null && session.configOnly() == null;
    }

    private void sent(boolean global, ClusterMap map) {
        if (global) {
            sentGlobal = map.version();
        } else {
            sent = map.version();
        }
    }

    /** Compressed where the client takes that anywhere and it saves something. Protocol: {@code protocol-kv} 6.1, 0x13. */
    private byte[] body(ClusterMap map) {
        if (!reply.has(Feature.SNAPPY_EVERYWHERE)) {
            return map.json();
        }
        byte[] compressed = map.compressed(json -> {
            byte[] shorter = SnappyCodec.deflate(json, 0, json.length);
            return shorter == null ? json : shorter;
        });
        return compressed.length < map.json().length ? compressed : map.json();
    }

    private int datatype(ClusterMap map, byte[] body) {
        return (body == map.json() ? Datatype.JSON : Datatype.JSON | Datatype.SNAPPY) & reply.datatypes();
    }
}
