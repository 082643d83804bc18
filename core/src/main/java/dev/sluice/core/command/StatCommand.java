package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.spool.Spool;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * STAT: the server's groups and the engine's, all by one way. A background thread takes statistics from a lazy iterator
 * into a spool, the loop sends them as the client reads, and so a group of a hundred thousand lines costs what one of ten
 * costs. Protocol: {@code protocol-kv} 14.
 */
enum StatCommand implements Command {
    INSTANCE;

    private static final String STAT = "STAT";

    @Override
    public Status execute(CommandCookie cookie) {
        Object progress = cookie.progress();
        if (progress == null) {
            return begin(cookie);
        }
        if (progress instanceof KeyStatistics statistics) {
            return statistics.proceed(cookie);
        }
        if (progress instanceof CompletableFuture<?> descriptions) {
            if (descriptions.isCompletedExceptionally()) {
                return Status.TEMPORARY_FAILURE;
            }
            @SuppressWarnings("unchecked") // Only asked() puts one here.
            List<Supplier<Statistic>> lines = (List<Supplier<Statistic>>) descriptions.join();
            StatisticSource source =
                    (group, argument) -> lines.stream().map(Supplier::get).iterator();
            return stream(cookie, cookie.session().node().pools().nonIo(), source, "", "");
        }
        Spool spool = (Spool) progress;
        if (!cookie.session().outbound().open()) {
            return cookie.session().awaitOutbound(cookie);
        }
        return spool.filled() ? send(cookie, spool) : spool.request(cookie);
    }

    private static Status begin(CommandCookie cookie) {
        String key = cookie.request().keyText();
        int space = key.indexOf(' ');
        String group = space < 0 ? key : key.substring(0, space);
        String argument = space < 0 ? "" : key.substring(space + 1);
        NodeServices node = cookie.session().node();
        StatGroup known = StatGroup.of(group);
        Status allowed = CollectionStatistics.isGroup(group)
                ? Permission.requireAnywhere(cookie, STAT, Privilege.SIMPLE_STATS)
                : allowed(cookie, known);
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        Bucket bucket = cookie.bucketOrNull();
        if (bucket == null && (known == null || known.ofBucket())) {
            return cookie.refuse(Refusal.NO_BUCKET);
        }
        if (KeyStatistics.isGroup(group)) {
            return KeyStatistics.begin(cookie, group, argument);
        }
        if (known == null) {
            return ofBucket(cookie, group, argument);
        }
        return switch (known) {
            case CONNECTIONS -> connections(cookie, argument);
            case CLIENT_CONNECTION_DETAILS -> asked(cookie, LoopStatistics.clientAddresses(node));
            case WORKER_THREAD_INFO -> {
                if (!argument.isEmpty() && !argument.equals("aggregate")) {
                    cookie.errorContext("worker_thread_info: argument is not known (expected: none, or aggregate)");
                    yield Status.INVALID_ARGUMENTS;
                }
                yield asked(cookie, LoopStatistics.loops(node, argument));
            }
            case STAT_TIMINGS -> asked(cookie, LoopStatistics.timings(node, cookie.bucket(), true));
            case TIMINGS -> asked(cookie, LoopStatistics.timings(node, cookie.bucket(), false));
            case RESET -> reset(cookie, argument);
            default ->
                known.ofBucket()
                        ? ofBucket(cookie, group, argument)
                        : stream(cookie, node.pools().nonIo(), new ServerStatistics(node), group, argument);
        };
    }

    private static Status ofBucket(CommandCookie cookie, String group, String argument) {
        Bucket bucket = cookie.bucket();
        StatisticSource source = new BucketStatistics(cookie.session().node(), bucket, cookie.access());
        return stream(cookie, bucket.nonIoPool(), source, group, argument);
    }

    /** Timings belong to the loops; all else that can be zeroed does not. */
    private static Status reset(CommandCookie cookie, String argument) {
        if (!argument.equals("timings")) {
            return ofBucket(cookie, StatGroup.RESET.text(), argument);
        }
        return asked(cookie, LoopStatistics.resetTimings(cookie.session().node(), cookie.bucket()));
    }

