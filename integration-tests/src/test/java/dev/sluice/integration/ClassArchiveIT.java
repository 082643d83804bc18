package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes makes starts shorter, and whatever is wrong with it makes them as long as they were, no more. */
class ClassArchiveIT {

    private static final Duration CREATION_MAX = Duration.ofMinutes(4);

    /** What {@code bin/sluice} calls it. */
    private static final String ARCHIVE = "java-*.jsa";

    /** A distribution with an archive. */
    @TempDir
    static Path home;

    @TempDir
    Path directory;

    /** Takes seconds, and more beside other builds. Two at the same time: one of them makes it, and whoever comes second says so. */
    @BeforeAll
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    static void makeArchive() throws Exception {
        Distribution.copyTo(home);
        delete(home.resolve("cache"));
        try (ServerProcess one = ServerProcess.launch(home, "archive");
                ServerProcess other = ServerProcess.launch(home, "archive")) {
            List<Integer> exitCodes = List.of(one.awaitExit(CREATION_MAX), other.awaitExit(CREATION_MAX));

            assertThat(exitCodes).as("%s %s", one.errors(), other.errors()).contains(0);
            for (ServerProcess process : List.of(one, other)) {
                if (process.awaitExit() != 0) {
                    assertThat(process.errors()).singleElement().asString().contains("another process is making it");
                }
            }
        }
        assertThat(archives(home.resolve("cache"))).hasSize(1);
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static List<Path> archives(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            var matcher = directory.getFileSystem().getPathMatcher("glob:" + ARCHIVE);
            return files.filter(file -> matcher.matches(file.getFileName())).toList();
        }
    }

    /** Starts a server, talks to it, stops it, and answers whether its classes came from an archive. */
    private boolean servesFromArchive(Path from, Map<String, String> more) throws Exception {
        Path loaded = directory.resolve("loaded.txt");
        Map<String, String> environment = new HashMap<>(more);
        environment.put("SLUICE_JAVA_OPTS", "-Xmx256m -ea -Xlog:class+load:file=" + loaded);
        Path configuration = ServerProcess.configuration(directory, "\"mgmt\": false");
        try (ServerProcess server = ServerProcess.serveWith(environment, from, configuration)) {
            try (RawClient client = new RawClient(server.port())) {
                assertThat(client.call(RawClient.version()).status()).isZero();
            }
            server.stop();
            assertThat(server.output()).hasSize(1);
            assertThat(server.errors()).hasSize(2).allMatch(line -> line.contains("Signals: stop"));
        }
        String line = Files.readAllLines(loaded).stream()
                .filter(each -> each.contains(" dev.sluice.server.SluiceServer "))
                .findFirst()
                .orElseThrow();
        return line.contains("shared objects file (top)");
    }

    @Test
    void archive_isUsed() throws Exception {
        assertThat(servesFromArchive(home, Map.of())).isTrue();
    }

    @Test
    void switchedOff_noneIsUsed() throws Exception {
        assertThat(servesFromArchive(home, Map.of("SLUICE_ARCHIVE", "off"))).isFalse();
    }

    /** At another place, and with another time on a jar, it does not fit: servers start all the same and say nothing of it. */
    @Test
    void archiveThatDoesNotFit_isPassedOver() throws Exception {
        Path moved = Distribution.copyTo(directory.resolve("moved"));
        delete(moved.resolve("cache"));
        Files.createDirectories(moved.resolve("cache"));
        Path archive = archives(home.resolve("cache")).get(0);
        Files.copy(archive, moved.resolve("cache").resolve(archive.getFileName()));

        assertThat(servesFromArchive(moved, Map.of())).isFalse();
    }

    @Test
    void archiveOfOlderJars_isPassedOver() throws Exception {
        Path jar;
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            jar = jars.filter(each -> each.getFileName().toString().startsWith("sluice-server"))
                    .findFirst()
                    .orElseThrow();
        }
        FileTime before = Files.getLastModifiedTime(jar);
        Files.setLastModifiedTime(jar, FileTime.fromMillis(before.toMillis() + 5_000));
        try {
            assertThat(servesFromArchive(home, Map.of())).isFalse();
        } finally {
            Files.setLastModifiedTime(jar, before);
        }
    }

    @Test
    void damagedArchive_isPassedOver() throws Exception {
        Path archive = archives(home.resolve("cache")).get(0);
        Files.writeString(directory.resolve(archive.getFileName().toString()), "no archive");

        assertThat(servesFromArchive(home, Map.of("SLUICE_ARCHIVE", directory.toString())))
                .isFalse();
    }

    /** A file where the directory should be: not even root can write there. */
    @Test
    void placeThatCannotBeWrittenTo_isNoTrouble_butForWhoAsksForAnArchive() throws Exception {
        Map<String, String> nowhere = Map.of("SLUICE_ARCHIVE", Files.createFile(directory.resolve("file")) + "/cache");

        assertThat(servesFromArchive(home, nowhere)).isFalse();
        try (ServerProcess process = ServerProcess.launchWith(nowhere, "", home, "archive")) {
            assertThat(process.awaitExit()).isEqualTo(1);
            assertThat(process.errors()).singleElement().asString().startsWith("sluice: no archive: ");
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void serverWithoutArchive_makesOneForTheNextStart() throws Exception {
        Path cache = directory.resolve("cache");
        Map<String, String> environment = Map.of(
                "SLUICE_ARCHIVE", cache.toString(), "SLUICE_JAVA_OPTS", "-Xmx256m -ea -Dsluice.archiveDelaySeconds=0");
        Path configuration = ServerProcess.configuration(directory, "\"mgmt\": false");
        try (ServerProcess server = ServerProcess.serveWith(environment, home, configuration)) {
            await("an archive and what it was made of")
                    .atMost(CREATION_MAX)
                    .until(() -> archives(cache).size() == 1
                            && Files.exists(cache.resolve(archives(cache).get(0).getFileName() + ".stamp")));
            server.stop();
            assertThat(server.errors()).hasSize(2).allMatch(line -> line.contains("Signals: stop"));
        }

        assertThat(servesFromArchive(home, Map.of("SLUICE_ARCHIVE", cache.toString())))
                .isTrue();
    }
}
