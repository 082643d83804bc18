package dev.sluice.server.config;

import com.fasterxml.jackson.core.JsonLocation;
import dev.sluice.core.auth.Users;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.limits.Limits;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of a configuration file into a {@link ServerConfiguration}, or into the list of all that is wrong with it.
 *
 * <p>Checking goes on past each mistake with a default in its place, so that one run shows everything; the result is used
 * only if there was none.
 */
public final class ConfigurationReader {

    private static final String ROOT = "$";
    private static final Map<String, Object> LISTENER_DEFAULT = Map.of(Keys.ADDRESS, "127.0.0.1:11210");
    private static final Map<String, Object> BUCKETS_DEFAULT = Map.of("default", Map.of(Keys.ENGINE, "memory"));

    /** In the data directory; no bucket can be called that. */
    private static final String BACKUPS = "@backups";

    private static final Comparator<JsonLocation> FILE_ORDER =
            Comparator.comparingInt(JsonLocation::getLineNr).thenComparingInt(JsonLocation::getColumnNr);

    private final ConfigurationSource source;
    private final Environment environment;
    private final @Nullable EngineCatalog loaded;
    private final List<Problem> problems = new ArrayList<>();

    /** With the engines that a running server has loaded, or with none yet. */
    private ConfigurationReader(ConfigurationSource source, @Nullable EngineCatalog loaded) {
        this.source = source;
        this.environment = source.environment();
        this.loaded = loaded;
    }

    /** What is served without a configuration file: a bucket {@code default} in memory, to this machine alone. */
    public static ServerConfiguration defaults(Environment environment) throws ConfigurationException {
        return read("built-in configuration", "{}", new ConfigurationSource(null, environment), null);
    }

    /** Reads a file. */
    public static ServerConfiguration read(Path file, Environment environment) throws ConfigurationException {
        return read(file.toString(), textOf(file), new ConfigurationSource(file, environment), null);
    }

    /**
     * Reads for a server that runs: with the engines that it has, and without what was done at run time.
     *
     * @param file to be read, or whose name a text has
     * @param json null for the text of the file
     */
    public static ServerConfiguration reread(
            Path file, @Nullable String json, Environment environment, EngineCatalog catalog)
            throws ConfigurationException {
        String text = json == null ? textOf(file) : json;
        return read(file.toString(), text, new ConfigurationSource(file, environment), catalog);
    }

    /** Reads nothing of a file but its users. What else is wrong with it matters to others. */
    public static Users readUsers(ConfigurationSource from) throws ConfigurationException {
        Path file = from.file();
        if (file == null) {
            return Users.NONE;
        }
        ConfigurationReader reader = new ConfigurationReader(from, null);
        SourceTree tree = SourceTree.read(textOf(file), reader.problems::add);
        Users users = reader.problems.isEmpty() ? reader.users(reader.object(ROOT, tree.root())) : Users.NONE;
        if (!reader.problems.isEmpty()) {
            throw new ConfigurationException(file.toString(), reader.messages(file.toString(), tree));
        }
        return users;
    }

