package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The server as its users run it: {@code bin/sluice} of a distribution, as a child process, on the Java that runs the tests.
 *
 * <p>Nothing of it outlives its test. {@link #close()} kills what still runs, and so does the end of this JVM.
 */
final class ServerProcess implements AutoCloseable {

    /** The only line on standard output. */
    static final Pattern READY = Pattern.compile("Sluice (\\S+) ready: (\\S+(?:, \\S+)*), buckets: (.+)");

    private static final Pattern MANAGEMENT = Pattern.compile("management: (.+)$");

    private static final String JAVA_OPTIONS = "SLUICE_JAVA_OPTS";
    private static final String DEFAULT_JAVA_OPTIONS = "-Xmx256m -ea";

    private static final Duration START_MAX = Duration.ofSeconds(40);
    private static final Duration STOP_MAX = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private ServerProcess(Process process) {
        this.process = process;
        RUNNING.add(process);
        readers = List.of(
                collect(process.inputReader(StandardCharsets.UTF_8), output),
                collect(process.errorReader(StandardCharsets.UTF_8), errors));
    }

    /** Starts {@code bin/sluice} with these arguments and does not wait for anything. */
    static ServerProcess launch(Path home, String... arguments) throws IOException {
        return launchWith("", home, arguments);
    }

    /** As {@link #launch}, with something on standard input. */
    static ServerProcess launchWith(String input, Path home, String... arguments) throws IOException {
        return launchWith(Map.of(), input, home, arguments);
    }

    /** Starts a server of that configuration with a further option of Java's, and does not wait for anything. */
    static ServerProcess launchWithOption(String javaOption, Path configuration) throws IOException {
        Map<String, String> options = Map.of(JAVA_OPTIONS, DEFAULT_JAVA_OPTIONS + " " + javaOption);
        return launchWith(options, "", Distribution.HOME, "--config", configuration.toString());
    }

    /** As {@link #launch}, with more in the environment, and something on standard input. */
    static ServerProcess launchWith(Map<String, String> more, String input, Path home, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/sluice").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put(JAVA_OPTIONS, DEFAULT_JAVA_OPTIONS);
        // It makes Java say on standard error that it has seen it.
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.putAll(more);
        ServerProcess server = new ServerProcess(builder.start());
        try (OutputStream standardInput = server.process.getOutputStream()) {
            standardInput.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return server;
    }

    /** What {@code sluice user NAME} prints for that password: a member of {@code users}, with the role {@code data:*}. */
    static String userEntry(String name, String password) throws IOException, InterruptedException {
        try (ServerProcess process = launchWith(password + "\n", Distribution.HOME, "user", name)) {
            assertThat(process.awaitExit()).isZero();
            return process.output().get(0);
        }
    }

    /** Starts a server of that configuration; it serves when this returns. */
    static ServerProcess serve(Path home, Path configuration) throws IOException {
        return serveWith(Map.of(), home, configuration);
    }

    /** As {@link #serve(Path, Path)}, with more in the environment. */
    static ServerProcess serveWith(Map<String, String> more, Path home, Path configuration) throws IOException {
        ServerProcess server = launchWith(more, "", home, "--config", configuration.toString());
        try {
            server.awaitReady();
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    /** As {@link #serve(Path, Path)}, with the distribution as it was built. */
    static ServerProcess serve(Path configuration) throws IOException {
        return serve(Distribution.HOME, configuration);
    }

    /**
     * A configuration file in that directory, with its data there too, which listens on a free port; {@code members} are what
     * else it says.
     */
    static Path configuration(Path directory, String members) throws IOException {
        String listeners =
                "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"data\": \"" + directory.resolve("data") + "\"";
        String text = listeners + (members.isEmpty() ? "" : ", ") + members + "}";
        return Files.writeString(directory.resolve("sluice.json"), text);
    }

    private static Thread collect(BufferedReader from, List<String> to) {
        Thread thread = new Thread(
                () -> {
                    try (from) {
                        for (String line = from.readLine(); line != null; line = from.readLine()) {
                            to.add(line);
                        }
                    } catch (IOException | UncheckedIOException e) {
                        // A killed process takes its streams with it.
                        to.add("(" + e + ")");
                    }
                },
                "server-output");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Waits until it serves, or has ended; false where it has ended. */
    boolean awaitReadyOrEnd() {
        await("the server is ready")
                .atMost(START_MAX)
                .pollInterval(POLL)
                .until(() -> !output.isEmpty() || !process.isAlive());
        return !output.isEmpty();
    }

    /** Waits until it serves. */
    void awaitReady() {
        awaitReadyOrEnd();
        assertThat(output).as("standard output; standard error says %s", errors).isNotEmpty();
        assertThat(output.get(0)).matches(READY);
    }

    String readyLine() {
        return output.get(0);
    }

    /** Where it really listens, the only or the last of its listeners. */
    int port() {
        List<Integer> ports = ports();
        return ports.get(ports.size() - 1);
    }

    /** Where its listeners really listen, in the order of the configuration. */
    List<Integer> ports() {
        Matcher ready = READY.matcher(readyLine());
        assertThat(ready.matches()).isTrue();
        return Stream.of(ready.group(2).split(", "))
                .map(address -> Integer.valueOf(address.substring(address.lastIndexOf(':') + 1)))
                .toList();
    }

    /** Where its management interface really listens, the first of two. */
    int managementPort() {
        return managementPorts().get(0);
    }

    long pid() {
        return process.pid();
    }

    /** Where its management interface listens, in the order of the configuration. */
    List<Integer> managementPorts() {
        Matcher management = MANAGEMENT.matcher(readyLine());
        assertThat(management.find()).isTrue();
        return Stream.of(management.group(1).split(", "))
                .map(address -> Integer.valueOf(address.substring(address.lastIndexOf(':') + 1)))
                .toList();
    }

    /** A shell's {@code nohup} is inherited, and Java leaves a signal alone that is ignored when it starts. */
    static boolean hangUpIsIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 1) != 0);
    }

    /** Asks it to read again what can change while it runs. */
    void hangUp() throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    /** What it has said on standard output up to now; complete after its end. */
    List<String> output() {
        return output;
    }

    /** Likewise, standard error. */
    List<String> errors() {
        return errors;
    }

    /** Waits until a line on standard error ends like that. */
    void awaitError(String end) {
        await("a line ending in \"" + end + "\"")
                .atMost(STOP_MAX)
                .pollInterval(POLL)
                .until(() -> errors.stream().anyMatch(line -> line.endsWith(end)));
    }

    /** Asks for an orderly stop, as {@code kill} without options does, and returns at once. */
    void terminate() {
        // Not of the process itself, whose method closes our ends of its streams with the last lines in them.
        process.toHandle().destroy();
    }

    /** Stops it in an orderly way. */
    void stop() throws InterruptedException {
        terminate();
        assertThat(awaitExit()).as("exit code; standard error says %s", errors).isZero();
    }

    /** Gives it some time to end by itself; false where it has not. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** Waits until it has ended by itself, and for the rest of its output; the exit code. */
    int awaitExit() throws InterruptedException {
        return awaitExit(STOP_MAX);
    }

    /** As {@link #awaitExit()}, for what may take longer. */
    int awaitExit(Duration most) throws InterruptedException {
        boolean ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(ended).as("ended; standard error says %s", errors).isTrue();
        for (Thread reader : readers) {
            reader.join(STOP_MAX.toMillis());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS).join();
        RUNNING.remove(process);
    }
}
