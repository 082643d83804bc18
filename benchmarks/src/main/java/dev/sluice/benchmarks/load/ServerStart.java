package dev.sluice.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How long does a fresh server take until the first GET is answered, and what does it hold then?
 *
 * <p>Starts {@code bin/sluice} of an unpacked distribution again and again, a new process each time, and knocks at its port
 * each millisecond. Clocks start right before the process does, so that the shell's part is in all figures. Who connects
 * does what the Java SDK does on a connection with a bucket, by a {@link SessionClient}, or is the Java SDK itself with a new
 * cluster: {@link SdkClient}. Either has done so before in this process, against a server that is not counted: what it
 * takes is the server's share and that of a client who is warm.
 *
 * <p>Processor time is the kernel's account of the process and of those it has waited for, in steps of 10 ms. It tells
 * what the wall clock does not on a machine with neighbours.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.ServerStart <distribution> <port> <starts> [raw|sdk]}</pre>
 *
 * <p>Results: see {@code docs/performance.md}, "The start of a server".
 */
public final class ServerStart {

    private static final long KNOCK_NANOS = 1_000_000;
    private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final double TICKS_PER_SECOND = 100;

    /** What a client does until a GET is answered. */
    interface Client {
        void firstGet(InetSocketAddress address) throws IOException;
    }

    /**
     * One start; times in milliseconds since right before the process began.
     *
     * @param openMs a connection is taken
     * @param getMs a GET is answered to who connected then
     * @param readyMs the ready line has been read
     * @param againMs what the same client took for the same afterwards, on a further connection
     * @param cpuMs of the process up to the answer
     * @param residentKib then
     * @param heapBytes after a full collection
     */
    private record Start(
            double openMs,
            double getMs,
            double readyMs,
            double againMs,
            double cpuMs,
            long residentKib,
            long heapBytes) {}

    private final Path distribution;
    private final InetSocketAddress address;
    private final Path configuration;

    private ServerStart(Path distribution, int port) throws IOException {
        this.distribution = distribution;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        configuration = Files.createTempFile("sluice-start", ".json");
        Files.writeString(
                configuration,
                "{\"listeners\": [{\"address\": \"127.0.0.1:" + port + "\"}], \"mgmt\": {\"address\": \"127.0.0.1:"
                        + (port + 1) + "\"}, \"buckets\": {\"default\": {\"engine\": \"memory\"}}}");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ServerStart starts = new ServerStart(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        int count = Integer.parseInt(arguments[2]);
        Client client = arguments.length > 3 && arguments[3].equals("sdk") ? new SdkClient() : new SessionClient();
        List<Start> measured = new ArrayList<>();
        try {
            for (int i = 0; i <= count; i++) {
                Start start = starts.measure(client, i == 0);
                if (i > 0) {
                    measured.add(start);
                }
            }
        } finally {
            Files.delete(starts.configuration);
        }
        print("port open, ms", measured, Start::openMs);
        print("first GET answered, ms", measured, Start::getMs);
        print("of it the client's, as on a warm server, ms", measured, Start::againMs);
        print("ready line, ms", measured, Start::readyMs);
        print("CPU to the first GET, ms", measured, Start::cpuMs);
        print("resident, MiB", measured, start -> start.residentKib() / 1024.0);
        print("heap after a collection, MiB", measured, start -> start.heapBytes() / 1048576.0);
    }

    private static void print(String what, List<Start> starts, ToDoubleFunction<Start> value) {
        double[] sorted = starts.stream().mapToDouble(value).sorted().toArray();
        System.out.println(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f..%.1f |",
                what,
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]));
    }

    /** One start; the first one also makes the client warm. */
    private Start measure(Client client, boolean warmUp) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        distribution.resolve("bin/sluice").toString(), "--config", configuration.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        long begin = System.nanoTime();
        Process server = builder.start();
        try (BufferedReader output = server.inputReader(StandardCharsets.UTF_8)) {
            ReadyLine line = new ReadyLine(output);
            line.start();
            awaitPort(server, begin);
            long open = System.nanoTime();
            client.firstGet(address);
            long answered = System.nanoTime();
            double cpuMs = cpuMs(server.pid());
            long residentKib = residentKib(server.pid());
            line.join();
            for (int i = 0; warmUp && i < 40; i++) {
                client.firstGet(address);
            }
            double againMs = Double.MAX_VALUE;
            for (int i = 0; i < 20; i++) {
                long again = System.nanoTime();
                client.firstGet(address);
                againMs = Math.min(againMs, milliseconds(System.nanoTime() - again));
            }
            return new Start(
                    milliseconds(open - begin),
                    milliseconds(answered - begin),
                    milliseconds(line.readNanos - begin),
                    againMs,
                    cpuMs,
                    residentKib,
                    heapBytes(server.pid()));
        } finally {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        }
    }

    private static long heapBytes(long pid) throws IOException {
        try (ServerProbe probe = new ServerProbe(pid)) {
            return probe.memory().heapBytes();
        }
    }

    private void awaitPort(Process server, long begin) throws IOException {
        while (true) {
            try (SocketChannel knock = SocketChannel.open()) {
                knock.connect(address);
                return;
            } catch (IOException e) {
                if (!server.isAlive()) {
                    throw new IOException("the server has ended with " + server.exitValue(), e);
                }
                if (System.nanoTime() - begin > START_NANOS_MAX) {
                    throw new IOException("no server at " + address + " after 60 s", e);
                }
                LockSupport.parkNanos(KNOCK_NANOS);
            }
        }
    }

    private static double milliseconds(long nanos) {
        return nanos / 1e6;
    }

    /** Fields 14 to 17 of proc(5)'s {@code stat}: user and system time, its own and that of children it has waited for. */
    private static double cpuMs(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int field = 14; field <= 17; field++) {
            ticks += Long.parseLong(behindName[field - 3]);
        }
        return ticks * 1000 / TICKS_PER_SECOND;
    }

    private static long residentKib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS of process " + pid);
    }

    /** Reads standard output, and when its first line came. */
    private static final class ReadyLine extends Thread {

        private final BufferedReader output;
        private @Nullable IOException failure;
        private long readNanos;

        ReadyLine(BufferedReader output) {
            super("ready-line");
            this.output = output;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                if (output.readLine() == null) {
                    failure = new IOException("the server has said nothing");
                }
            } catch (IOException e) {
                failure = e;
            }
            readNanos = System.nanoTime();
            if (failure != null) {
                System.err.println(failure);
            }
        }
    }
}
