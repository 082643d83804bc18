package dev.sluice.server.config;

/** How sockets are served. */
public enum TransportKind {
    /** {@link #EPOLL} where it works, {@link #NIO} elsewhere. */
    AUTO("auto"),
    /** Linux's epoll, through Netty's native library. */
    EPOLL("epoll"),
    /** Linux's io_uring, through Netty's native library. */
    IO_URING("io_uring"),
    /** The JDK's selectors. */
    NIO("nio");

    private final String text;

    TransportKind(String text) {
        this.text = text;
    }

    /** As the configuration writes it. */
    public String text() {
        return text;
    }

    static TransportKind of(String text) {
        for (TransportKind kind : values()) {
            if (kind.text.equals(text)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("transport: " + text);
    }
}
