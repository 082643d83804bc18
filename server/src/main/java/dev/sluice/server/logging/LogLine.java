package dev.sluice.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * An event as a line, with a stack trace behind it where there is one. It is what Logback makes of
 * {@value #PATTERN}, without Logback's table of all that a pattern may have, which is dear to set up.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {

    /** The same for configuration files; a test holds the two against each other. */
    static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level [%thread] %logger{0}: %msg%kvp%n";

    private static final int LEVEL_WIDTH = 5;

    /** Loaded with the first line that is written: a healthy server writes none before it stops. */
    private static final class Time {

        static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
                .withZone(ZoneOffset.UTC);

        private Time() {}
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        Time.FORMAT.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())));
        String logger = event.getLoggerName();
        line.append(" [")
                .append(event.getThreadName())
                .append("] ")
                .append(logger, logger.lastIndexOf('.') + 1, logger.length());
        line.append(": ").append(event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            String separator = "";
            for (KeyValuePair pair : pairs) {
                line.append(separator)
                        .append(pair.key)
                        .append("=\"")
                        .append(pair.value)
                        .append('"');
                separator = " ";
            }
        }
        line.append(System.lineSeparator());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append(ThrowableProxyUtil.asString(thrown));
        }
        return line.toString();
    }
}
