package dev.sluice.core.engine;

import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The types of engines that there are: those on the server's class path and those in plugins. A plugin is a jar in the
 * plugin directory, or a directory there with the jars of one plugin.
 *
 * <p>What is wrong with one plugin does not hide what is wrong with the next: loading goes on, and {@link #problems()}
 * names everything. A server with problems here does not start, because a plugin that somebody put there and that is
 * silently missing is worse.
 */
public final class EngineCatalog implements AutoCloseable {

    private static final String SERVICE = "META-INF/services/" + EngineProvider.class.getName();
    private static final Pattern TYPE = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern KEY = Pattern.compile("[a-z][A-Za-z0-9]*");
    private static final String CLASS_PATH = "the class path";

    private final Map<String, EngineType> types = new TreeMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<PluginClassLoader> loaders = new ArrayList<>();
    private final ClassLoader server;
    private final Set<String> reservedKeys;

    private EngineCatalog(ClassLoader server, Set<String> reservedKeys) {
        this.server = server;
        this.reservedKeys = reservedKeys;
    }

    /**
     * Searches for engines.
     *
     * @param server the class loader of the server and of the SPI
     * @param plugins the plugin directory; null for none
     * @param reservedKeys names of a bucket's settings that are the server's, which an engine cannot declare
     */
    public static EngineCatalog load(ClassLoader server, @Nullable Path plugins, Set<String> reservedKeys) {
        EngineCatalog catalog = new EngineCatalog(server, Set.copyOf(reservedKeys));
        catalog.addProviders(CLASS_PATH, server);
        if (plugins != null) {
            catalog.addPlugins(plugins);
        }
        return catalog;
    }

    /** The type of this name, or null. */
    public @Nullable EngineType find(String name) {
        return types.get(name);
    }

    /** All types, by name. */
    public List<EngineType> types() {
        return List.copyOf(types.values());
    }

    /** What is wrong with what was found; empty when all is well. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /** Lets go of the plugins' jars. No engine of theirs may be alive. */
    @Override
    public void close() {
        for (PluginClassLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close a plugin's jars", e);
            }
        }
    }

    private void addPlugins(Path directory) {
        for (Path entry : list(directory)) {
            String name = String.valueOf(entry.getFileName());
            if (name.startsWith(".")) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                List<Path> jars =
                        list(entry).stream().filter(EngineCatalog::isJar).toList();
                if (jars.isEmpty()) {
                    problem(entry, "a directory without a jar", "the jars of one plugin");
                } else {
                    addPlugin(entry, jars);
                }
            } else if (isJar(entry)) {
                addPlugin(entry, List.of(entry));
            }
        }
    }

    private void addPlugin(Path plugin, List<Path> jars) {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            try (JarFile opened = new JarFile(jar.toFile())) {
                if (opened.size() == 0) {
                    problem(jar, "an empty jar", "the classes of a plugin");
                    continue;
                }
                urls.add(jar.toUri().toURL());
            } catch (IOException e) {
                problem(jar, "a file that cannot be read: " + reason(e), "a jar");
            }
        }
        if (urls.size() < jars.size()) {
            return;
        }
        PluginClassLoader loader =
                new PluginClassLoader(String.valueOf(plugin.getFileName()), urls.toArray(URL[]::new), server);
        loaders.add(loader);
        int found = addProviders(plugin.toString(), loader);
        if (found == 0) {
            problem(plugin, "a plugin without an engine", "a class named in " + SERVICE);
        }
    }

    /** How many were found, broken ones included. As in every call into a plugin, its class loader is the thread's. */
    private int addProviders(String origin, ClassLoader loader) {
        int found = 0;
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        Iterator<EngineProvider> providers =
                ServiceLoader.load(EngineProvider.class, loader).iterator();
        try {
            while (providers.hasNext()) {
                found++;
                add(origin, providers.next());
            }
        } catch (Error | RuntimeException e) {
            // Whatever a stranger's static initializer or constructor does, it is that plugin's problem alone.
            problems.add(new Problem(origin, "an engine that cannot be loaded: " + reason(e), "a working provider"));
            found++;
        } finally {
            thread.setContextClassLoader(before);
        }
        return found;
    }

    private void add(String origin, EngineProvider provider) {
        int version = provider.spiVersion();
        String type = provider.type();
        if (version != SpiVersion.CURRENT) {
            String found = "engine \"" + type + "\" built for version " + version + " of the SPI";
            problems.add(new Problem(origin, found, "version " + SpiVersion.CURRENT));
            return;
        }
        if (!TYPE.matcher(type).matches()) {
            String expected = "lower-case letters, digits and hyphens, at most 32";
            problems.add(new Problem(origin, "engine type " + Problem.describe(type), expected));
            return;
        }
        EngineType known = types.get(type);
        if (known != null) {
            String found = "a second engine of type \"" + type + "\"";
            problems.add(new Problem(origin, found, "one, which " + known.origin() + " has"));
            return;
        }
        List<Setting> settings = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ConfigurationKey key : provider.configurationKeys()) {
            Setting setting = Setting.of(key);
            String wrong = fault(setting, names);
            if (wrong != null) {
                String found = "engine \"" + type + "\" declares the key " + Problem.describe(key.name());
                problems.add(new Problem(origin, found, wrong));
            }
            settings.add(setting);
        }
        types.put(type, new EngineType(type, provider, settings, origin));
    }

    /** What a declaration should be and is not; null for one that is right. */
    private @Nullable String fault(Setting setting, Set<String> names) {
        if (!KEY.matcher(setting.name()).matches()) {
            return "a name in lowerCamelCase";
        }
        if (reservedKeys.contains(setting.name())) {
            return "a name that is not the server's own";
        }
        if (!names.add(setting.name())) {
            return "each name once";
        }
        String text = setting.defaultText();
        if (text != null && SettingValue.parseText(setting, text) == null) {
            return "a default that the key would take: " + setting.expected();
        }
        return null;
    }

    private void problem(Path path, String found, String expected) {
        problems.add(new Problem(path.toString(), found, expected));
    }

    private List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            problem(directory, "a directory that cannot be read: " + reason(e), "a directory of plugins");
            return List.of();
        }
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar") && Files.isRegularFile(file);
    }

    private static String reason(Throwable e) {
        Throwable cause = e.getCause();
        String inner = e instanceof ServiceConfigurationError && cause != null ? ": " + cause : "";
        return e.getClass().getSimpleName() + ": " + e.getMessage() + inner;
    }
}
