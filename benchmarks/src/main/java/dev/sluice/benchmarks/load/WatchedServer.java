package dev.sluice.benchmarks.load;

import dev.sluice.server.Main;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.blockhound.BlockHound;

/**
 * The server with a detector for blocking calls on its event loops. Each place where one blocks is printed once; at the end
 * of the process how many there were.
 *
 * <p>Run with the classes of a distribution and of this module, and {@code -XX:+AllowRedefinitionToAddDeleteMethods}. Takes the
 * arguments of the server.
 */
public final class WatchedServer {

    private static final Set<String> PLACES = ConcurrentHashMap.newKeySet();

    private WatchedServer() {}

    /** See the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        BlockHound.builder()
                .loadIntegrations() // Netty's own
                .nonBlockingThreadPredicate(
                        others -> others.or(thread -> thread.getName().startsWith("sluice-loop")))
                // A line in the log may wait for the terminal; a healthy server writes none from a loop.
                .allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders")
                // A lock that is not free, or a bag that changes, is looked at some dozen times more; that is no
                // waiting.
                .allowBlockingCallsInside("dev.sluice.memory.table.VBucketCore", "tryEnter")
                .allowBlockingCallsInside("dev.sluice.memory.table.DocumentTable", "find")
                // Netty's io_uring waits for its own last wake-up when a loop ends.
                .allowBlockingCallsInside("io.netty.channel.uring.IoUringIoHandler", "destroy")
                .blockingMethodCallback(method -> {
                    StackTraceElement[] stack = new Throwable().getStackTrace();
                    StringBuilder place = new StringBuilder("blocking call on an event loop: ").append(method);
                    for (int i = 2; i < stack.length; i++) {
                        place.append("\n  at ").append(stack[i]);
                    }
                    if (PLACES.add(place.toString())) {
                        System.err.println(place);
                    }
                })
                .install();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> System.err.println("places where an event loop has blocked: " + PLACES.size())));
        Main.main(arguments);
    }
}
