package dev.sluice.core.management;

import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.BucketBody;
import dev.sluice.core.administration.BucketParameters;
import dev.sluice.core.administration.Configuration;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.bucket.IngressLimit;
import dev.sluice.core.command.BucketFree;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.engine.Problem;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands of this package, for codecs to choose from. Protocol: {@code protocol-kv} 9, 10 and 15; for the states of a
 * bucket and the races between them {@code engine-model} 7.
 */
public final class ManagementCommands {

    public static final Command CREATE_BUCKET = bucketFree(ManagementCommands::create);
    public static final Command DELETE_BUCKET = bucketFree(ManagementCommands::delete);
    public static final Command PAUSE_BUCKET = bucketFree(ManagementCommands::pause);
    public static final Command RESUME_BUCKET = bucketFree(ManagementCommands::resume);
    public static final Command VALIDATE_BUCKET = bucketFree(ManagementCommands::validateBucket);
    public static final Command SET_PARAMETER = cookie -> BackgroundWork.run(cookie, ManagementCommands::setParameter);
    public static final Command LIMIT_INGRESS = bucketFree(ManagementCommands::limitIngress);
    public static final Command VALIDATE_CONFIGURATION = bucketFree(ManagementCommands::validateConfiguration);
    public static final Command RELOAD_CONFIGURATION = bucketFree(ManagementCommands::reloadConfiguration);

    /** IOCTL_SET: what has no opcode of its own. */
    public static final Command CONTROL = bucketFree(ManagementCommands::control);

    public static final Command COMMAND_TIMINGS = timings();

    /** Known, checked, and never done; as the reference server. */
    public static final BucketFree CONTROL_TOKEN = cookie -> cookie.refuse(Refusal.NOT_SUPPORTED);

    private static final Logger LOG = LoggerFactory.getLogger(ManagementCommands.class);

    /** The control that makes a backup: an extension, see {@code docs/protocol.md}. */
    private static final String BACKUP = "backup";

    /** Where nobody has named a bucket yet but somebody asks whether its object is right. */
    private static final String ANY_NAME = "bucket";

    /** Which group of parameters SET_PARAM means, as a number in its extras. */
    private static final int OBSOLETE_GROUP = 2;

    /** A hundred buckets and thousands of users fit; reading takes many times as much memory. */
    private static final int CONFIGURATION_BYTES_MAX = 1 << 20;

    private static final List<Integer> GROUPS_WITH_BUCKET_KEYS = List.of(1, 6);

    private ManagementCommands() {}

    private static BucketFree bucketFree(BackgroundWork.Work work) {
        return cookie -> BackgroundWork.run(cookie, work);
    }

    private static BucketFree timings() {
        Command background = bucketFree(TimerCommand::begin);
        return cookie -> {
            Status allowed = cookie.progress() == null ? TimerCommand.allowed(cookie) : Status.SUCCESS;
            return allowed == Status.SUCCESS ? background.execute(cookie) : allowed;
        };
    }

    // ---- buckets ----------------------------------------------------------------------------------------------------

    private static BucketAdministration administration(CommandCookie cookie) throws BucketException {
        BucketAdministration administration = cookie.session().node().bucketAdministration();
        if (administration == null) {
            throw new BucketException(Reason.NOT_SUPPORTED, "the buckets of this server do not change while it runs");
        }
        return administration;
    }

    private static CompletableFuture<?> create(CommandCookie cookie) throws BucketException {
        Request request = cookie.request();
        BucketBody body = BucketBody.of(request.copyOfValue());
        return administration(cookie).create(request.keyText(), body);
    }

    private static CompletableFuture<?> delete(CommandCookie cookie) throws BucketException {
        BucketAdministration administration = administration(cookie);
        Request request = cookie.request();
        String name = request.keyText();
        DeletionOrder order = DeletionOrder.of(request.copyOfValue());
        Buckets buckets = cookie.session().node().buckets();
        if (!buckets.exists(name) && buckets.configOnly(name) != null) {
            if (order.meansConfigOnly() && buckets.deleteConfigOnly(name)) {
                return CompletableFuture.completedFuture(null);
            }
            throw new BucketException(
                    Reason.WRONG_STATE, "bucket " + name + " has a cluster map here and nothing else");
        }
        if (!order.meansBucket()) {
            throw buckets.exists(name)
                    ? new BucketException(Reason.WRONG_STATE, "bucket " + name + " is of another type")
                    : new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist");
        }
        if (isSelected(cookie, name)) {
            boolean selected = cookie.session().select(null); // Or it would be closed before it is answered.
            assert selected;
        }
        return administration.delete(name, order.force());
    }

    private static boolean isSelected(CommandCookie cookie, String name) {
        Bucket selected = cookie.session().bucket();
        return selected != null && selected.name().equals(name);
    }

