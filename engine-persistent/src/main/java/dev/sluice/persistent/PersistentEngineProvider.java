package dev.sluice.persistent;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.memory.table.Watermarks;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.rocks.RocksSettings;
import dev.sluice.persistent.store.rocks.RocksStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Makes engines of type {@code "persistent"}: buckets in memory with a disk behind it. */
public final class PersistentEngineProvider implements EngineProvider {

    private final StoreOpener opener;
    private final LongConsumer pause;

    /** For {@link java.util.ServiceLoader}. */
    public PersistentEngineProvider() {
        this(PersistentEngineProvider::openRocks);
    }

    PersistentEngineProvider(StoreOpener opener) {
        this(opener, LockSupport::parkNanos);
    }

    /**
     * @param pause waits for so many nanoseconds, between attempts to write what is left when a bucket is closed
     */
    PersistentEngineProvider(StoreOpener opener, LongConsumer pause) {
        this.opener = opener;
        this.pause = pause;
    }

    @Override
    public String type() {
        return "persistent";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<ConfigurationKey> configurationKeys() {
        return Settings.KEYS;
    }

    @Override
    public Map<String, String> contradictions(BucketConfiguration configuration) {
        return Watermarks.of(configuration).contradictions();
    }

    @Override
    public DurabilityLevel durabilityMax() {
        return DurabilityLevel.PERSIST_TO_MAJORITY;
    }

    @Override
    public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
        Settings settings = Settings.of(configuration);
        if (!settings.watermarks().contradiction().isEmpty()) {
            throw new EngineException(settings.watermarks().contradiction());
        }
        Path configured = settings.path();
        Path path = configured == null ? context.dataDirectory() : configured;
        KvStore store;
        try {
            store = opener.open(path, settings);
        } catch (StoreException e) {
            throw new EngineException("storage at " + path + ": " + e.getMessage(), e);
        }
        try {
            PersistentEngine engine = new PersistentEngine(configuration, settings, context, store, pause);
            engine.start();
            return engine;
        } catch (StoreException e) {
            closeQuietly(store, e);
            throw new EngineException("storage at " + path + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeQuietly(store, e);
            throw e;
        }
    }

    private static void closeQuietly(KvStore store, Exception failure) {
        try {
            store.close();
        } catch (StoreException e) {
            failure.addSuppressed(e);
        }
    }

    private static KvStore openRocks(Path path, Settings settings) throws StoreException {
        return RocksStore.open(new RocksSettings(
                path,
                settings.blockCacheBytes(),
                settings.directReads(),
                0,
                options(settings),
                FailPoints.ofProcess()));
    }

    /** {@code name=value;name=value}. */
    private static Map<String, String> options(Settings settings) throws StoreException {
        Map<String, String> options = new LinkedHashMap<>();
        String text = settings.storageOptions();
        if (text == null) {
            return options;
        }
        for (String option : text.split(";", -1)) {
            if (option.isBlank()) {
                continue;
            }
            int equals = option.indexOf('=');
            if (equals <= 0) {
                throw new StoreException(
                        StoreException.Kind.SETTING,
                        "storageOptions: " + option.strip() + " (expected: name=value;name=value)");
            }
            options.put(
                    option.substring(0, equals).strip(),
                    option.substring(equals + 1).strip());
        }
        return options;
    }
}
