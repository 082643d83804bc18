package dev.sluice.benchmarks.load;

import com.google.errorprone.annotations.FormatMethod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What do clients cost that ask for everything and then stop reading?
 *
 * <p>Stores documents, has each client scan all of them and read nothing for a while, and then lets them read on and checks
 * that each gets every key exactly once. Another client reads single documents all along. With the server's process id,
 * which must then be on this machine, its memory and threads are looked at before, while nobody reads, and at the end.
 *
 * <p>Allowed for each client are one spool, one document and the outbound high watermark, beside the snapshot that they
 * share and that the quota pays for. Exits with 1 if a scan is not right or memory grows by more.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.SlowScanClients <host> <port> <documents> <valueBytes> <clients>
 *     <pauseSeconds> [<server pid>]}</pre>
 *
 * <p>Results: see {@code docs/performance.md}, "Clients that stop reading".
 */
public final class SlowScanClients {

    private static final long SPOOL_BYTES = 8 << 10;
    private static final long OUTBOUND_HIGH_BYTES = 1 << 20;
    private static final long METADATA_BYTES = 64;

    private static final long READ_ON_SECONDS_MAX = 600;

    private final InetSocketAddress address;
    private final Documents documents;
    private final int pauseSeconds;
    private final @Nullable ServerProbe probe;
    private final List<ScanClient> clients = new ArrayList<>();
    private ServerProbe.@Nullable Memory before;

    private SlowScanClients(
            InetSocketAddress address, Documents documents, int pauseSeconds, @Nullable ServerProbe probe) {
        this.address = address;
        this.documents = documents;
        this.pauseSeconds = pauseSeconds;
        this.probe = probe;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        Documents documents = new Documents(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        int clientCount = Integer.parseInt(arguments[4]);
        int pauseSeconds = Integer.parseInt(arguments[5]);
        boolean good;
        try (ServerProbe probe = arguments.length > 6 ? new ServerProbe(Long.parseLong(arguments[6])) : null) {
            good = new SlowScanClients(address, documents, pauseSeconds, probe).run(clientCount);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(int clientCount) throws IOException, InterruptedException {
        long start = System.nanoTime();
        documents.load(address);
        say(
                "loaded %,d documents of %,d bytes in %.1f s",
                documents.count(), documents.valueBytes(), secondsSince(start));
        boolean good;
        try (SteadyReader reader = new SteadyReader(address, documents)) {
            TimeUnit.SECONDS.sleep(Math.min(5, pauseSeconds)); // To warm up.
            reader.report();
            TimeUnit.SECONDS.sleep(Math.min(5, pauseSeconds));
            say("alone:      %s", reader.report());
            look("settling"); // The first look loads what it looks with.
            before = look("before");

            start = System.nanoTime();
            for (int i = 0; i < clientCount; i++) {
                ScanClient client = new ScanClient(address, documents);
                clients.add(client);
                client.begin();
            }
            say("%d clients have asked for everything after %.2f s", clientCount, secondsSince(start));
            reader.report();
            TimeUnit.SECONDS.sleep(pauseSeconds);
            say("nobody reads: %s", reader.report());
            good = withinBounds(look("nobody reads"), clientCount);
            reader.report(); // What the full collections have cost is none of the scans'.

            start = System.nanoTime();
            readOn();
            double seconds = secondsSince(start);
            double bytes = (double) clientCount * documents.count() * (documents.valueBytes() + 49);
            say("all read on: %s", reader.report());
            say(
                    "each of %d clients has every key once, %.1f s, %.0f MB/s",
                    clientCount, seconds, bytes / seconds / 1e6);
        }
        for (ScanClient client : clients) {
            client.close();
        }
        TimeUnit.SECONDS.sleep(2);
        look("after");
        return good;
    }

    private void readOn() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READ_ON_SECONDS_MAX);
        try (Selector selector = Selector.open()) {
            for (ScanClient client : clients) {
                client.channel().register(selector, SelectionKey.OP_READ, client);
            }
            int open = clients.size();
            while (open > 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(open + " scans are not complete after " + READ_ON_SECONDS_MAX + " s");
                }
                selector.select(1_000);
                for (SelectionKey key : selector.selectedKeys()) {
                    ScanClient client = (ScanClient) key.attachment();
                    client.readable();
                    if (client.complete()) {
                        key.cancel();
                        open--;
                    }
                }
                selector.selectedKeys().clear();
            }
        }
    }

    private ServerProbe.@Nullable Memory look(String when) throws IOException {
        if (probe == null) {
            return null;
        }
        ServerProbe.Memory memory = probe.memory();
        say("%-12s %s", when + ":", memory);
        return memory;
    }

    private boolean withinBounds(ServerProbe.@Nullable Memory now, int clientCount) throws IOException {
        ServerProbe.Memory first = before;
        if (now == null || first == null) {
            return true;
        }
        // Where the JVM tracks it, "other" has direct buffers in it, and those that are not ByteBuffers too.
        boolean tracked = now.otherBytes() >= 0;
        long direct = tracked ? now.otherBytes() - first.otherBytes() : now.directBytes() - first.directBytes();
        long heap = now.heapBytes() - first.heapBytes();
        long each = SPOOL_BYTES + documents.valueBytes() + METADATA_BYTES + OUTBOUND_HIGH_BYTES;
        long shared = Wire.statistic(address, "memory", "ep_snapshot_memory");
        // What happens to shrink pays for nothing.
        boolean good = Math.max(0, heap) + Math.max(0, direct) <= clientCount * each + shared;
        say(
                "growth:      heap %,d + direct %,d = %,d bytes; allowed %d x %,d + snapshot %,d; threads %+d: %s",
                heap,
                direct,
                heap + direct,
                clientCount,
                each,
                shared,
                now.threads() - first.threads(),
                good ? "good" : "TOO MUCH");
        return good;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    @FormatMethod
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
