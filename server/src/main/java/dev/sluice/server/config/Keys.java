package dev.sluice.server.config;

import dev.sluice.core.administration.QuotaBudget;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.tls.IdentityRule;
import dev.sluice.server.tls.TlsSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every key of the configuration file that is the server's own. The parser takes nothing else; the JSON Schema is made from
 * these lists, and a test holds {@code docs/configuration.md} to them. Keys of engines are declared by the engines.
 */
final class Keys {

    static final String LISTENERS = "listeners";
    static final String BUCKETS = "buckets";
    static final String THREADS = "threads";
    static final String LIMITS = "limits";
    static final String MGMT = "mgmt";
    static final String EXTERNAL = "external";
    static final String USERS = "users";

    static final String SCHEMA = "$schema";
    static final String TRANSPORT = "transport";
    static final String PLUGINS = "plugins";
    static final String DATA = "data";
    static final String BACKUPS = "backups";

    static final String ADDRESS = "address";
    static final String AUTHENTICATION = "authentication";
    static final String AUTHENTICATION_NONE = "none";
    static final String AUTHENTICATION_REQUIRED = "required";

    static final String CREDENTIALS = "credentials";
    static final String ROLES = "roles";
    static final String EXPIRY = "expiry";
    static final String SALT = "salt";
    static final String ITERATIONS = "iterations";
    static final String HASHES = "hashes";
    static final String STORED_KEY = "stored_key";
    static final String SERVER_KEY = "server_key";

    static final String TLS = "tls";
    static final String MINIMUM_VERSION = "minimumVersion";
    static final String CLIENT_CERTIFICATES = "clientCertificates";
    static final String IDENTITIES = "identities";
    static final String PATH = "path";
    static final String PREFIX = "prefix";
    static final String SUFFIX = "suffix";
    static final String DELIMITER = "delimiter";

    static final String HANDSHAKE = "handshake";
    static final String HANDSHAKES = "handshakes";

    static final String ENGINE = "engine";
    static final String QUOTA = "quota";
    static final String VBUCKETS = "vbuckets";
    static final String FLUSH = "flush";
    static final String OPTIONAL = "optional";
    static final String MAX_TTL = "maxTtl";
    static final String COLLECTIONS = "collections";
    static final String COMPRESSION_MODE = "compressionMode";
    static final String MIN_COMPRESSION_RATIO = "minCompressionRatio";
    static final String XATTRS = "xattrs";
    static final String CONFLICT_RESOLUTION = "conflictResolution";
    static final String DURABILITY_MIN = "durabilityMinLevel";

    /** The words for durability levels, from none to the strongest. */
    static final List<String> DURABILITY_LEVELS =
            List.of("none", "majority", "majorityAndPersistOnMaster", "persistToMajority");

    static final int VBUCKETS_DEFAULT = 128;

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long SECOND_MS = 1_000;
    private static final long DAY_MS = 86_400_000;

    /** The protocol has 31 bits of seconds for it. */
    private static final long MAX_TTL_MS_MAX = Integer.MAX_VALUE * SECOND_MS;

    private static final long NANOS_PER_MS = 1_000_000;

    /** The limits that every machine has alike; what depends on the machine has no default in the declarations. */
    private static final Limits LIMIT_DEFAULTS = Limits.defaults();

    /** At the top of the file, beside the four objects. */
    static final List<Setting> ROOT = List.of(
            Setting.text(SCHEMA, "Where editors find the JSON Schema of this file; the server does not read it."),
            Setting.choice(
                    TRANSPORT,
                    "auto",
                    List.of("auto", "epoll", "io_uring", "nio"),
                    "How sockets are served; auto is epoll where it works and NIO elsewhere."),
            Setting.path(PLUGINS, "The directory of engine plugins; plugins in the installation by default."),
            Setting.path(DATA, "The directory for the data of buckets; data in the installation by default."),
            Setting.path(
                    BACKUPS, "The directory for backups of buckets; @backups in the directory for data by default."));

    /** The keys of the file whose values are objects or arrays. */
    static final List<String> SECTIONS = List.of(LISTENERS, BUCKETS, THREADS, LIMITS, MGMT, EXTERNAL, USERS);

