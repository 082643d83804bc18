package dev.sluice.server.config;

import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.engine.Units;
import dev.sluice.core.limits.Limits;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the server works with, defaults filled in, in the shape of the configuration file. */
final class EffectiveSettings {

    private EffectiveSettings() {}

    static Map<String, Object> of(
            TransportKind transport,
            List<ListenerConfiguration> listeners,
            ThreadCounts threads,
            Settings limitSettings,
            Limits limits,
            List<ServerConfiguration.Bucket> buckets,
            Path data) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(
                Keys.LISTENERS,
                listeners.stream()
                        .map(l -> Map.of(Keys.ADDRESS, l.addressText()))
                        .toList());
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
        all.put(Keys.DATA, data.toString());
        Map<String, Object> named = new LinkedHashMap<>();
        buckets.forEach(bucket -> named.put(bucket.spec().name(), bucket(bucket.spec())));
        all.put(Keys.BUCKETS, named);
        return all;
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
