package dev.sluice.core.engine;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles plugins as strangers would: against the SPI, into a jar. */
final class PluginJars {

    private static final String SERVICE = "META-INF/services/dev.sluice.engine.EngineProvider";

    private final Path work;

    PluginJars(Path work) {
        this.work = work;
    }

    /** A provider whose methods are what a test wants; {@code body} comes behind {@code type()}. */
    static String provider(String name, String type, String version, String body) {
        return String.format(Locale.ROOT, """
                package plugin;
                import dev.sluice.engine.*;
                import java.util.*;
                public class %s implements EngineProvider {
                    public String type() { return "%s"; }
                    public int spiVersion() { return %s; }
                    %s
                    public Engine create(BucketConfiguration configuration, EngineContext context)
                            throws EngineException {
                        throw new EngineException("not here");
                    }
                }
                """, name, type, version, body);
    }

    /** A jar of one class, named as a provider unless {@code service} is null. */
    Path jar(Path target, String className, String source, String service) throws IOException {
        Path classes = Files.createTempDirectory(work, "classes");
        Path file = Files.createDirectories(classes.resolve("plugin")).resolve(className + ".java");
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                .call();
        if (!compiled) {
            throw new AssertionError(messages.toString());
        }
        if (service != null) {
            Files.writeString(
                    Files.createDirectories(classes.resolve(SERVICE).getParent())
                            .resolve("dev.sluice.engine.EngineProvider"),
                    service);
        }
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(target));
                Stream<Path> files = Files.walk(classes)) {
            for (Path entry : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
                Files.copy(entry, jar);
                jar.closeEntry();
            }
        }
        return target;
    }
}