    static final List<Setting> LISTENER = List.of(
            Setting.text(ADDRESS, "Where to listen: host:port or [IPv6 address]:port; port 0 takes a free one.")
                    .asRequired(),
            Setting.choice(
                    AUTHENTICATION,
                    null,
                    List.of(AUTHENTICATION_NONE, AUTHENTICATION_REQUIRED),
                    "none lets clients in without a login, required does not. Where there are users a login is required"
                            + " by default; where there are none, an address that is not loopback must say none."));

    /** Of a user, beside the objects. */
    static final List<Setting> USER = List.of(Setting.integer(
            EXPIRY, null, 0, Long.MAX_VALUE, "From when on no password is good, in seconds since 1970 UTC."));

    /** The keys of a user whose values are objects or arrays. */
    static final List<String> USER_OBJECTS = List.of(CREDENTIALS, ROLES);

    static final List<String> USER_KEYS = Stream.concat(
                    USER_OBJECTS.stream(), USER.stream().map(Setting::name))
            .toList();

    /** Of one SCRAM, beside the array of keys. */
    static final List<Setting> SCRAM = List.of(
            Setting.text(SALT, "In base64.").asRequired(),
            Setting.integer(ITERATIONS, null, 1, 10_000_000, "How often the password is hashed.")
                    .asRequired());

    static final List<Setting> KEY_PAIR = List.of(
            Setting.text(STORED_KEY, "In base64, as long as the hash.").asRequired(),
            Setting.text(SERVER_KEY, "In base64, as long as the hash.").asRequired());

    /** All keys of a listener: those above, and the object that is one's TLS. */
    static final List<String> LISTENER_KEYS =
            Stream.concat(LISTENER.stream().map(Setting::name), Stream.of(TLS)).toList();

    static final List<Setting> TLS_SETTINGS = List.of(
            Setting.path(TlsSettings.CERTIFICATE, "PEM: the server's certificate, then those that have issued it."),
            Setting.path(TlsSettings.KEY, "PEM: the private key of the certificate, in PKCS#8."),
            Setting.text(TlsSettings.KEY_PASSWORD, "Where the key's password is: file:PATH or env:VARIABLE."),
            Setting.path(TlsSettings.KEYSTORE, "PKCS#12: one key with its certificates, in place of the two files."),
            Setting.text(TlsSettings.PASSWORD, "Where the keystore's password is: file:PATH or env:VARIABLE."),
            Setting.path(TlsSettings.CLIENT_CA, "PEM: who may issue certificates of clients."),
            Setting.choice(
                    MINIMUM_VERSION,
                    TlsSettings.Version.TLS_1_2.text(),
                    Stream.of(TlsSettings.Version.values())
                            .map(TlsSettings.Version::text)
                            .toList(),
                    "The oldest version that is spoken."),
            Setting.choice(
                    CLIENT_CERTIFICATES,
                    TlsSettings.ClientCertificates.DISABLED.text(),
                    Stream.of(TlsSettings.ClientCertificates.values())
                            .map(TlsSettings.ClientCertificates::text)
                            .toList(),
                    "Whether clients are asked for certificates: not, asked, or refused without one."));

    /** The keys of TLS whose values are arrays. */
    static final List<String> TLS_ARRAYS = List.of(TlsSettings.CIPHERS, IDENTITIES);

    static final List<Setting> IDENTITY = List.of(
            Setting.choice(
                            PATH,
                            null,
                            Stream.of(IdentityRule.Path.values())
                                    .map(IdentityRule.Path::text)
                                    .toList(),
                            "Which names of the certificate to look at.")
                    .asRequired(),
            Setting.text(PREFIX, "What the name must begin with, which is dropped."),
            Setting.text(SUFFIX, "What the name must end with, which is dropped."),
            Setting.text(DELIMITER, "Characters at the first of which the user's name ends."));

