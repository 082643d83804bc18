package dev.sluice.core.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the map of one node with everything on it, as clients want it: {@code clients} 4.1 to 4.6, {@code protocol-kv}
 * 20.2.
 *
 * <p>Some clients look for {@code "rev"} and {@code "revEpoch"} as texts, so those come first. Members that promise a
 * service are left out where there is none: clients would try it.
 */
final class MapWriter {

    private static final JsonFactory JSON = new JsonFactory();

    /** Each client puts the host in its place by which it got here. */
    private static final String HOST = "$HOST";

    /**
     * Clients know a node by its management port and refuse a map without one, whether or not they ever use it. Where there
     * is no such listener, this is the one that they assume themselves.
     */
    private static final int MGMT_PORT_ASSUMED = 8091;

    private static final long NO_MANIFEST = -1;

    private final JsonGenerator out;
    private final NodeAddresses node;

    private MapWriter(JsonGenerator out, NodeAddresses node) {
        this.out = out;
        this.node = node;
    }

    /** The map for connections without a bucket. It has no {@code nodeLocator}, by which clients tell it. */
    static ClusterMap global(MapVersion version, NodeAddresses node) {
        return write(version, node, null, NO_MANIFEST);
    }

    /**
     * The map of a bucket.
     *
     * @param manifestUid of the bucket's collections; negative for none
     */
    static ClusterMap bucket(MapVersion version, NodeAddresses node, BucketFacts bucket, long manifestUid) {
        return write(version, node, bucket, manifestUid);
    }

    private static ClusterMap write(
            MapVersion version, NodeAddresses node, @Nullable BucketFacts bucket, long manifestUid) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            new MapWriter(out, node).map(version, bucket, manifestUid);
        } catch (IOException e) {
            throw new IllegalStateException("an array takes all that is written to it", e);
        }
        return new ClusterMap(version, bytes.toByteArray());
    }

    private void map(MapVersion version, @Nullable BucketFacts bucket, long manifestUid) throws IOException {
        out.writeStartObject();
        out.writeNumberField("rev", version.revision());
        out.writeNumberField("revEpoch", version.epoch());
        if (bucket != null) {
            identity(bucket, manifestUid);
            nodes();
        }
        nodesExt();
        if (bucket != null) {
            out.writeStringField("bucketCapabilitiesVer", "");
            out.writeArrayFieldStart("bucketCapabilities");
            for (String capability : bucket.capabilities()) {
                out.writeString(capability);
            }
            out.writeEndArray();
        }
        out.writeFieldName("clusterCapabilitiesVer");
        out.writeArray(new int[] {1, 0}, 0, 2);
        out.writeObjectFieldStart("clusterCapabilities");
        out.writeEndObject();
        out.writeStringField("prod", "server");
        if (bucket != null) {
            vbuckets(bucket);
        }
        out.writeEndObject();
    }

    private void identity(BucketFacts bucket, long manifestUid) throws IOException {
        out.writeStringField("name", bucket.name());
        out.writeStringField("uuid", bucket.uuid());
        out.writeStringField("nodeLocator", "vbucket");
        out.writeStringField("bucketType", bucket.ephemeral() ? "ephemeral" : "membase");
        if (manifestUid >= 0) {
            out.writeStringField("collectionsManifestUid", Long.toHexString(manifestUid));
        }
    }

    private void nodes() throws IOException {
        out.writeArrayFieldStart("nodes");
        out.writeStartObject();
        out.writeStringField("hostname", hostAndPort(mgmt()));
        out.writeObjectFieldStart("ports");
        out.writeNumberField("direct", direct());
        out.writeEndObject();
        out.writeEndObject();
        out.writeEndArray();
    }

    private void nodesExt() throws IOException {
        out.writeArrayFieldStart("nodesExt");
        out.writeStartObject();
        out.writeBooleanField("thisNode", true);
        if (node.host() != null) {
            out.writeStringField("hostname", node.host());
        }
        out.writeObjectFieldStart("services");
        ports(node.kv(), node.kvTls(), mgmt(), node.mgmtTls());
        out.writeEndObject();
        if (!node.alternates().isEmpty()) {
            out.writeObjectFieldStart("alternateAddresses");
            for (Map.Entry<String, NodeAddresses.Alternate> network :
                    node.alternates().entrySet()) {
                alternate(network.getKey(), network.getValue());
            }
            out.writeEndObject();
        }
        out.writeEndObject();
        out.writeEndArray();
    }

    private void alternate(String network, NodeAddresses.Alternate there) throws IOException {
        out.writeObjectFieldStart(network);
        out.writeStringField("hostname", there.host());
        if (there.kv() != 0 || there.kvTls() != 0 || there.mgmt() != 0 || there.mgmtTls() != 0) {
            out.writeObjectFieldStart("ports");
            ports(there.kv(), there.kvTls(), there.mgmt(), there.mgmtTls());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void ports(int kv, int kvTls, int mgmt, int mgmtTls) throws IOException {
        port("kv", kv);
        port("kvSSL", kvTls);
        port("mgmt", mgmt);
        port("mgmtSSL", mgmtTls);
    }

    private void port(String service, int port) throws IOException {
        if (port != 0) {
            out.writeNumberField(service, port);
        }
    }

    /** Every vbucket is here, whatever its state: there is no other node to ask. */
    private void vbuckets(BucketFacts bucket) throws IOException {
        out.writeObjectFieldStart("vBucketServerMap");
        out.writeStringField("hashAlgorithm", "CRC");
        out.writeNumberField("numReplicas", 0);
        out.writeArrayFieldStart("serverList");
        out.writeString(hostAndPort(direct()));
        out.writeEndArray();
        out.writeArrayFieldStart("vBucketMap");
        int[] chain = {0};
        for (int i = 0; i < bucket.vbuckets(); i++) {
            out.writeArray(chain, 0, 1);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private int mgmt() {
        return node.mgmt() == 0 ? MGMT_PORT_ASSUMED : node.mgmt();
    }

    /** The port of clients that know no other place than the old ones, which have no word for TLS. */
    private int direct() {
        return node.kv() == 0 ? node.kvTls() : node.kv();
    }

    private String hostAndPort(int port) {
        String host = node.host();
        if (host == null) {
            return HOST + ":" + port;
        }
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
