package dev.sluice.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A terminal at standard input alone. Java 17 to 21 has no console as soon as standard output goes elsewhere, as in {@code
 * sluice user app > entry.json}, and later ones have one that shows what is typed; so {@code stty} hides it. What the terminal
 * was set to is set again in the end, also where the process is ended in between.
 */
final class SttyTerminal implements Terminal {

    /** Runs {@code stty} on standard input; answers what it prints. */
    @FunctionalInterface
    interface Stty {
        String run(String argument) throws IOException;
    }

    private final Stty stty;
    private final InputStream in;
    private final PrintStream err;

    SttyTerminal(Stty stty, InputStream in, PrintStream err) {
        this.stty = stty;
        this.in = in;
        this.err = err;
    }

    /** That of the process; null where its standard input is none, or there is no {@code stty}. */
    static @Nullable Terminal ofProcess(PrintStream err) {
        try {
            run("-g"); // Fails where it is no terminal.
            return new SttyTerminal(SttyTerminal::run, System.in, err);
        } catch (IOException e) {
            return null;
        }
    }

    private static String run(String argument) throws IOException {
        Process process = new ProcessBuilder(List.of("stty", argument))
                .redirectInput(Redirect.INHERIT)
                .redirectError(Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("stty " + argument + ": exit code " + code + " (expected: 0)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }

    @Override
    public char @Nullable [] password(String prompt) throws IOException {
        String before = stty.run("-g");
        Thread restore = new Thread(() -> set(before), "sluice-terminal");
        Runtime.getRuntime().addShutdownHook(restore);
        stty.run("-echo");
        try {
            err.print(prompt);
            err.flush();
            return line();
        } finally {
            set(before);
            Runtime.getRuntime().removeShutdownHook(restore);
            err.println(); // The one that was typed was not shown.
        }
    }

    private void set(String state) {
        try {
            stty.run(state);
        } catch (IOException e) {
            err.println(
                    "sluice: the terminal shows nothing that is typed; \"stty echo\" mends that: " + e.getMessage());
        }
    }

    private char @Nullable [] line() throws IOException {
        byte[] bytes = new byte[64];
        int length = 0;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (length == bytes.length) {
                byte[] more = Arrays.copyOf(bytes, 2 * length);
                Arrays.fill(bytes, (byte) 0);
                bytes = more;
            }
            bytes[length++] = (byte) b;
        }
        CharBuffer decoded = terminalCharset().decode(ByteBuffer.wrap(bytes, 0, length));
        char[] line = new char[decoded.remaining()];
        decoded.get(line);
        Arrays.fill(bytes, (byte) 0);
        if (decoded.hasArray()) {
            Arrays.fill(decoded.array(), ' ');
        }
        return line;
    }

    /** What the terminal's bytes are; Java says it of standard input from 19 on, and of the whole process before. */
    private static Charset terminalCharset() {
        String name = System.getProperty("stdin.encoding", System.getProperty("native.encoding", "UTF-8"));
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }
}
