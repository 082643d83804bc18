package dev.sluice.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

/** Lines without a configuration file are those that the example of one would give. */
class LogLineTest {

    private final LoggerContext context = new LoggerContext();
    private final PatternLayout reference = new PatternLayout();
    private final LogLine line = new LogLine();

    private LoggingEvent event(String logger, Level level, String message) {
        reference.setContext(context);
        reference.setPattern(LogLine.PATTERN);
        reference.start();
        LoggingEvent event = new LoggingEvent();
        event.setLoggerContext(context);
        event.setLoggerName(logger);
        event.setLevel(level);
        event.setThreadName("sluice-loop-1");
        event.setMessage(message);
        event.setTimeStamp(1_761_000_000_007L);
        return event;
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev.sluice.server.Signals", "Signals", "a.B$C"})
    void line_isThatOfThePattern(String logger) {
        for (Level level : List.of(Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE)) {
            LoggingEvent event = event(logger, level, "port taken: wanted={} used={}");
            event.setArgumentArray(new Object[] {8091, "none"});

            assertThat(line.doLayout(event))
                    .isEqualTo(reference.doLayout(event))
                    .contains("wanted=8091");
        }
    }

    @Test
    void lineOfAFailure_hasItsStackTraceAndItsCause() {
        LoggingEvent event = event("dev.sluice.server.Signals", Level.ERROR, "failed");
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(
                new IllegalStateException("outer", new IOException("inner"))));

        assertThat(line.doLayout(event)).isEqualTo(reference.doLayout(event)).contains("Caused by: ", "inner");
    }

    @Test
    void lineWithPairs_hasThemBehindTheMessage() {
        LoggingEvent event = event("dev.sluice.server.Signals", Level.INFO, "closed ");
        event.setKeyValuePairs(List.of(new KeyValuePair("bucket", "default"), new KeyValuePair("count", 3)));

        assertThat(line.doLayout(event)).isEqualTo(reference.doLayout(event)).contains("bucket=\"default\"");
    }

    @Test
    void exampleOfTheDistribution_hasThePattern() throws IOException {
        assertThat(Files.readString(Path.of("../distribution/src/main/conf/logback.example.xml")))
                .contains("<pattern>" + LogLine.PATTERN + "</pattern>");
    }
}