    static final List<Setting> BUCKET = List.of(
            Setting.text(ENGINE, "The type of engine that serves the bucket.").asRequired(),
            Setting.size(
                    QUOTA,
                    null,
                    QuotaBudget.BYTES_MIN,
                    1L << 50,
                    "How much memory the bucket may use; an equal share of what the others leave by default."),
            Setting.integer(
                    VBUCKETS, VBUCKETS_DEFAULT, 1, 1024, "How many hash partitions the bucket has: a power of two."),
            Setting.choice(
                    CONFLICT_RESOLUTION,
                    "seqno",
                    List.of("seqno", "lww"),
                    "Which version of a document stays when another cluster sends one: the one that was changed more often,"
                            + " or last."),
            Setting.choice(
                    DURABILITY_MIN,
                    DURABILITY_LEVELS.get(0),
                    DURABILITY_LEVELS,
                    "The durability level to which weaker writes are raised."),
            Setting.flag(FLUSH, "Whether clients may drop all documents with FLUSH."),
            Setting.choice(
                    COMPRESSION_MODE,
                    CompressionMode.OFF.text(),
                    Arrays.stream(CompressionMode.values())
                            .map(CompressionMode::text)
                            .toList(),
                    "Whether values are kept compressed: never, where they come so, or wherever that saves enough."),
            Setting.ratio(
                    MIN_COMPRESSION_RATIO,
                    DatatypeSettings.MIN_COMPRESSION_RATIO_DEFAULT,
                    1,
                    1000,
                    "How many times as long a value must be inflated to be kept compressed."),
            Setting.flagOn(XATTRS, "Whether documents may have extended attributes."),
            Setting.flag(OPTIONAL, "Whether the server starts without the bucket where it cannot be created."),
            Setting.duration(
                    MAX_TTL,
                    0,
                    0,
                    MAX_TTL_MS_MAX,
                    "How long documents live at most, in whole seconds; 0s, the default, is no limit."));

    /** The keys of a bucket whose values are objects. */
    static final List<String> BUCKET_SECTIONS = List.of(COLLECTIONS);

    static final List<Setting> COLLECTION = List.of(Setting.duration(
            MAX_TTL,
            0,
            0,
            MAX_TTL_MS_MAX,
            "How long documents of the collection live at most, in place of the bucket's limit; 0s is no limit."));

    static final String HOSTNAME = "hostname";
    static final String KV = "kv";
    static final String KV_TLS = "kvTls";
    static final String MGMT_TLS = "mgmtTls";

    /** Where clients of another network find the server, for cluster maps. */
    static final List<Setting> EXTERNAL_SETTINGS = List.of(
            Setting.text(HOSTNAME, "The server's name or address there.").asRequired(),
            port(KV, "The port there that leads to the first listener without TLS."),
            port(KV_TLS, "The port there that leads to the first listener with TLS."),
            port(MGMT, "The port there that leads to the management listener without TLS."),
            port(MGMT_TLS, "The port there that leads to the management listener with TLS."));

    /** A thread count without a value is worked out from the number of cores. */
    static final List<Setting> THREAD_COUNTS = List.of(
            threads("eventLoops", 1024, "Event loops, which own the connections; one a core by default."),
            threads("reader", 1024, "Threads for reads that a client waits for; one a core, 4 to 16, by default."),
            threads("writer", 1024, "Threads that make changes durable; 4 by default."),
            threads("auxIo", 1024, "Threads for scans and bucket creation; two a core, 2 to 128, by default."),
            threads("nonIo", 1024, "Threads for work that never waits; a third of the cores, 2 to 8, by default."));