    /** What a group needs before anybody looks for it; connections are looked at one by one. Protocol: {@code auth} 6.4. */
    private static Status allowed(CommandCookie cookie, @Nullable StatGroup known) {
        boolean ofBucket = known == null || known.ofBucket();
        Status onServer = known != null && known.privileged()
                ? Permission.require(cookie, STAT, Privilege.STATS)
                : Status.SUCCESS;
        return onServer == Status.SUCCESS && ofBucket
                ? Permission.require(cookie, STAT, Privilege.SIMPLE_STATS)
                : onServer;
    }

    /** Asks every loop for its connections, and goes on when the last has answered. */
    private static Status connections(CommandCookie cookie, String argument) {
        LongPredicate which;
        if (argument.isEmpty()) {
            boolean others = cookie.access().has(Privilege.STATS);
            long own = cookie.connectionId();
            which = id -> others || id == own;
        } else {
            long wanted;
            try {
                wanted = argument.equals("self") ? cookie.connectionId() : Long.parseLong(argument);
            } catch (NumberFormatException e) {
                cookie.errorContext("connections: argument is not known (expected: none, self, or a number)");
                return Status.INVALID_ARGUMENTS;
            }
            Status allowed = wanted == cookie.connectionId()
                    ? Status.SUCCESS
                    : Permission.require(cookie, STAT, Privilege.STATS);
            if (allowed != Status.SUCCESS) {
                return allowed;
            }
            which = id -> id == wanted;
        }
        return asked(
                cookie,
                cookie.session()
                        .node()
                        .describeConnections(which)
                        .thenApply(found -> found.stream()
                                .<Supplier<Statistic>>map(json -> () -> new Statistic("", json.get()))
                                .toList()));
    }

    /** Waits for what loops have been asked, and streams it then. */
    private static Status asked(CommandCookie cookie, CompletableFuture<List<Supplier<Statistic>>> lines) {
        cookie.progress(lines);
        BlockedCookie blocked = cookie.block();
        CompletableFuture<Void> unused = lines.handle((list, failure) -> {
            blocked.notifyIoComplete(Status.SUCCESS);
            return null;
        });
        return Status.WOULD_BLOCK;
    }

    private static Status stream(
            CommandCookie cookie, TaskPool pool, StatisticSource source, String group, String argument) {
        Spool spool = new Spool(
                pool,
                new StatisticProducer(source, group, argument),
                cookie.session().node().limits().spoolBytes());
        cookie.progress(spool);
        return spool.request(cookie);
    }

    private static Status send(CommandCookie cookie, Spool spool) {
        Status status = spool.status();
        if (status != Status.WOULD_BLOCK && status != Status.SUCCESS) {
            if (status == Status.INVALID_ARGUMENTS) {
                cookie.errorContext(StatisticProducer.refusal(spool.buffer()));
            }
            return status;
        }
        StatisticProducer.send(cookie, spool.buffer());
        if (status == Status.SUCCESS) {
            cookie.reply().endOfStatistics(cookie);
            return Status.SUCCESS;
        }
        if (!cookie.session().outbound().open()) {
            spool.emptied();
            return cookie.session().awaitOutbound(cookie);
        }
        return spool.request(cookie);
    }

    /** Where statistics come from. On a background thread. */
    interface StatisticSource {

        /**
         * The statistics of a group.
         *
         * @return null where the group is not known
         * @throws IllegalArgumentException for a bad argument; the message goes to the client
         */
        @Nullable
        Iterator<Statistic> statistics(String group, String argument);

        /** Comes before each visit, with {@link #end} behind it; false where the source is no more. */
        default boolean begin() {
            return true;
        }

        default void end() {}
    }

    /** No statistics. */
    static Iterator<Statistic> none() {
        return Collections.emptyIterator();
    }
}
