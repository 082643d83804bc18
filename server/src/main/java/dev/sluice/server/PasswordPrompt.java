package dev.sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks for a password: without echo at a terminal, a new one twice, otherwise as one line of standard input. */
final class PasswordPrompt {

    /** Given where to ask, whom to ask. */
    private final Function<PrintStream, @Nullable Terminal> terminal;

    private final InputStream in;

    /** For the process, whose terminal nobody looks for before a password is asked for. */
    static PasswordPrompt ofProcess() {
        return new PasswordPrompt(PasswordPrompt::processTerminal, System.in);
    }

    /**
     * A prompt that asks nobody twice.
     *
     * @param in where one line is the password
     */
    static PasswordPrompt of(InputStream in) {
        return new PasswordPrompt(err -> null, in);
    }

    /** A prompt for somebody at a terminal. */
    static PasswordPrompt of(Terminal terminal) {
        return new PasswordPrompt(err -> terminal, InputStream.nullInputStream());
    }

    private PasswordPrompt(Function<PrintStream, @Nullable Terminal> terminal, InputStream in) {
        this.terminal = terminal;
        this.in = in;
    }

    @SuppressWarnings("SystemConsoleNull") // Both are asked: whether there is one, and whether it is a terminal.
    private static @Nullable Terminal processTerminal(PrintStream err) {
        Console console = System.console();
        return console != null && isTerminal(console)
                ? prompt -> console.readPassword("%s", prompt)
                : SttyTerminal.ofProcess(err);
    }

    /** From Java 22 on there may be a console without a terminal, and a method that tells. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    /** A new password in UTF-8; null where there is none, and {@code err} says why. */
    byte @Nullable [] ask(String user, PrintStream err) throws IOException {
        return ask(user, true, err);
    }

    /** As {@link #ask}, for a password that there is: who has mistyped it will hear of it, so once is enough. */
    byte @Nullable [] askOnce(String user, PrintStream err) throws IOException {
        return ask(user, false, err);
    }

    private byte @Nullable [] ask(String user, boolean isNew, PrintStream err) throws IOException {
        Terminal asked = terminal.apply(err);
        byte[] password = asked == null ? line() : atTerminal(asked, user, isNew, err);
        if (password != null && password.length == 0) {
            err.println("sluice: empty password (expected: a password" + (asked == null ? " on standard input)" : ")"));
            return null;
        }
        return password;
    }

    private static byte @Nullable [] atTerminal(Terminal terminal, String user, boolean isNew, PrintStream err)
            throws IOException {
        char[] first = terminal.password("Password of " + user + ": ");
        char[] second = isNew ? terminal.password("Once more: ") : first;
        if (first == null || second == null) {
            err.println("sluice: no password (expected: one, at the terminal)");
            return null;
        }
        if (!Arrays.equals(first, second)) {
            err.println("sluice: the two passwords are not the same (expected: one, twice)");
            return null;
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(first));
        byte[] password = new byte[encoded.remaining()];
        encoded.get(password);
        Arrays.fill(first, ' ');
        Arrays.fill(second, ' ');
        return password;
    }

    /** Bytes are taken as they are: whoever pipes a password decides how it is encoded, which clients do in UTF-8. */
    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        byte[] bytes = line.toByteArray();
        boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }
}
