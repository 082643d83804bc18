package dev.sluice.server.config;

import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.engine.Units;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.tls.IdentityRule;
import dev.sluice.server.tls.TlsConfiguration;
import dev.sluice.server.tls.TlsSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the server works with, defaults filled in, in the shape of the configuration file. */
final class EffectiveSettings {

    private EffectiveSettings() {}

    static Map<String, Object> of(
            TransportKind transport,
            List<ListenerConfiguration> listeners,
            ManagementConfiguration mgmt,
            NodeAddresses.@Nullable Alternate external,
            ThreadCounts threads,
            Settings limitSettings,
            Limits limits,
            List<ServerConfiguration.Bucket> buckets,
            @Nullable Path plugins,
            Path data,
            Path backups) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(
                Keys.LISTENERS,
                listeners.stream().map(EffectiveSettings::listener).toList());
        all.put(
                Keys.MGMT,
                mgmt.listeners().stream().map(EffectiveSettings::listener).toList());
        if (external != null) {
            all.put(Keys.EXTERNAL, external(external));
        }
        all.put(Keys.TRANSPORT, transport.text());
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("eventLoops", threads.eventLoops());
        counts.put("reader", threads.reader());
        counts.put("writer", threads.writer());
        counts.put("auxIo", threads.auxIo());
        counts.put("nonIo", threads.nonIo());
        all.put(Keys.THREADS, counts);
        Map<String, Object> bounds = limitSettings.values();
        bounds.put("inbound", Units.formatSize(limits.inboundBytesMax()));
        all.put(Keys.LIMITS, bounds);
        putIfThere(all, Keys.PLUGINS, plugins);
        all.put(Keys.DATA, data.toString());
        all.put(Keys.BACKUPS, backups.toString());
        return with(all, buckets.stream().map(ServerConfiguration.Bucket::spec).toList());
    }

    /** The same settings, with these buckets. */
    static Map<String, Object> with(Map<String, Object> settings, List<BucketSpec> buckets) {
        Map<String, Object> named = new LinkedHashMap<>();
        buckets.forEach(bucket -> named.put(bucket.name(), bucket(bucket)));
        Map<String, Object> all = new LinkedHashMap<>(settings);
        all.put(Keys.BUCKETS, named);
        return all;
    }

    /** As {@link ServerConfiguration#unlike}. Also what others must not read, such as where passwords are. */
    static Set<String> differences(ServerConfiguration a, ServerConfiguration b) {
        Set<String> keys = new TreeSet<>(a.effective().keySet());
        keys.addAll(b.effective().keySet());
        keys.remove(Keys.BUCKETS);
        keys.removeIf(
                key -> Objects.equals(a.effective().get(key), b.effective().get(key)));
        if (!tls(a.listeners()).equals(tls(b.listeners()))) {
            keys.add(Keys.LISTENERS);
        }
        if (!tls(a.mgmt().listeners()).equals(tls(b.mgmt().listeners()))) {
            keys.add(Keys.MGMT);
        }
        return keys;
    }

    private static List<Optional<TlsSettings>> tls(List<ListenerConfiguration> listeners) {
        return listeners.stream()
                .map(listener -> Optional.ofNullable(listener.tls()).map(TlsConfiguration::settings))
                .toList();
    }

    private static Map<String, Object> listener(ListenerConfiguration listener) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(Keys.ADDRESS, listener.addressText());
        values.put(Keys.AUTHENTICATION, listener.open() ? Keys.AUTHENTICATION_NONE : Keys.AUTHENTICATION_REQUIRED);
        if (listener.tls() != null) {
            values.put(Keys.TLS, tls(listener.tls().settings()));
        }
        return values;
    }

    /** Not where passwords are: others read this as well. */
    private static Map<String, Object> tls(TlsSettings settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        putIfThere(values, TlsSettings.CERTIFICATE, settings.certificate());
        putIfThere(values, TlsSettings.KEY, settings.key());
        putIfThere(values, TlsSettings.KEYSTORE, settings.keystore());
        putIfThere(values, TlsSettings.CLIENT_CA, settings.clientCa());
        values.put(Keys.MINIMUM_VERSION, settings.minimumVersion().text());
        if (!settings.ciphers().isEmpty()) {
            values.put(TlsSettings.CIPHERS, settings.ciphers());
        }
        values.put(Keys.CLIENT_CERTIFICATES, settings.clientCertificates().text());
        if (!settings.identities().isEmpty()) {
            values.put(
                    Keys.IDENTITIES,
                    settings.identities().stream()
                            .map(EffectiveSettings::identity)
                            .toList());
        }
        return values;
    }

    private static Map<String, Object> identity(IdentityRule rule) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(Keys.PATH, rule.path().text());
        values.put(Keys.PREFIX, rule.prefix());
        values.put(Keys.SUFFIX, rule.suffix());
        values.put(Keys.DELIMITER, rule.delimiter());
        return values;
    }

    private static Map<String, Object> external(NodeAddresses.Alternate there) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(Keys.HOSTNAME, there.host());
        putPort(values, Keys.KV, there.kv());
        putPort(values, Keys.KV_TLS, there.kvTls());
        putPort(values, Keys.MGMT, there.mgmt());
        putPort(values, Keys.MGMT_TLS, there.mgmtTls());
        return values;
    }

    private static void putPort(Map<String, Object> values, String key, int port) {
        if (port != 0) {
            values.put(key, port);
        }
    }

    private static void putIfThere(Map<String, Object> values, String key, @Nullable Path file) {
        if (file != null) {
            values.put(key, file.toString());
        }
    }

    private static Map<String, Object> bucket(BucketSpec spec) {
        Map<String, Object> values =
                ((EngineSettings) spec.configuration()).settings().values();
        values.put(Keys.QUOTA, Units.formatSize(spec.quotaBytes()));
        if (!spec.collections().scopes().isEmpty()) {
            values.put(Keys.COLLECTIONS, CollectionsSection.written(spec.collections()));
        }
        return values;
    }
}
