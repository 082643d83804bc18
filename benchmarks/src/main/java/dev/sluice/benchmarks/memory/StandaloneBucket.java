package dev.sluice.benchmarks.memory;

import dev.sluice.benchmarks.MemoryNode;
import dev.sluice.core.Node;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One bucket of a server, and its engine as it is, without what guards the server against it. */
final class StandaloneBucket implements AutoCloseable {

    private final MemoryNode server;
    final Engine engine;

    StandaloneBucket(EngineProvider provider, int vbucketCount, long quotaBytes) {
        Remembering remembering = new Remembering(provider);
        server = new MemoryNode(Limits.defaults(), remembering, vbucketCount, quotaBytes);
        engine = Objects.requireNonNull(remembering.engine, "engine");
    }

    /** What the engine says that it takes. */
    long usedBytes() {
        return Objects.requireNonNull(server.node().buckets().ready(Node.DEFAULT_BUCKET))
                .account()
                .usedBytes();
    }

    @Override
    public void close() {
        server.close();
    }

    /** A cookie that has nobody behind it: a command that blocks is repeated by the caller. */
    static final class LoopCookie implements Cookie {
        private @Nullable Object attachment;
        private volatile boolean notified;

        /** Whether the last call that blocked may be repeated. */
        boolean notified() {
            return notified;
        }

        @Override
        public BlockedCookie block() {
            notified = false;
            return new BlockedCookie() {
                @Override
                public void notifyIoComplete(Status status) {
                    notified = true;
                }

                @Override
                public void onCancel(Runnable action) {}

                @Override
                public boolean cancelled() {
                    return false;
                }
            };
        }

        @Override
        public @Nullable Object attachment() {
            return attachment;
        }

        @Override
        public void attach(@Nullable Object attachment) {
            this.attachment = attachment;
        }

        @Override
        public long connectionId() {
            return 1;
        }

        @Override
        public void errorContext(String sentence) {}
    }

    /** Remembers the engine that it has made. */
    private static final class Remembering implements EngineProvider {
        private final EngineProvider provider;
        volatile @Nullable Engine engine;

        Remembering(EngineProvider provider) {
            this.provider = provider;
        }

        @Override
        public String type() {
            return provider.type();
        }

        @Override
        public int spiVersion() {
            return provider.spiVersion();
        }

        @Override
        public List<ConfigurationKey> configurationKeys() {
            return provider.configurationKeys();
        }

        @Override
        public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
            Engine created = provider.create(configuration, context);
            engine = created;
            return created;
        }
    }
}
