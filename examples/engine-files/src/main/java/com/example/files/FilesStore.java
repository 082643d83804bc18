package com.example.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.sluice.engine.async.AsyncStore;
import dev.sluice.engine.async.NotAppliedException;
import dev.sluice.engine.async.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** Records as files, named by their keys in hex, so that any key is a name and names sort as keys do. */
record FilesStore(Path root, Executor readers, Executor writers) implements AsyncStore {
    @Override
    public CompletionStage<StoredRecord> load(byte[] key) {
        return on(readers, () -> read(key));
    }

    // Neither this nor delete compares: the engine has one operation for a key at a time, and nobody else writes here.
    @Override
    public CompletionStage<Boolean> compareAndSet(byte[] key, StoredRecord expected, byte[] record) {
        return on(writers, () -> {
            Path file = file(key);
            Path draft = Path.of(file + "~");
            try {
                Files.createDirectories(file.getParent());
                Files.write(draft, record);
            } catch (IOException e) {
                throw new NotAppliedException("the draft could not be written", e);
            }
            Files.move(draft, file, ATOMIC_MOVE); // should this fail, nobody knows what happened: undecided
            return true;
        });
    }

    @Override
    public CompletionStage<Boolean> delete(byte[] key, StoredRecord expected) {
        return on(writers, () -> Files.deleteIfExists(file(key)));
    }

    @Override
    public CompletionStage<List<StoredRecord>> scan(byte[] from, byte[] to, int recordsMax) {
        return on(readers, () -> {
            try (Stream<Path> files = files(root)) {
                return files.filter(file -> !file.toString().endsWith("~"))
                        .map(this::key)
                        .filter(key -> Arrays.compareUnsigned(from, key) <= 0 && Arrays.compareUnsigned(key, to) < 0)
                        .sorted(Arrays::compareUnsigned)
                        .map(this::read)
                        .filter(Objects::nonNull) // taken away since it was listed
                        .limit(recordsMax)
                        .toList();
            }
        });
    }

    @Override
    public void close() {}

    /** File systems end names at 255 characters; a longer one goes on in a directory whose name ends in a plus sign. */
    private Path file(byte[] key) {
        return root.resolve(HexFormat.of().formatHex(key).replaceAll(".{200}(?=.)", "$0+/"));
    }

    private byte[] key(Path file) {
        return HexFormat.of().parseHex(root.relativize(file).toString().replaceAll("\\W", ""));
    }

    private static Stream<Path> files(Path directory) {
        try {
            return Files.list(directory).flatMap(path -> path.toString().endsWith("+") ? files(path) : Stream.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StoredRecord read(byte[] key) {
        try {
            return StoredRecord.of(key, Files.readAllBytes(file(key)));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> CompletionStage<T> on(Executor pool, Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                pool);
    }
}
