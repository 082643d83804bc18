package dev.sluice.integration;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import net.spy.memcached.BinaryConnectionFactory;
import net.spy.memcached.MemcachedClient;

/** A client library that knows nothing of Sluice. */
final class Clients {

    static {
        // Its own logger writes to standard error; what fails here fails in an assertion.
        System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SLF4JLogger");
    }

    private Clients() {}

    /** What a test does with it. */
    @FunctionalInterface
    interface Conversation {
        void with(MemcachedClient client) throws Exception;
    }

    static void with(int port, Conversation conversation) throws Exception {
        MemcachedClient client = connect(port);
        try {
            conversation.with(client);
        } finally {
            client.shutdown();
        }
    }

    private static MemcachedClient connect(int port) throws IOException {
        return new MemcachedClient(
                new BinaryConnectionFactory(), List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }
}
