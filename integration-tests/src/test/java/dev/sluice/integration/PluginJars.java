package dev.sluice.integration;

import dev.sluice.engine.EngineProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Jars of plugins, made from classes of the tests. */
final class PluginJars {

    private static final String SERVICE = "META-INF/services/" + EngineProvider.class.getName();

    private PluginJars() {}

    /** A jar that offers the class as a provider, and holds it if there is such a class. */
    static Path create(Path jar, String provider) throws IOException {
        return create(jar, List.of(provider), List.of(provider));
    }

    /** A jar of those classes, which offers the ones that are not abstract as providers. */
    static Path create(Path jar, Class<?>... classes) throws IOException {
        return create(
                jar,
                Stream.of(classes)
                        .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                        .map(Class::getName)
                        .toList(),
                Stream.of(classes).map(Class::getName).toList());
    }

    private static Path create(Path jar, List<String> providers, List<String> classes) throws IOException {
        Files.createDirectories(jar.toAbsolutePath().getParent());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry(SERVICE));
            out.write(String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
            for (String name : classes) {
                String path = name.replace('.', '/') + ".class";
                try (InputStream bytes = PluginJars.class.getClassLoader().getResourceAsStream(path)) {
                    if (bytes != null) {
                        out.putNextEntry(new JarEntry(path));
                        bytes.transferTo(out);
                    }
                }
            }
        }
        return jar;
    }

    /** Puts the jar that a class came from into a plugin's directory, which exists. */
    static void copyJarOf(Class<?> type, Path directory) throws IOException, URISyntaxException {
        Path origin =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        Files.copy(origin, directory.resolve(origin.getFileName()));
    }
}
