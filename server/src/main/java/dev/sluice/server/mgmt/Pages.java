package dev.sluice.server.mgmt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.Node;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.NodeAddresses;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to see: the smallest part of the REST surface that SDKs ask for, and nothing in it that is not so. Any
 * thread; never waits, but has a megabyte to write for some buckets. Protocol: {@code clients} 12 says what SDKs look at.
 */
final class Pages {

    /** What maps have in place of the node's address. Protocol: {@code clients} 4.4. */
    private static final String HOST = "$HOST";

    private static final String POOL = "default";
    private static final double PERCENT = 100.0;

    /** Loaded when it is first needed: Jackson's data binding is a tenth of a start, and many servers are never asked for a page. */
    private static final class Json {

        static final ObjectMapper MAPPER = new ObjectMapper();

        private Json() {}
    }

    private final Node node;
    private final Visitors visitors;

    Pages(Node node, Visitors visitors) {
        this.node = node;
        this.visitors = visitors;
    }

    /**
     * The path and query of a request's target, which proxies write with the scheme and the server in front. RFC 9112 3.2.
     */
    static String path(String target) {
        int scheme = target.indexOf("://");
        if (scheme < 0 || target.startsWith("/")) {
            return target;
        }
        int path = target.indexOf('/', scheme + "://".length());
        return path < 0 ? "/" : target.substring(path);
    }

    /** Whether a page is for everybody: only the one that says that the server is there. It takes no time. */
    static boolean isPublic(String path) {
        return "/".equals(path);
    }

    /** The page at a path; 404 where there is none, 400 where it is none. With many buckets it takes its time. */
    Page page(String uri, Visit visit) {
        List<String> path;
        try {
            path = segments(uri);
        } catch (IllegalArgumentException e) {
            return error(HttpResponseStatus.BAD_REQUEST, "the target is no path");
        }
        String map = map(path, visit);
        if (map != null) {
            return new Page(HttpResponseStatus.OK, map);
        }
        JsonNode json = find(path, visit);
        return json == null
                ? error(HttpResponseStatus.NOT_FOUND, "there is no such resource")
                : page(HttpResponseStatus.OK, json);
    }

    /** Cluster maps are texts already; null for any other page. */
    private @Nullable String map(List<String> path, Visit visit) {
        if (path.equals(List.of("pools", POOL, "nodeServices"))) {
            return text(node.cluster().global(), visit);
        }
        boolean terse = path.size() == 4 && path.subList(0, 3).equals(List.of("pools", POOL, "b"));
        Bucket bucket = terse ? node.buckets().ready(path.get(3)) : null;
        return bucket != null && sees(visit, bucket.name()) ? text(bucket.map().current(), visit) : null;
    }

    /** A map with the address in it by which the node was reached: over HTTP nobody puts it there but us. */
    private static @Nullable String text(@Nullable ClusterMap map, Visit visit) {
        return map == null
                ? null
                : new String(map.json(), StandardCharsets.UTF_8)
                        .replace(HOST + ":", bracketed(visit.host()) + ":")
                        .replace(HOST, visit.host());
    }

