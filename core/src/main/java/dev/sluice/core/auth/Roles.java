package dev.sluice.core.auth;

import static dev.sluice.core.auth.Privilege.ADMINISTRATOR;
import static dev.sluice.core.auth.Privilege.BUCKET_MASK;
import static dev.sluice.core.auth.Privilege.DCP_CONSUMER;
import static dev.sluice.core.auth.Privilege.DCP_PRODUCER;
import static dev.sluice.core.auth.Privilege.DCP_STREAM;
import static dev.sluice.core.auth.Privilege.DELETE;
import static dev.sluice.core.auth.Privilege.GLOBAL_MASK;
import static dev.sluice.core.auth.Privilege.INSERT;
import static dev.sluice.core.auth.Privilege.META_WRITE;
import static dev.sluice.core.auth.Privilege.NODE_SUPERVISOR;
import static dev.sluice.core.auth.Privilege.RANGE_SCAN;
import static dev.sluice.core.auth.Privilege.READ;
import static dev.sluice.core.auth.Privilege.SETTINGS;
import static dev.sluice.core.auth.Privilege.SIMPLE_STATS;
import static dev.sluice.core.auth.Privilege.STATS;
import static dev.sluice.core.auth.Privilege.SYSTEM_COLLECTION_LOOKUP;
import static dev.sluice.core.auth.Privilege.SYSTEM_COLLECTION_MUTATION;
import static dev.sluice.core.auth.Privilege.SYSTEM_SETTINGS;
import static dev.sluice.core.auth.Privilege.SYSTEM_XATTR_READ;
import static dev.sluice.core.auth.Privilege.SYSTEM_XATTR_WRITE;
import static dev.sluice.core.auth.Privilege.UPSERT;
import static dev.sluice.core.auth.Privilege.mask;

import dev.sluice.core.collections.CollectionsSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The roles that a configuration gives to users, and what privileges each stands for.
 *
 * <pre>
 *   admin   read-only-admin                    on the server
 *   data:PLACE   data-read:PLACE  …            on a place
 *   replication:BUCKET   bucket-admin:BUCKET   on a whole bucket
 *   privilege:Impersonate                      one privilege, on the server
 *   privilege:Read:PLACE                       one privilege, on a place
 *
 *   PLACE is *, BUCKET, BUCKET.SCOPE or BUCKET.SCOPE.COLLECTION. A bucket whose name has a dot stands in backticks.
 * </pre>
 */
public final class Roles {

    private static final long DATA_READ = mask(READ, RANGE_SCAN, SIMPLE_STATS);
    private static final long DATA_WRITE = mask(INSERT, UPSERT, DELETE);
    private static final long META = mask(READ, META_WRITE, SYSTEM_XATTR_READ, SYSTEM_XATTR_WRITE, SIMPLE_STATS);
    private static final long SYSTEM =
            mask(SYSTEM_COLLECTION_LOOKUP, SYSTEM_COLLECTION_MUTATION, SYSTEM_XATTR_READ, SYSTEM_XATTR_WRITE);
    private static final long REPLICATION =
            META | SYSTEM | mask(DCP_PRODUCER, DCP_CONSUMER, DCP_STREAM, SETTINGS, RANGE_SCAN);

    /** A name without a place. */
    private record ServerRole(long global, long everyBucket) {}

    /** A name with a place. */
    private record PlaceRole(long mask, boolean wholeBucket) {}

    private static final Map<String, ServerRole> ON_SERVER = new LinkedHashMap<>();
    private static final Map<String, PlaceRole> ON_PLACE = new LinkedHashMap<>();

    static {
        ON_SERVER.put("admin", new ServerRole(GLOBAL_MASK, BUCKET_MASK));
        ON_SERVER.put("read-only-admin", new ServerRole(mask(STATS, SYSTEM_SETTINGS), mask(SIMPLE_STATS, SETTINGS)));
        ON_SERVER.put(
                "supervisor",
                new ServerRole(
                        mask(NODE_SUPERVISOR, ADMINISTRATOR, STATS, SYSTEM_SETTINGS), mask(SIMPLE_STATS, SETTINGS)));
        ON_PLACE.put("bucket-admin", new PlaceRole(BUCKET_MASK, true));
        ON_PLACE.put("data", new PlaceRole(DATA_READ | DATA_WRITE, false));
        ON_PLACE.put("data-read", new PlaceRole(DATA_READ, false));
        ON_PLACE.put("data-write", new PlaceRole(DATA_WRITE, false));
        ON_PLACE.put("stats", new PlaceRole(mask(SIMPLE_STATS), false));
        ON_PLACE.put("meta", new PlaceRole(META, false));
        ON_PLACE.put("system", new PlaceRole(SYSTEM, false));
        ON_PLACE.put("replication", new PlaceRole(REPLICATION, true));
    }

