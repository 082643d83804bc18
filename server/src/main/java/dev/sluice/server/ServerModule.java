package dev.sluice.server;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.sluice.core.Node;
import dev.sluice.core.auth.UserSource;
import dev.sluice.engine.EngineClock;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.ServerConfiguration;
import dev.sluice.server.frontend.EventLoops;
import dev.sluice.server.frontend.Handshakes;
import dev.sluice.server.frontend.Listeners;
import dev.sluice.server.mgmt.ManagementService;
import dev.sluice.server.tls.HandshakeTasks;

/** Who gets what. Everything is made when it is first asked for. */
final class ServerModule extends AbstractModule {

    private final ServerConfiguration configuration;

    ServerModule(ServerConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    protected void configure() {
        bind(ServerConfiguration.class).toInstance(configuration);
        bind(EngineClock.class).toInstance(new SystemClock());
    }

    @Provides
    @Singleton
    WorkerPools workerPools(ServerConfiguration from) {
        return new WorkerPools(from.threads());
    }

    @Provides
    @Singleton
    EventLoops eventLoops(ServerConfiguration from) {
        return new EventLoops(from.transport(), from.threads().eventLoops());
    }

    @Provides
    @Singleton
    Node node(ServerConfiguration from, EngineClock clock, WorkerPools pools) {
        Node node = new Node(Version.text(), from.limits(), clock, pools.pools());
        node.authentication().users(from.users());
        node.authentication().source(() -> {
            try {
                return ConfigurationReader.readUsers(from.source());
            } catch (ConfigurationException e) {
                throw new UserSource.MistakesException(e.mistakes());
            }
        });
        node.settings(() -> JsonText.of(from.effective()));
        return node;
    }

    /** All but one of the threads for work that never waits: the last one is the engines'. */
    @Provides
    @Singleton
    Handshakes handshakes(ServerConfiguration from, EngineClock clock, WorkerPools pools) {
        int threads = Math.max(1, from.threads().nonIo() - 1);
        return new Handshakes(
                from.handshakes(), new HandshakeTasks(pools.pools().nonIo(), threads), clock);
    }

    @Provides
    @Singleton
    ManagementService managementService(Node node) {
        return new ManagementService(node, new UserVisitors(node.authentication()));
    }

    @Provides
    @Singleton
    Listeners listeners(ServerConfiguration from, EventLoops loops, Node node, Handshakes handshakes) {
        return new Listeners(loops, node, from.limits(), handshakes);
    }
}
