package dev.sluice.server;

import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.Configuration;
import dev.sluice.core.auth.Users;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.ConfigurationSource;
import dev.sluice.server.config.ServerConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of a server that runs, to be checked and read again. A file is used only if there is no mistake in it.
 * Background threads.
 */
final class RunningConfiguration implements Configuration {

    private static final Logger LOG = LoggerFactory.getLogger(RunningConfiguration.class);

    /** What texts without a file are called in messages. */
    private static final Path UNNAMED = Path.of("configuration");

    /** The section that is looked at bucket by bucket. */
    private static final String BUCKETS = "buckets";

    private final BucketAdministration buckets;
    private final Supplier<List<String>> files;
    private final Consumer<Users> users;
    private final ServerConfiguration started;
    private volatile ServerConfiguration present;

    /**
     * The configuration of a server that has started from it.
     *
     * @param users takes the users that the file has now
     * @param files reads again what the configuration refers to, such as certificates; answers what is wrong with it
     */
    RunningConfiguration(
            ServerConfiguration started,
            BucketAdministration buckets,
            Consumer<Users> users,
            Supplier<List<String>> files) {
        this.started = started;
        this.present = started;
        this.buckets = buckets;
        this.users = users;
        this.files = files;
    }

    @Override
    public List<String> validate(String json) {
        try {
            ServerConfiguration unused = read(json);
            return List.of();
        } catch (ConfigurationException e) {
            return e.mistakes();
        }
    }

    private ServerConfiguration read(@Nullable String json) throws ConfigurationException {
        ConfigurationSource source = present.source();
        Path file = source.file() == null ? UNNAMED : source.file();
        return ConfigurationReader.reread(file, json, source.environment(), present.catalog());
    }

    @Override
    public CompletableFuture<List<String>> reload() {
        ServerConfiguration fresh;
        try {
            fresh = present.source().file() == null ? present : read(null); // What is built in does not change.
        } catch (ConfigurationException e) {
            return CompletableFuture.completedFuture(e.mistakes());
        }
        List<String> mistakes = files.get();
        if (!mistakes.isEmpty()) {
            return CompletableFuture.completedFuture(mistakes);
        }
        List<String> left = new ArrayList<>(unfollowed(fresh));
        present = fresh;
        users.accept(fresh.users());
        return buckets.reload(fresh.runTime().file()).thenApply(unchanged -> {
            left.addAll(unchanged);
            left.forEach(sentence -> LOG.warn("configuration read again, and not all of it in force: {}", sentence));
            return List.of();
        });
    }

    /** What is in force: of each section what the server has started with, of buckets what the file has said last. */
    Map<String, Object> effective() {
        Map<String, Object> all = new LinkedHashMap<>(started.effective());
        all.put(BUCKETS, Objects.requireNonNull(present.effective().get(BUCKETS), BUCKETS));
        return all;
    }

    /** What has changed and nothing follows while the server runs. */
    private List<String> unfollowed(ServerConfiguration fresh) {
        List<String> left = new ArrayList<>();
        Map<String, Object> before = started.effective();
        fresh.effective().forEach((key, value) -> {
            if (!key.equals(BUCKETS) && !Objects.equals(value, before.get(key))) {
                left.add(key + " has its effect after a restart");
            }
        });
        return left;
    }
}
