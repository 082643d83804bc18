package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("InputStreamSlowMultibyteRead") // One byte after the other is how passwords are read.
class SttyTerminalTest {

    private static final String BEFORE = "500:5:bf:8a3b";

    private final List<String> commands = new ArrayList<>();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private String stty(String argument) {
        commands.add(argument);
        return argument.equals("-g") ? BEFORE : "";
    }

    private SttyTerminal terminal(InputStream in) {
        return new SttyTerminal(this::stty, in, new PrintStream(shown, true, UTF_8));
    }

    private SttyTerminal typed(String text) {
        return terminal(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void whatIsTyped_isNotShown_andTheTerminalIsAsBefore() throws Exception {
        InputStream typing = new ByteArrayInputStream("s3cret\nmore".getBytes(UTF_8)) {
            @Override
            public synchronized int read() {
                assertThat(commands).containsExactly("-g", "-echo");
                return super.read();
            }
        };
        assertThat(terminal(typing).password("Password: ")).isEqualTo("s3cret".toCharArray());
        assertThat(commands).containsExactly("-g", "-echo", BEFORE);
        assertThat(shown.toString(UTF_8)).isEqualTo("Password: " + System.lineSeparator());
    }

    @Test
    void longLines_areReadWhole_andTheEndOfInputIsNone() throws Exception {
        assertThat(typed("x".repeat(1000)).password("")).hasSize(1000);
        assertThat(typed("\n").password("")).isEmpty();
        assertThat(typed("").password("")).isNull();
    }

    @Test
    void inputThatFails_leavesTheTerminalAsBefore() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        };
        assertThatThrownBy(() -> terminal(broken).password("")).hasMessage("gone");
        assertThat(commands).endsWith(BEFORE);
    }

    @Test
    void passwordIsAskedForTwice_andTwoThatDifferAreAMistake() throws Exception {
        PrintStream err = new PrintStream(shown, true, UTF_8);
        assertThat(PasswordPrompt.of(typed("s3cret\ns3cret\n")).ask("app", err)).isEqualTo("s3cret".getBytes(UTF_8));
        assertThat(shown.toString(UTF_8)).contains("Password of app: ", "Once more: ");
        assertThat(PasswordPrompt.of(typed("s3cret\nS3cret\n")).ask("app", err)).isNull();
        assertThat(shown.toString(UTF_8)).contains("the two passwords are not the same");
    }
}
