package dev.sluice.core.collections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.disk.DurableFile;
import dev.sluice.core.disk.DurableFile.Step;
import dev.sluice.engine.CollectionSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The file that a bucket's manifest survives a restart in.
 *
 * <pre>
 *   {"version": 1, "source": "configuration" or "client", "dropped": ["9", …], "manifest": {…}}
 * </pre>
 *
 * <p>It is replaced in one step, so that there is a whole one at any moment: see {@link DurableFile}.
 *
 * <p><b>Thread.</b> Background, one at a time.
 */
final class ManifestFile {

    static final String NAME = "manifest.json";

    private static final int VERSION = 1;
    private static final String FROM_CONFIGURATION = "configuration";
    private static final String FROM_CLIENT = "client";

    /** Loaded when it is first needed: Jackson's data binding is a tenth of a start, and few servers need it here. */
    private static final class Json {

        static final ObjectMapper MAPPER = new ObjectMapper();

        private Json() {}
    }

    private final Path file;
    private final Consumer<Step> steps;

    ManifestFile(Path directory) {
        this(directory, step -> {});
    }

    ManifestFile(Path directory, Consumer<Step> steps) {
        this.file = directory.resolve(NAME);
        this.steps = steps;
    }

    /**
     * What was saved last; {@link SavedManifest#EPOCH} where nothing ever was.
     *
     * @throws IOException where there is a file that cannot be read or is damaged; the message names it and says why
     */
    SavedManifest read() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return SavedManifest.EPOCH;
        } catch (IOException e) {
            throw new IOException(file + ": cannot be read: " + e, e);
        }
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw damaged("not JSON, or cut off");
        }
        if (root == null || !root.isObject()) {
            throw damaged("not a JSON object");
        }
        if (root.path("version").asInt(0) != VERSION) {
            throw damaged("version: " + root.path("version") + " (expected: " + VERSION + ")");
        }
        String source = root.path("source").asText("");
        if (!source.equals(FROM_CONFIGURATION) && !source.equals(FROM_CLIENT)) {
            throw damaged("source: " + root.path("source") + " (expected: " + FROM_CONFIGURATION + " or " + FROM_CLIENT
                    + ")");
        }
        try {
            Manifest manifest = ManifestJson.parse(root.get("manifest"));
            return new SavedManifest(manifest, source.equals(FROM_CONFIGURATION), dropped(root.path("dropped")));
        } catch (ManifestException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    private CollectionSet dropped(JsonNode ids) throws IOException {
        if (!ids.isArray()) {
            throw damaged("dropped: not an array");
        }
        int[] dropped = new int[ids.size()];
        for (int i = 0; i < dropped.length; i++) {
            try {
                dropped[i] = Integer.parseUnsignedInt(ids.get(i).asText(""), 16);
            } catch (NumberFormatException e) {
                throw damaged("dropped[" + i + "]: " + ids.get(i) + " (expected: hexadecimal digits in a text)");
            }
        }
        return CollectionSet.of(dropped);
    }

    private IOException damaged(String what) {
        return new IOException(file + ": damaged: " + what
                + "; put a good copy in its place, or remove it to begin with the collections of the configuration");
    }

    /** Puts this state in the place of what was saved before. On an exception either of the two is there. */
    void write(SavedManifest saved) throws IOException {
        List<String> dropped = new ArrayList<>();
        for (int id : saved.dropped().ids()) {
            dropped.add('"' + Integer.toHexString(id) + '"');
        }
        String text = "{\"version\":" + VERSION + ",\"source\":\""
                + (saved.fromConfiguration() ? FROM_CONFIGURATION : FROM_CLIENT)
                + "\",\"dropped\":[" + String.join(",", dropped) + "],\"manifest\":"
                + new String(saved.manifest().json(), StandardCharsets.UTF_8) + "}\n";
        DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8), steps);
    }
}
