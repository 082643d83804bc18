package com.example.files;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.async.AsyncEngineProvider;
import dev.sluice.engine.async.AsyncStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code "engine": "files"}: every document is a file. */
public final class FilesEngineProvider extends AsyncEngineProvider {
    @Override
    public String type() {
        return "files";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public List<ConfigurationKey> configurationKeys() {
        return List.of(ConfigurationKey.path("path", null, "Where the files are; the bucket's data directory if absent."));
    }

    @Override
    protected AsyncStore open(BucketConfiguration configuration, EngineContext context) throws EngineException {
        Path given = configuration.path("path");
        Path path = given == null ? context.dataDirectory() : given;
        try {
            return new FilesStore(Files.createDirectories(path), context.readerPool(), context.writerPool());
        } catch (IOException e) {
            throw new EngineException("path: " + path + " (expected: a directory, or a place for one)", e);
        }
    }
}
