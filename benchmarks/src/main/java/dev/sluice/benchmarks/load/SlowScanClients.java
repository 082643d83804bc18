package dev.sluice.benchmarks.load;

import com.google.errorprone.annotations.FormatMethod;
import dev.sluice.core.limits.Limits;
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
 * <p><b>Allowed for each client</b> are one spool and one document, which at the end lie in the outbound buffer, on top of
 * its high watermark; the outbound buffer comes in chunks, of which the last need not be full; each chunk stands in Netty's
 * queue with some objects; and there are the objects of the connection and of the scan. Netty's watermark counts 96 bytes for
 * each chunk in its queue, so that there are never more chunks than go into it. <b>Once</b> there are the snapshot that all
 * scans share and the quota pays for, and what the allocator of the one loop keeps for later. Exits with 1 if
 * a scan is not right or memory grows by more.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.SlowScanClients <host> <port> <documents> <valueBytes> <clients>
 *     <pauseSeconds> [<server pid> [<readers> [<scans to warm up>]]]}</pre>
 *
 * <p>Without scans to warm up, those that are measured are the first that the server has seen: it compiles its code while
 * it fills the sockets of all clients.
 *
 * <p>Results: see {@code docs/performance.md}, "Clients that stop reading".
 */
public final class SlowScanClients {

    private static final Limits LIMITS = Limits.defaults();
    private static final long METADATA_BYTES = 64;
    private static final long CHUNK_BYTES = 16 << 10;

    /**
     * For each chunk: its entry in Netty's queue (64), the buffer (72), its reference count (16), the handles by which the
     * two are used again (24 each). As the class histograms of a server with 200 such clients and of one without say.
     */
    private static final long QUEUE_ENTRY_BYTES = 64 + 72 + 16 + 2 * 24;

    /**
     * Connection, cookie, channel with pipeline, addresses and configuration, scan, and the allocator's own objects for a
     * mebibyte. From the same histograms, 5 to 6.4 KB, rounded up.
     */
    private static final long CONNECTION_BYTES = 8 << 10;

    /**
     * Netty's adaptive allocator takes room for 32 buffers of one size from the system at a time; of such pieces with room
     * left, each loop keeps some for later.
     */
    private static final long ALLOCATOR_PIECE_BYTES = 32 * CHUNK_BYTES;

    /** How much at the most: {@code io.netty.allocator.threadLocalChunkCacheMaxBytes}. */
    private static final long ALLOCATOR_KEEPS_BYTES_MAX = 8 << 20;

    private static final long READ_ON_SECONDS_MAX = 600;

    private final InetSocketAddress address;
    private final Documents documents;
    private final int pauseSeconds;
    private final int readers;
    private final @Nullable ServerProbe probe;
    private final List<ScanClient> clients = new ArrayList<>();
    private ServerProbe.@Nullable Memory before;

    private SlowScanClients(
            InetSocketAddress address,
            Documents documents,
            int pauseSeconds,
            int readers,
            @Nullable ServerProbe probe) {
        this.address = address;
        this.documents = documents;
        this.pauseSeconds = pauseSeconds;
        this.readers = readers;
        this.probe = probe;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        Documents documents = new Documents(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        int clientCount = Integer.parseInt(arguments[4]);
        int pauseSeconds = Integer.parseInt(arguments[5]);
        int readers = arguments.length > 7 ? Integer.parseInt(arguments[7]) : 1;
        int warmUpScans = arguments.length > 8 ? Integer.parseInt(arguments[8]) : 0;
        boolean good;
        try (ServerProbe probe = arguments.length > 6 ? new ServerProbe(Long.parseLong(arguments[6])) : null) {
            SlowScanClients run = new SlowScanClients(address, documents, pauseSeconds, readers, probe);
            good = run.run(clientCount, warmUpScans);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(int clientCount, int warmUpScans) throws IOException, InterruptedException {
        long start = System.nanoTime();
        documents.load(address);
        say(
                "loaded %,d documents of %,d bytes in %.1f s",
                documents.count(), documents.valueBytes(), secondsSince(start));
        for (int i = 0; i < warmUpScans; i++) {
            begin(1);
            readOn();
            clients.remove(0).close();
        }
        boolean good;
        try (SteadyReader reader = new SteadyReader(address, documents, readers)) {
            TimeUnit.SECONDS.sleep(Math.min(5, pauseSeconds)); // To warm up.
            reader.report();
            TimeUnit.SECONDS.sleep(Math.min(5, pauseSeconds));
            say("alone:      %s", reader.report());
            look("settling"); // The first look loads what it looks with.
            before = look("before");
            recover(reader);

            start = System.nanoTime();
            begin(clientCount);
            say("%d clients have asked for everything after %.2f s", clientCount, secondsSince(start));
            TimeUnit.SECONDS.sleep(pauseSeconds);
            say("nobody reads: %s", reader.report());
            good = withinBounds(look("nobody reads"), clientCount);
            recover(reader);

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

    /** What the full collections of a look have cost is none of the scans'. */
    private static void recover(SteadyReader reader) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        reader.report();
    }

    private void begin(int clientCount) throws IOException {
        for (int i = 0; i < clientCount; i++) {
            ScanClient client = new ScanClient(address, documents);
            clients.add(client);
            client.begin();
        }
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
        long buffered = LIMITS.spoolBytes()
                + documents.valueBytes()
                + METADATA_BYTES
                + LIMITS.outboundHighBytes()
                + CHUNK_BYTES;
        long each = buffered + buffered / CHUNK_BYTES * QUEUE_ENTRY_BYTES + CONNECTION_BYTES;
        long shared = Wire.statistic(address, "memory", "ep_snapshot_memory")
                + Math.min(ALLOCATOR_KEEPS_BYTES_MAX, clientCount * ALLOCATOR_PIECE_BYTES);
        // What happens to shrink pays for nothing.
        boolean good = Math.max(0, heap) + Math.max(0, direct) <= clientCount * each + shared;
        say(
                "growth:      heap %,d + direct %,d = %,d bytes; allowed %d x %,d + %,d; threads %+d: %s",
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