    static final List<Setting> LIMIT_VALUES = List.of(
            Setting.integer(
                    "connections",
                    LIMIT_DEFAULTS.connectionsMax(),
                    1,
                    10_000_000,
                    "Connections at a time; one more is closed at once."),
            Setting.integer(
                    "commandsPerTurn",
                    LIMIT_DEFAULTS.commandsPerTurn(),
                    1,
                    1_000_000,
                    "Commands after which a connection yields its loop to others."),
            duration("turn", LIMIT_DEFAULTS.turnNanosMax(), 10 * SECOND_MS, "Time after which it yields likewise."),
            Setting.size(
                    "frame",
                    (long) LIMIT_DEFAULTS.frameBytesMax(),
                    KIB,
                    1L << 30,
                    "A longer frame closes the connection."),
            Setting.size(
                    "frameUnauthenticated",
                    (long) LIMIT_DEFAULTS.frameBytesUnauthenticatedMax(),
                    KIB,
                    1L << 30,
                    "A longer frame before login closes the connection."),
            Setting.size(
                    "value",
                    (long) LIMIT_DEFAULTS.valueBytesMax(),
                    1,
                    1L << 29,
                    "A longer value is refused with E2BIG."),
            Setting.size(
                    "inbound",
                    null,
                    MIB,
                    1L << 50,
                    "Half-received frames of all connections together; a frame beyond it is refused with ETMPFAIL. A"
                            + " tenth of the heap by default."),
            Setting.size(
                    "outboundHigh",
                    (long) LIMIT_DEFAULTS.outboundHighBytes(),
                    4 * KIB,
                    1L << 30,
                    "Queued bytes at which a connection stops reading."),
            Setting.size(
                    "outboundLow",
                    (long) LIMIT_DEFAULTS.outboundLowBytes(),
                    1,
                    1L << 30,
                    "Queued bytes at which it reads on."),
            Setting.size(
                    "copy",
                    (long) LIMIT_DEFAULTS.copyBytesMax(),
                    4 * KIB,
                    16 * MIB,
                    "How much of a large value is copied to the socket at a time."),
            Setting.size(
                    "spool",
                    (long) LIMIT_DEFAULTS.spoolBytes(),
                    64,
                    16 * MIB,
                    "How much of a stream is prepared before it is sent."),
            duration(
                    "stall",
                    LIMIT_DEFAULTS.stallNanosMax(),
                    DAY_MS,
                    "A connection whose queued bytes do not move for so long is cut."),
            duration(
                    "stallBucketGone",
                    LIMIT_DEFAULTS.stallNanosMaxBucketGone(),
                    DAY_MS,
                    "Likewise while its bucket is going away."),
            duration(
                    "scanLifetime",
                    LIMIT_DEFAULTS.scanLifetimeNanos(),
                    DAY_MS,
                    "A range scan from which no byte left for so long is cancelled."),
            Setting.size(
                    "valueOffLoad",
                    (long) LIMIT_DEFAULTS.valueOffLoadBytes(),
                    1,
                    1L << 30,
                    "Longer values are examined on a background thread."),
            duration(HANDSHAKE, 10 * SECOND_MS * NANOS_PER_MS, 3_600 * SECOND_MS, "How long a TLS handshake may take."),
            Setting.integer(
                    HANDSHAKES,
                    1_000,
                    1,
                    1_000_000,
                    "TLS handshakes under way at a time; a connection that would begin one more is closed at once."),
            duration(
                    "login",
                    LIMIT_DEFAULTS.loginNanosMax(),
                    DAY_MS,
                    "How long a connection may stay that has to log in and does not."),
            duration(
                    "stop",
                    LIMIT_DEFAULTS.stopNanosMax(),
                    3_600 * SECOND_MS,
                    "How long a stop waits for commands in flight before it cancels them."));

    /** What no engine can declare, because it is the server's in every bucket. */
    static final Set<String> RESERVED = Stream.concat(BUCKET.stream().map(Setting::name), BUCKET_SECTIONS.stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Of these, what can change while the bucket serves. */
    static final Set<String> BUCKET_DYNAMIC =
            Set.of(QUOTA, FLUSH, OPTIONAL, MAX_TTL, DURABILITY_MIN, COMPRESSION_MODE, MIN_COMPRESSION_RATIO);

    private Keys() {}

    private static Setting port(String name, String description) {
        return Setting.integer(name, null, 1, 65_535, description);
    }

    private static Setting threads(String name, int maximum, String description) {
        return Setting.integer(name, null, 1, maximum, description);
    }

    private static Setting duration(String name, long defaultNanos, long maximumMs, String description) {
        return Setting.duration(name, defaultNanos / NANOS_PER_MS, 1, maximumMs, description);
    }
}
