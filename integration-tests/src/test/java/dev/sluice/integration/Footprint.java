package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server holds at a moment.
 *
 * @param threads all of its process
 * @param files descriptors, sockets among them; 0 where the system does not show them
 * @param heapBytes all objects that are reachable, by a full collection that counts them
 * @param connections by the server's own account
 * @param logins under way or waiting, likewise
 */
record Footprint(int threads, int files, long heapBytes, int connections, int logins) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    /**
     * The footprint of now, which a look itself does not change but for the first time.
     *
     * @param observer who may see the statistics of the server
     */
    static Footprint of(ServerProcess server, RawClient observer) throws IOException, InterruptedException {
        long heap = heap(server.pid());
        Map<String, String> statistics = observer.statistics();
        return new Footprint(
                observer.statistics("threads").size(),
                files(server.pid()),
                heap,
                Integer.parseInt(statistics.get("curr_connections")),
                Integer.parseInt(statistics.get("auth_running")) + Integer.parseInt(statistics.get("auth_waiting")));
    }

    private static int files(long pid) throws IOException {
        Path descriptors = Path.of("/proc", Long.toString(pid), "fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(descriptors)) {
            return (int) files.count();
        }
    }

    private static long heap(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(histogram).isZero();
        Matcher total = TOTAL.matcher(histogram);
        assertThat(total.find()).as(histogram).isTrue();
        return Long.parseLong(total.group(1));
    }

    @Override
    public String toString() {
        return "threads=" + threads + " files=" + files + " heap=" + heapBytes / 1024 + "KiB connections=" + connections
                + " logins=" + logins;
    }
}
