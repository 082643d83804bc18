package dev.sluice.core.engine;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * The classes of one plugin. Its parent is the platform loader, so that a plugin sees the JDK and its own jars; the one
 * thing that it shares with the server is the SPI, which both sides must mean the same classes by. Whatever the server is
 * built with (Netty, Jackson, a logger) is invisible, and a plugin may bring its own version of it.
 */
final class PluginClassLoader extends URLClassLoader {

    /** The packages that are the server's even where the plugin's jar holds a copy of them. */
    private static final String SHARED = "dev.sluice.engine.";

    private final ClassLoader server;

    static {
        registerAsParallelCapable();
    }

    PluginClassLoader(String name, URL[] jars, ClassLoader server) {
        super(name, jars, ClassLoader.getPlatformClassLoader());
        this.server = server;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith(SHARED) ? server.loadClass(name) : super.loadClass(name, resolve);
    }
}