    private static String bracketed(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /** {@code /pools/default/} is {@code [pools, default]}. */
    private static List<String> segments(String uri) {
        List<String> segments = new ArrayList<>();
        for (String segment : new QueryStringDecoder(uri).rawPath().split("/", -1)) {
            if (!segment.isEmpty()) {
                // A plus is a plus: this is a path.
                segments.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B")));
            }
        }
        return segments;
    }

    private @Nullable JsonNode find(List<String> path, Visit visit) {
        if (path.isEmpty()) {
            return JsonNodeFactory.instance.objectNode().put("status", "ready");
        }
        if (path.size() == 1) {
            return switch (path.get(0)) {
                case "pools" -> pools();
                case "whoami" -> whoAmI(visit);
                default -> null;
            };
        }
        if (!path.get(0).equals("pools") || !path.get(1).equals(POOL)) {
            return null;
        }
        if (path.size() == 2) {
            return pool(visit);
        }
        if (path.size() == 3) {
            return path.get(2).equals("buckets") ? buckets(visit) : null;
        }
        return path.size() == 4 && path.get(2).equals("buckets") ? bucket(path.get(3), visit) : null;
    }

    private ObjectNode pools() {
        ObjectNode pools = JsonNodeFactory.instance.objectNode();
        pools.put("isEnterprise", false);
        pools.put("implementationVersion", "Sluice " + node.version());
        ObjectNode pool = pools.putArray("pools").addObject();
        pool.put("name", POOL);
        pool.put("uri", "/pools/" + POOL);
        return pools;
    }

    private ObjectNode pool(Visit visit) {
        ObjectNode pool = JsonNodeFactory.instance.objectNode();
        pool.put("name", POOL);
        pool.putArray("nodes").add(self(visit, true));
        pool.putObject("buckets").put("uri", "/pools/" + POOL + "/buckets");
        return pool;
    }

    private ArrayNode buckets(Visit visit) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Bucket bucket : node.buckets().ready()) {
            if (sees(visit, bucket.name())) {
                all.add(describe(bucket, visit));
            }
        }
        return all;
    }

    private @Nullable ObjectNode bucket(String name, Visit visit) {
        Bucket bucket = node.buckets().ready(name);
        return bucket == null || !sees(visit, name) ? null : describe(bucket, visit);
    }

    private boolean sees(Visit visit, String bucket) {
        return visit.user() == null || visitors.sees(visit.user(), bucket);
    }

    private ObjectNode describe(Bucket bucket, Visit visit) {
        long quota = bucket.account().quotaBytes();
        long used = bucket.account().usedBytes();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        addMap(json, bucket, visit);
        json.put("name", bucket.name());
        json.put("uri", "/pools/" + POOL + "/buckets/" + bucket.name());
        json.put("numVBuckets", bucket.spec().configuration().vbucketCount());
        json.putObject("quota").put("ram", quota).put("rawRAM", quota);
        ObjectNode stats = json.putObject("basicStats");
        stats.put("memUsed", used);
        stats.put("quotaPercentUsed", PERCENT * used / quota);
        json.putArray("nodes").add(self(visit, bucket.ready()));
        return json;
    }

    /** What the bucket's cluster map says of the bucket: uuid, type, capabilities, vbuckets. */
    private void addMap(ObjectNode json, Bucket bucket, Visit visit) {
        String map = text(bucket.map().current(), visit);
        try {
            if (map != null && Json.MAPPER.readTree(map) instanceof ObjectNode members) {
                members.remove(List.of("rev", "revEpoch", "nodes", "nodesExt"));
                json.setAll(members);
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError("a map is checked before it is stored", e);
        }
    }

    private ObjectNode self(Visit visit, boolean healthy) {
        NodeAddresses addresses = node.addresses();
        String host = addresses.host() == null ? visit.host() : addresses.host();
        int port = addresses.mgmt() == 0 ? addresses.mgmtTls() : addresses.mgmt();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("hostname", bracketed(host) + ":" + port);
        json.put("thisNode", true);
        json.put("status", healthy ? "healthy" : "unhealthy");
        json.put("clusterMembership", "active");
        json.put("version", node.version());
        json.put("uptime", Long.toString(node.clock().wallSeconds() - node.startWallSeconds()));
        json.putArray("services").add("kv");
        ObjectNode ports = json.putObject("ports");
        putPort(ports, "direct", addresses.kv());
        putPort(ports, "directTLS", addresses.kvTls());
        putPort(ports, "httpsMgmt", addresses.mgmtTls());
        return json;
    }

    private static void putPort(ObjectNode object, String name, int port) {
        if (port != 0) {
            object.put(name, port);
        }
    }

    private ObjectNode whoAmI(Visit visit) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", visit.user() == null ? "" : visit.user());
        json.put("domain", visit.user() == null ? "anonymous" : "local");
        return json;
    }

    /** A page that says what is wrong. */
    Page error(HttpResponseStatus status, String what) {
        return page(status, JsonNodeFactory.instance.objectNode().put("error", what));
    }

    private Page page(HttpResponseStatus status, JsonNode json) {
        try {
            return new Page(status, Json.MAPPER.writeValueAsString(json));
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree is always JSON", e);
        }
    }
}