    private static String textOf(Path file) throws ConfigurationException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(file.toString(), List.of("not a text in UTF-8"));
        } catch (IOException e) {
            throw new ConfigurationException(file.toString(), List.of("cannot be read: " + e));
        }
        return text;
    }

    /**
     * Reads a text.
     *
     * @param source what to call the text in messages
     */
    public static ServerConfiguration read(String source, String json, Environment environment)
            throws ConfigurationException {
        return read(source, json, new ConfigurationSource(null, environment), null);
    }

    private static ServerConfiguration read(
            String source, String json, ConfigurationSource from, @Nullable EngineCatalog loaded)
            throws ConfigurationException {
        ConfigurationReader reader = new ConfigurationReader(from, loaded);
        SourceTree tree = SourceTree.read(json, reader.problems::add);
        ServerConfiguration configuration = null;
        if (tree.root() != null || reader.problems.isEmpty()) {
            configuration = reader.server(reader.object(ROOT, tree.root()));
        }
        if (configuration == null || !reader.problems.isEmpty()) {
            if (configuration != null && loaded == null) {
                configuration.catalog().close();
            }
            throw new ConfigurationException(source, reader.messages(source, tree));
        }
        return configuration;
    }

    /** In the order of the file; what is wrong outside of it comes last. */
    private List<String> messages(String source, SourceTree tree) {
        Stream<String> inside = problems.stream()
                .filter(ConfigurationReader::isInFile)
                .sorted(Comparator.comparing(problem -> tree.location(problem.path()), FILE_ORDER))
                .map(problem -> position(source, tree.location(problem.path())) + ": " + problem);
        Stream<String> outside =
                problems.stream().filter(problem -> !isInFile(problem)).map(Problem::toString);
        return Stream.concat(inside, outside).distinct().toList();
    }

    private static boolean isInFile(Problem problem) {
        return problem.path().startsWith(ROOT);
    }

    private static String position(String source, JsonLocation location) {
        return source + ":" + location.getLineNr() + ":" + location.getColumnNr();
    }

    private ServerConfiguration server(Map<String, @Nullable Object> root) {
        List<String> known = Stream.concat(
                        Keys.SECTIONS.stream(), Keys.ROOT.stream().map(Setting::name))
                .toList();
        Map<String, @Nullable Object> scalars = new LinkedHashMap<>();
        root.forEach((name, value) -> {
            if (!known.contains(name)) {
                problems.add(Settings.unknownKey(ROOT, name, known));
            } else if (!Keys.SECTIONS.contains(name)) {
                scalars.put(name, value);
            }
        });
        Settings settings = Settings.check(ROOT, Keys.ROOT, scalars, problems::add);
        Settings threads = section(root, Keys.THREADS, Keys.THREAD_COUNTS);
        ThreadCounts counts = ThreadCounts.of(threads, environment.cores());
        Settings limitSettings = section(root, Keys.LIMITS, Keys.LIMIT_VALUES);
        Limits limits = LimitsSection.of(
                Problem.member(ROOT, Keys.LIMITS), limitSettings, counts, environment.heapBytes(), problems::add);
        Users users = users(root);
        boolean usersThere = root.get(Keys.USERS) instanceof Map<?, ?> entries && !entries.isEmpty();
        List<ListenerConfiguration> listeners = listeners(root, usersThere);
        ManagementConfiguration mgmt = management(root, listeners, usersThere);
        Path plugins = plugins(settings);
        EngineCatalog catalog =
                loaded == null ? EngineCatalog.load(environment.classes(), plugins, Keys.RESERVED) : loaded;
        problems.addAll(catalog.problems());
        Path data = resolve(settings, Keys.DATA, "data");
        Path backups = settings.given(Keys.BACKUPS) ? resolve(settings, Keys.BACKUPS, "") : data.resolve(BACKUPS);
        BucketsSection buckets =
                new BucketsSection(catalog, environment.home(), data, limits, environment.heapBytes(), problems::add);
        Object raw = root.containsKey(Keys.BUCKETS) ? root.get(Keys.BUCKETS) : BUCKETS_DEFAULT;
        String path = Problem.member(ROOT, Keys.BUCKETS);
        Map<String, @Nullable Object> inFile = object(path, raw);
        BucketStateFile state = new BucketStateFile(data);
        RunTimeBuckets runTime = new RunTimeBuckets(
                catalog,
                environment.home(),
                data,
                backups,
                limits,
                environment.heapBytes(),
                state,
                objects(inFile),
                loaded == null ? state.read(problems::add) : Map.of());
        Map<String, String> elsewhere = new LinkedHashMap<>();
        runTime.changes().keySet().forEach(name -> elsewhere.put(name, state.pathOf(name)));
        List<ServerConfiguration.Bucket> specs =
                buckets.parse(path, RunTimeBuckets.combine(inFile, runTime.changes()), elsewhere);
        TransportKind transport = TransportKind.of(Objects.requireNonNull(settings.text(Keys.TRANSPORT)));
        NodeAddresses.Alternate external = external(root);
        return new ServerConfiguration(
                transport,
                listeners,
                mgmt,
                external,
                counts,
                limits,
                LimitsSection.handshakes(limitSettings),
                specs,
                catalog,
                EffectiveSettings.of(
                        transport,
                        listeners,
                        mgmt,
                        external,
                        counts,
                        limitSettings,
                        limits,
                        specs,
                        plugins,
                        data,
                        backups),
                runTime,
                users,
                source);
    }

    /** Those members that are objects; that the others should be is said elsewhere. */
    @SuppressWarnings("unchecked") // Every map in a tree has texts for keys.
    private static Map<String, Map<String, @Nullable Object>> objects(Map<String, @Nullable Object> members) {
        Map<String, Map<String, @Nullable Object>> objects = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (value instanceof Map) {
                objects.put(name, (Map<String, @Nullable Object>) value);
            }
        });
        return objects;
    }

    private Users users(Map<String, @Nullable Object> root) {
        String path = Problem.member(ROOT, Keys.USERS);
        Map<String, @Nullable Object> object =
                root.containsKey(Keys.USERS) ? object(path, root.get(Keys.USERS)) : Map.of();
        return UsersSection.parse(path, object, problems::add);
    }

    private Settings section(Map<String, @Nullable Object> root, String name, List<Setting> declared) {
        String path = Problem.member(ROOT, name);
        Map<String, @Nullable Object> object = root.containsKey(name) ? object(path, root.get(name)) : Map.of();
        return Settings.check(path, declared, object, problems::add);
    }

    private List<ListenerConfiguration> listeners(Map<String, @Nullable Object> root, boolean users) {
        String path = Problem.member(ROOT, Keys.LISTENERS);
        Object raw = root.containsKey(Keys.LISTENERS) ? root.get(Keys.LISTENERS) : List.of(LISTENER_DEFAULT);
        if (!(raw instanceof List<?> elements) || elements.isEmpty()) {
            String found = raw instanceof List ? "an empty array" : Problem.describe(raw);
            problems.add(new Problem(path, found, "an array of objects such as {\"address\": \"127.0.0.1:11210\"}"));
            return List.of();
        }
        List<ListenerConfiguration> listeners = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            String element = Problem.element(path, i);
            ListenerConfiguration listener = ListenerConfiguration.parse(
                    element, object(element, elements.get(i)), environment.home(), users, problems::add);
            if (listener == null) {
                continue;
            }
            boolean taken = listener.address().getPort() != 0
                    && listeners.stream().anyMatch(l -> l.address().equals(listener.address()));
            if (taken) {
                problems.add(new Problem(
                        Problem.member(element, Keys.ADDRESS), "an address for the second time", "each address once"));
            }
            listeners.add(listener);
        }
        return listeners;
    }

    private NodeAddresses.@Nullable Alternate external(Map<String, @Nullable Object> root) {
        if (!root.containsKey(Keys.EXTERNAL)) {
            return null;
        }
        String path = Problem.member(ROOT, Keys.EXTERNAL);
        Map<String, @Nullable Object> object = object(path, root.get(Keys.EXTERNAL));
        return root.get(Keys.EXTERNAL) instanceof Map ? ExternalSection.parse(path, object, problems::add) : null;
    }

    private ManagementConfiguration management(
            Map<String, @Nullable Object> root, List<ListenerConfiguration> listeners, boolean users) {
        if (!root.containsKey(Keys.MGMT)) {
            return ManagementSection.beside(listeners);
        }
        String path = Problem.member(ROOT, Keys.MGMT);
        return ManagementSection.parse(path, root.get(Keys.MGMT), listeners, environment.home(), users, problems::add);
    }

    private @Nullable Path plugins(Settings settings) {
        Path directory = resolve(settings, Keys.PLUGINS, "plugins");
        if (Files.isDirectory(directory)) {
            return directory;
        }
        if (settings.given(Keys.PLUGINS)) {
            String found = "no directory: " + directory;
            problems.add(new Problem(Problem.member(ROOT, Keys.PLUGINS), found, "a directory of plugins"));
        }
        return null;
    }

    private Path resolve(Settings settings, String key, String byDefault) {
        String text = settings.text(key);
        return environment.home().resolve(text == null ? byDefault : text).normalize();
    }

    private Map<String, @Nullable Object> object(String path, @Nullable Object value) {
        return SourceTree.asObject(path, value, problems::add);
    }
}
