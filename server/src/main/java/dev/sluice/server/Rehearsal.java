package dev.sluice.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server that starts as servers do, is its own client for a moment, and ends: the Java that runs it writes down which
 * classes that takes. See {@link dev.sluice.server.archive.ClassArchive}.
 *
 * <p>It listens on any free port of the loopback interface, to nobody's knowledge, and has its files in a directory for
 * temporary ones.
 */
public final class Rehearsal {

    private static final int TIMEOUT_MS = 20_000;
    private static final int HEADER_BYTES = 24;

    private static final int GET = 0x00;
    private static final int SET = 0x01;
    private static final int DELETE = 0x04;
    private static final int HELLO = 0x1f;
    private static final int SASL_LIST_MECHS = 0x20;
    private static final int SASL_AUTH = 0x21;
    private static final int SASL_STEP = 0x22;
    private static final int SELECT_BUCKET = 0x89;
    private static final int GET_CLUSTER_CONFIG = 0xb5;
    private static final int GET_ERROR_MAP = 0xfe;

    private static final byte[] NOTHING = new byte[0];

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Main.prepare();
        Path directory = Files.createTempDirectory("sluice-rehearsal");
        int exitCode;
        try {
            exitCode = rehearse(directory);
        } finally {
            delete(directory);
        }
        // By way of the hook that stops the server.
        System.exit(exitCode);
    }

    private static int rehearse(Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("sluice.json"), """
                {
                  "listeners": [{"address": "127.0.0.1:0"}],
                  "mgmt": {"address": "127.0.0.1:0"},
                  "buckets": {"default": {"engine": "memory", "quota": "16MiB", "vbuckets": 128, "flush": true}}
                }
                """, StandardCharsets.UTF_8);
        PrintStream nobody = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Launcher launcher = new Launcher(nobody, Main.errors(), directory, Signals::obey);
        int exitCode = launcher.run("--config", file.toString());
        SluiceServer server = launcher.server();
        if (server == null) {
            return exitCode == 0 ? Launcher.EXIT_FAILED : exitCode;
        }
        converse(server.ports().get(0));
        askForPages(server.managementAddresses().get(0).getPort());
        return 0;
    }

    /** What an SDK says until its first documents are there and back. */
    private static void converse(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] mechanism = bytes("SCRAM-SHA512");
            // Whatever the answers are, they take the classes that answers take; a proof of no password does as well.
            List<byte[]> requests = List.of(
                    frame(HELLO, NOTHING, bytes("{\"a\":\"rehearsal\",\"i\":\"0/0\"}"), features()),
                    frame(GET_ERROR_MAP, NOTHING, NOTHING, new byte[] {0, 2}),
                    frame(SASL_LIST_MECHS, NOTHING, NOTHING, NOTHING),
                    frame(SASL_AUTH, NOTHING, mechanism, bytes("n,,n=rehearsal,r=rehearsal")),
                    frame(SASL_STEP, NOTHING, mechanism, bytes("c=biws,r=rehearsal,p=rehearsal")),
                    frame(SASL_AUTH, NOTHING, bytes("PLAIN"), bytes("\0rehearsal\0rehearsal")),
                    frame(SELECT_BUCKET, NOTHING, bytes("default"), NOTHING),
                    frame(GET_CLUSTER_CONFIG, NOTHING, NOTHING, NOTHING),
                    frame(GET, NOTHING, bytes("\0document"), NOTHING),
                    frame(SET, new byte[8], bytes("\0document"), bytes("{\"written\": true}")),
                    frame(GET, NOTHING, bytes("\0document"), NOTHING),
                    frame(DELETE, NOTHING, bytes("\0document"), NOTHING));
            for (byte[] request : requests) {
                out.write(request);
                out.flush();
                byte[] header = new byte[HEADER_BYTES];
                in.readFully(header);
                in.skipNBytes(ByteBuffer.wrap(header).getInt(8));
            }
        }
    }

    private static void askForPages(int port) throws IOException {
        for (String page : List.of("/", "/pools/default/b/default", "/pools/default/buckets")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(TIMEOUT_MS);
                String request = "GET " + page + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Authorization: Basic cmVoZWFyc2FsOnJlaGVhcnNhbA==\r\n\r\n";
                socket.getOutputStream().write(bytes(request));
                byte[] answer = socket.getInputStream().readAllBytes();
                if (answer.length == 0) {
                    throw new IOException("no answer to GET " + page);
                }
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** All that there may be: the server grants what it knows. */
    private static byte[] features() {
        ByteBuffer numbers = ByteBuffer.allocate(2 * 0x21);
        for (int feature = 1; feature <= 0x21; feature++) {
            numbers.putShort((short) feature);
        }
        return numbers.array();
    }

    private static byte[] frame(int opcode, byte[] extras, byte[] key, byte[] value) {
        return ByteBuffer.allocate(HEADER_BYTES + extras.length + key.length + value.length)
                .put((byte) 0x80)
                .put((byte) opcode)
                .putShort((short) key.length)
                .put((byte) extras.length)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(extras.length + key.length + value.length)
                .putInt(0)
                .putLong(0)
                .put(extras)
                .put(key)
                .put(value)
                .array();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
