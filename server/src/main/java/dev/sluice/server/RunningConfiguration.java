package dev.sluice.server;

import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.Configuration;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.ConfigurationSource;
import dev.sluice.server.config.ServerConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
    private final List<Part> parts = new ArrayList<>();
    private volatile ServerConfiguration present;

    /** Something of the server that follows the configuration while it runs. */
    interface Part {

        /** The member of the configuration that it follows, which then needs no restart. */
        String key();

        /** Another configuration without mistakes. On a background thread; throws where it does not take it. */
        void follow(ServerConfiguration changed) throws Exception;
    }

    RunningConfiguration(ServerConfiguration started, BucketAdministration buckets) {
        this.present = started;
        this.buckets = buckets;
    }

    /** To be called before clients can. */
    void add(Part part) {
        parts.add(part);
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
        if (present.source().file() == null) {
            return CompletableFuture.completedFuture(List.of()); // What is built in does not change.
        }
        ServerConfiguration fresh;
        try {
            fresh = read(null);
        } catch (ConfigurationException e) {
            return CompletableFuture.completedFuture(e.mistakes());
        }
        List<String> failures = new ArrayList<>();
        List<String> left = new ArrayList<>(unfollowed(fresh));
        for (Part part : parts) {
            try {
                part.follow(fresh);
            } catch (Exception e) {
                failures.add(part.key() + ": " + e.getMessage());
            }
        }
        present = fresh;
        return buckets.reload(fresh.runTime().file()).thenApply(unchanged -> {
            left.addAll(unchanged);
            left.forEach(sentence -> LOG.warn("configuration read again: {}", sentence));
            LOG.info("configuration read again: file={} left={}", fresh.source().file(), left.size());
            return failures;
        });
    }

    /** What has changed and nothing follows. */
    private List<String> unfollowed(ServerConfiguration fresh) {
        List<String> left = new ArrayList<>();
        Map<String, Object> before = present.effective();
        fresh.effective().forEach((key, value) -> {
            boolean followed = key.equals(BUCKETS)
                    || parts.stream().anyMatch(part -> part.key().equals(key));
            if (!followed && !Objects.equals(value, before.get(key))) {
                left.add(key + " has its effect after a restart");
            }
        });
        return left;
    }
}
