package dev.sluice.server.frontend;

import dev.sluice.server.config.ListenerConfiguration;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/** What is served to whoever connects to a listener. */
@FunctionalInterface
public interface Service {

    /**
     * Begins to serve a connection: adds its handlers. On the connection's loop, before anything of it is read; behind TLS,
     * when the handshake is done.
     *
     * @param listener where it came in
     * @param ssl encrypts it; null where it is not encrypted
     * @param certifiedUser whom the client's certificate names; null for nobody
     */
    void begin(
            Channel channel, ListenerConfiguration listener, @Nullable SslHandler ssl, @Nullable String certifiedUser);
}
