package dev.sluice.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once. SIGHUP, where the system
 * has it: the configuration is read again, with its users and buckets and with certificates and keys.
 *
 * <p>A shutdown hook alone cannot tell a second signal: the JDK lets it wait for the hooks. The JDK's class for signals is
 * exported and has been there always, but compilers warn of it whoever names it; hence by reflection. Where it is missing
 * the hook does all of the work and the second signal nothing.
 */
final class Signals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    /** What shells add to a signal's number. */
    private static final int EXIT_SIGNAL_BASE = 128;

    private static final int INT_NUMBER = 2;
    private static final int TERM_NUMBER = 15;

    private Signals() {}

    /**
     * Has a server reload when the process is asked to, and stop when it is asked to end. Once that is done the exit code is 0: the stop was asked for.
     */
    static void obey(SluiceServer server) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "sluice-stop"));
        AtomicBoolean asked = new AtomicBoolean();
        on("TERM", () -> signalled(asked, TERM_NUMBER));
        on("INT", () -> signalled(asked, INT_NUMBER));
        // On a thread of its own: it reads files.
        on("HUP", () -> new Thread(() -> reload(server), "sluice-reload").start());
    }

    private static void on(String name, Runnable action) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "sluice's signal handler";
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, handler);
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            // Without one for TERM, a second signal will not end the process at once. Windows has no HUP.
            LOG.debug("no handler for a signal: signal={}", name, e);
        }
    }

    private static void reload(SluiceServer server) {
        if (server.reload().isEmpty()) {
            LOG.info("reloaded");
        }
    }

    private static void signalled(AtomicBoolean asked, int number) {
        if (asked.compareAndSet(false, true)) {
            // On a thread of its own: exiting returns only when the hooks have, and the next signal needs this thread.
            new Thread(() -> System.exit(0), "sluice-signal").start();
        } else {
            Runtime.getRuntime().halt(EXIT_SIGNAL_BASE + number);
        }
    }

    private static void stop(SluiceServer server) {
        LOG.info("stopping");
        server.close();
        LOG.info("stopped");
        // Exits that the JDK began for a signal would otherwise have the signal's number.
        Runtime.getRuntime().halt(0);
    }
}
