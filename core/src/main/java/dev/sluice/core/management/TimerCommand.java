package dev.sluice.core.management;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.command.HistogramJson;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * GET_CMD_TIMER: how long commands of one opcode took, as a histogram in JSON, see {@link HistogramJson}. Protocol: {@code
 * protocol-kv} 15.
 */
final class TimerCommand {

    /** In place of a bucket's name: the sum of all buckets. */
    private static final String ALL = "/all/";

    /** In place of a bucket's name: commands that worked on none. */
    private static final String NO_BUCKET = "@no bucket@";

    private TimerCommand() {}

    static CompletableFuture<?> begin(CommandCookie cookie) throws BucketException {
        NodeServices node = cookie.session().node();
        int opcode = (int) cookie.request().delta();
        List<CommandTimings> wanted = timings(cookie, node);
        return node.askLoops(loop -> {
                    CommandTimings.Sum sum = new CommandTimings.Sum();
                    wanted.forEach(timings -> timings.addTo(sum, loop, opcode));
                    return sum;
                })
                .thenApply(HistogramJson::of);
    }

    /** What is needed for the timings that are asked for; of all buckets those are summed that the user may use. */
    static Status allowed(CommandCookie cookie) {
        String name = cookie.request().keyText();
        if (name.equals(ALL)) {
            return Status.SUCCESS;
        }
        boolean ofNone =
                name.equals(NO_BUCKET) || (name.isEmpty() && cookie.session().bucket() == null);
        return Permission.require(cookie, "GET_CMD_TIMER", ofNone ? Privilege.STATS : Privilege.SIMPLE_STATS);
    }

    private static List<CommandTimings> timings(CommandCookie cookie, NodeServices node) throws BucketException {
        String name = cookie.request().keyText();
        Bucket selected = cookie.session().bucket();
        if (name.equals(ALL)) {
            List<CommandTimings> all = new ArrayList<>();
            for (Bucket bucket : node.buckets().ready()) {
                if (cookie.access().mayUse(bucket.name())) {
                    all.add(bucket.timings());
                }
            }
            return all;
        }
        if (name.equals(NO_BUCKET) || (name.isEmpty() && selected == null)) {
            return List.of(node.timings());
        }
        if (selected != null && (name.isEmpty() || name.equals(selected.name()))) {
            return List.of(selected.timings());
        }
        throw new BucketException(
                Reason.NOT_SUPPORTED,
                "timings of a bucket that is not selected (expected: none, " + ALL + " or the own)");
    }
}