    /** The bucket of a place stands in backticks where its name has a dot in it. */
    private static final Pattern PLACE = Pattern.compile("(?:(\\*)|(?:`([A-Za-z0-9_.%-]+)`|([A-Za-z0-9_%-]+))"
            + "(?:\\.(" + CollectionsSpec.NAME + ")(?:\\.(" + CollectionsSpec.NAME + "))?)?)");

    private Roles() {}

    /** What to write for a role, for messages. */
    public static String expected() {
        return "admin, read-only-admin, supervisor, bucket-admin:BUCKET, replication:BUCKET, or data, data-read,"
                + " data-write, stats, meta or system with :BUCKET, :BUCKET.SCOPE, :BUCKET.SCOPE.COLLECTION or :*,"
                + " or privilege:NAME or privilege:NAME:PLACE";
    }

    /** The words that a role can begin with. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(ON_SERVER.keySet());
        names.addAll(ON_PLACE.keySet());
        names.add("privilege");
        return names;
    }

    /**
     * What all of these roles grant together.
     *
     * @throws IllegalArgumentException where one is none; {@link #mistake} tells beforehand
     */
    public static Rights expand(List<String> roles) {
        Rights.Builder rights = new Rights.Builder();
        for (String role : roles) {
            String mistake = grant(role, rights);
            if (mistake != null) {
                throw new IllegalArgumentException(role + " (expected: " + mistake + ")");
            }
        }
        return rights.build();
    }

    /** What was expected in place of this role, or null where it is one. */
    public static @Nullable String mistake(String role) {
        return grant(role, new Rights.Builder());
    }

    private static @Nullable String grant(String role, Rights.Builder rights) {
        int colon = role.indexOf(':');
        String name = colon < 0 ? role : role.substring(0, colon);
        String rest = colon < 0 ? null : role.substring(colon + 1);
        if (name.equals("privilege")) {
            return privilege(rest, rights);
        }
        ServerRole onServer = ON_SERVER.get(name);
        if (onServer != null) {
            if (rest != null) {
                return name + " alone: it is for the whole server";
            }
            rights.global(onServer.global).bucket(Rights.EVERY_BUCKET, onServer.everyBucket);
            return null;
        }
        PlaceRole onPlace = ON_PLACE.get(name);
        if (onPlace == null) {
            return expected();
        }
        return place(name, rest, onPlace.mask, onPlace.wholeBucket, rights);
    }

    private static @Nullable String privilege(@Nullable String rest, Rights.Builder rights) {
        int colon = rest == null ? -1 : rest.indexOf(':');
        String spelling = rest == null ? "" : colon < 0 ? rest : rest.substring(0, colon);
        Privilege privilege = Privilege.of(spelling);
        if (rest == null || privilege == null) {
            return "privilege:NAME, one of " + String.join(", ", Privilege.spellings());
        }
        if (privilege.level() == Privilege.Level.GLOBAL) {
            if (colon >= 0) {
                return "privilege:" + spelling + " alone: it is for the whole server";
            }
            rights.global(privilege.bit());
            return null;
        }
        boolean wholeBucket = privilege.level() == Privilege.Level.BUCKET;
        String place = colon < 0 ? null : rest.substring(colon + 1);
        return place("privilege:" + spelling, place, privilege.bit(), wholeBucket, rights);
    }

    private static @Nullable String place(
            String name, @Nullable String place, long mask, boolean wholeBucket, Rights.Builder rights) {
        Matcher matcher = PLACE.matcher(place == null ? "" : place);
        boolean legal = matcher.matches();
        if (!legal || (wholeBucket && matcher.group(4) != null)) {
            return wholeBucket
                    ? name + ":BUCKET or " + name + ":*"
                    : name + ":BUCKET, " + name + ":BUCKET.SCOPE, " + name + ":BUCKET.SCOPE.COLLECTION or " + name
                            + ":*";
        }
        String bucket = matcher.group(1) != null
                ? Rights.EVERY_BUCKET
                : matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
        String scope = matcher.group(4);
        String collection = matcher.group(5);
        if (scope == null) {
            rights.bucket(bucket, mask);
        } else if (collection == null) {
            rights.scope(bucket, scope, mask);
        } else {
            rights.collection(bucket, scope, collection, mask);
        }
        return null;
    }
}