    private static CompletableFuture<?> pause(CommandCookie cookie) throws BucketException {
        String name = cookie.request().keyText();
        if (isSelected(cookie, name)) {
            throw new BucketException(Reason.INVALID, "a connection cannot pause the bucket that it has selected");
        }
        Buckets buckets = cookie.session().node().buckets();
        if (!buckets.exists(name) && buckets.configOnly(name) != null) {
            throw new BucketException(
                    Reason.NOT_SUPPORTED, "bucket " + name + " has a cluster map here and nothing to pause");
        }
        return administration(cookie).pause(name);
    }

    private static CompletableFuture<?> resume(CommandCookie cookie) throws BucketException {
        return administration(cookie).resume(cookie.request().keyText());
    }

    private static CompletableFuture<?> validateBucket(CommandCookie cookie) throws BucketException {
        BucketAdministration administration = administration(cookie);
        BucketBody body = BucketBody.of(cookie.request().copyOfValue());
        return onPool(cookie, () -> body.validate(ANY_NAME, administration.reader()));
    }

    private static CompletableFuture<?> setParameter(CommandCookie cookie) throws BucketException {
        BucketAdministration administration = administration(cookie);
        Request request = cookie.request();
        Bucket bucket = cookie.bucket();
        String name = request.keyText();
        int group = (int) request.delta();
        List<Problem> problems = new ArrayList<>();
        Map.Entry<String, Object> change = GROUPS_WITH_BUCKET_KEYS.contains(group)
                ? BucketParameters.change(
                        bucket.spec().configuration().engineType(),
                        name,
                        new String(request.copyOfValue(), StandardCharsets.UTF_8),
                        administration.reader(),
                        problems::add)
                : null;
        if (!problems.isEmpty()) {
            throw new BucketException(Reason.INVALID, problems.get(0).toString());
        }
        if (change == null) {
            throw new BucketException(
                    Reason.UNKNOWN,
                    group == OBSOLETE_GROUP
                            ? "replication parameters are obsolete"
                            : "no parameter of that name can be set while the bucket serves: " + name);
        }
        return administration.change(bucket.name(), Map.of(change.getKey(), change.getValue()));
    }

    private static CompletableFuture<?> limitIngress(CommandCookie cookie) throws BucketException {
        String name = cookie.request().keyText();
        IngressLimit limit =
                (IngressLimit) Objects.requireNonNull(cookie.request().detail());
        if (!cookie.session().node().buckets().ingressLimit(name, limit)) {
            throw new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist, or is not ready");
        }
        return CompletableFuture.completedFuture(null);
    }

    // ---- controls ---------------------------------------------------------------------------------------------------

    private static CompletableFuture<?> control(CommandCookie cookie) throws BucketException {
        String name = cookie.request().keyText();
        if (!name.equals(BACKUP)) {
            throw new BucketException(Reason.INVALID, "no such control: " + name + " (expected: " + BACKUP + ")");
        }
        BackupOrder order = BackupOrder.of(cookie.request().copyOfValue());
        return administration(cookie).backUp(order.bucket(), order.name()).thenApply(directory -> {
            LOG.info("backup made: bucket={} directory={}", order.bucket(), directory);
            return Map.of("path", directory.toString());
        });
    }

    // ---- configuration ----------------------------------------------------------------------------------------------

    private static Configuration configuration(CommandCookie cookie) throws BucketException {
        Configuration configuration = cookie.session().node().configuration();
        if (configuration == null) {
            throw new BucketException(Reason.NOT_SUPPORTED, "this server has no configuration file");
        }
        return configuration;
    }

    private static CompletableFuture<?> validateConfiguration(CommandCookie cookie) throws BucketException {
        Configuration configuration = configuration(cookie);
        byte[] value = cookie.request().copyOfValue();
        if (value.length > CONFIGURATION_BYTES_MAX) {
            throw new BucketException(
                    Reason.INVALID,
                    "the value has " + value.length + " bytes (expected: at most " + CONFIGURATION_BYTES_MAX + ")");
        }
        String text = new String(value, StandardCharsets.UTF_8);
        return onPool(cookie, () -> configuration.validate(text)).thenApply(ManagementCommands::orRefused);
    }

    private static CompletableFuture<?> reloadConfiguration(CommandCookie cookie) throws BucketException {
        Configuration configuration = configuration(cookie);
        return CompletableFuture.completedFuture(configuration)
                .thenComposeAsync(
                        Configuration::reload, cookie.session().node().pools().auxIo())
                .thenApply(ManagementCommands::orRefused);
    }

    private static @Nullable Object orRefused(List<String> mistakes) {
        if (mistakes.isEmpty()) {
            return null;
        }
        throw new CompletionException(new BucketException(Reason.INVALID, Problem.joined(mistakes)));
    }

    private static <T> CompletableFuture<T> onPool(CommandCookie cookie, Callable<T> work) {
        NodeServices node = cookie.session().node();
        TaskPool pool = node.pools().auxIo();
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            pool.execute(() -> {
                try {
                    result.complete(work.call());
                } catch (Exception | Error e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new BucketException(Reason.BUSY, "the server is stopping", e));
        }
        return result;
    }
}
