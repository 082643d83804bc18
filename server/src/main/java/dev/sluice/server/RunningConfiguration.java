package dev.sluice.server;

import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.Configuration;
import dev.sluice.core.auth.UserSource;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.ConfigurationSource;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.config.ServerConfiguration;
import dev.sluice.server.frontend.Listeners.TlsReplacement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of a server that runs, to be checked and read again. A file is used only if there is no mistake in it.
 * Background threads.
 *
 * <p>Clients and signals may ask for it at the same time. One reload after the other reads and takes what it has read, so
 * that what holds in the end is what was read last; what follows for the buckets is done in the same order.
 */
final class RunningConfiguration implements Configuration {

    private static final Logger LOG = LoggerFactory.getLogger(RunningConfiguration.class);

    /** What texts without a file are called in messages. */
    private static final Path UNNAMED = Path.of("configuration");

    private final ServerConfiguration started;
    private final BucketAdministration buckets;
    private final Function<UserSource, List<String>> users;
    private final Function<List<ListenerConfiguration>, TlsReplacement> certificates;

    /** Held from the reading of a file until all of it is taken. */
    private final Object reloading = new Object();

    /** The newest of the reloads, as far as buckets are concerned. Guarded by {@link #reloading}. */
    private CompletableFuture<?> newest = CompletableFuture.completedFuture(null);

    /**
     * The configuration of a server that has started from it.
     *
     * @param users has users read, and takes them; answers what is wrong with them
     * @param certificates gets what TLS listeners need, and puts it in force later; of the listeners that the file has now,
     *     or of none where there is no file
     */
    RunningConfiguration(
            ServerConfiguration started,
            BucketAdministration buckets,
            Function<UserSource, List<String>> users,
            Function<List<ListenerConfiguration>, TlsReplacement> certificates) {
        this.started = started;
        this.buckets = buckets;
        this.users = users;
        this.certificates = certificates;
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
        ConfigurationSource source = started.source();
        Path file = source.file() == null ? UNNAMED : source.file();
        return ConfigurationReader.reread(file, json, source.environment(), started.catalog());
    }

    @Override
    public CompletableFuture<List<String>> reload() {
        synchronized (reloading) {
            AtomicReference<@Nullable Reading> taken = new AtomicReference<>();
            List<String> mistakes = users.apply(() -> {
                Reading reading = read();
                taken.set(reading);
                return reading.configuration.users();
            });
            Reading reading = taken.get();
            if (reading == null) {
                return CompletableFuture.completedFuture(mistakes);
            }
            reading.certificates.install().run();
            ServerConfiguration fresh = reading.configuration;
            List<String> left = new ArrayList<>();
            started.unlike(fresh).forEach(key -> left.add(key + " has its effect after a restart"));
            left.addAll(reading.certificates.left());
            CompletableFuture<List<String>> followed = newest.handle((done, failure) -> null)
                    .thenCompose(nothing -> buckets.reload(fresh.runTime().file()))
                    .thenApply(unchanged -> {
                        left.addAll(unchanged);
                        left.forEach(sentence ->
                                LOG.warn("configuration read again, and not all of it in force: {}", sentence));
                        return List.of();
                    });
            newest = followed;
            return followed;
        }
    }

    /** A configuration without a mistake, and what its listeners are to get. */
    private record Reading(ServerConfiguration configuration, TlsReplacement certificates) {}

    /** Reads all of the file and all that it names, so that either all of it is taken or nothing. */
    private Reading read() throws UserSource.MistakesException {
        boolean builtIn = started.source().file() == null; // What is built in does not change, but its files may.
        ServerConfiguration fresh;
        try {
            fresh = builtIn ? started : read(null);
        } catch (ConfigurationException e) {
            throw new UserSource.MistakesException(e.mistakes());
        }
        TlsReplacement replacement = certificates.apply(builtIn ? List.of() : listeners(fresh));
        if (!replacement.mistakes().isEmpty()) {
            throw new UserSource.MistakesException(replacement.mistakes());
        }
        return new Reading(fresh, replacement);
    }

    private static List<ListenerConfiguration> listeners(ServerConfiguration configuration) {
        return Stream.concat(configuration.listeners().stream(), configuration.mgmt().listeners().stream())
                .toList();
    }
}
