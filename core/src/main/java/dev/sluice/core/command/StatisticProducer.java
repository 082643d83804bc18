package dev.sluice.core.command;

import dev.sluice.core.bucket.EngineFailedException;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.spool.Spool;
import dev.sluice.core.spool.SpoolBuffer;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Moves statistics from an iterator into a spool, as records of two lengths and two texts.
 *
 * <pre>
 *   u32 name length, u32 value length, name, value
 * </pre>
 */
final class StatisticProducer implements Spool.Producer {

    private static final int LENGTHS_BYTES = 8;

    private final StatCommand.StatisticSource source;
    private final String group;
    private final String argument;
    private @Nullable Iterator<Statistic> statistics;

    StatisticProducer(StatCommand.StatisticSource source, String group, String argument) {
        this.source = source;
        this.group = group;
        this.argument = argument;
    }

    @Override
    public Status produce(SpoolBuffer out) {
        boolean usable = source.begin();
        try {
            return usable ? take(out) : Status.CANCELLED;
        } finally {
            source.end();
        }
    }

    private Status take(SpoolBuffer out) {
        try {
            if (statistics == null) {
                statistics = source.statistics(group, argument);
                if (statistics == null) {
                    return Status.NO_SUCH_KEY;
                }
            }
            while (statistics.hasNext()) {
                Statistic statistic = statistics.next();
                if (statistic.name().isEmpty() && statistic.value().isEmpty()) {
                    continue; // On the wire, this would be the end of the group.
                }
                append(out, statistic.name(), statistic.value());
                if (out.full()) {
                    return Status.WOULD_BLOCK;
                }
            }
            return Status.SUCCESS;
        } catch (EngineFailedException e) {
            return Status.FAILED;
        } catch (UnknownNameException e) {
            return e.status();
        } catch (IllegalArgumentException e) {
            out.clear();
            append(out, "", String.valueOf(e.getMessage()));
            return Status.INVALID_ARGUMENTS;
        }
    }

    private static void append(SpoolBuffer out, String name, String value) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
        out.putInt(nameBytes.length)
                .putInt(valueBytes.length)
                .putBytes(nameBytes, 0, nameBytes.length)
                .putBytes(valueBytes, 0, valueBytes.length);
    }

    @Override
    public void abandoned() {
        statistics = null;
    }

    /** Sends what a spool holds. On the loop. */
    static void send(CommandCookie cookie, SpoolBuffer spool) {
        for (int position = 0; position < spool.size(); ) {
            int nameLength = spool.intAt(position);
            int valueLength = spool.intAt(position + 4);
            int name = position + LENGTHS_BYTES;
            cookie.reply().statistic(cookie, spool.array(), name, nameLength, name + nameLength, valueLength);
            position = name + nameLength + valueLength;
        }
    }

    /** Why a source has refused an argument: what a spool holds whose status is {@code INVALID_ARGUMENTS}. */
    static String refusal(SpoolBuffer spool) {
        int nameLength = spool.intAt(0);
        int valueLength = spool.intAt(4);
        return new String(spool.array(), LENGTHS_BYTES + nameLength, valueLength, StandardCharsets.UTF_8);
    }
}
