package dev.sluice.server.archive;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the next start of this server finds an archive. Once a server has run for a while without one that fits,
 * it has one made, at a low priority. Nothing of it is needed: where the directory cannot be written to, or memory is
 * short, or making it fails, that stays in the log of who asks for DEBUG.
 */
@SuppressForbidden("com.sun.management is an exported API, and nothing else knows of a container's memory")
public final class ArchiveKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveKeeper.class);

    /** A server that runs that long is no command of a moment, and is through with what it does at its start. */
    private static final int DELAY_SECONDS = Integer.getInteger("sluice.archiveDelaySeconds", 5);

    /** The second Java takes some 150 MiB; a container with less than this left is not to be brought to its limit. */
    private static final long FREE_BYTES_MIN = 512L << 20;

    private final ClassArchive archive;

    private ArchiveKeeper(ClassArchive archive) {
        this.archive = archive;
    }

    /** Begins, on a thread of its own; does nothing where there is no archive to be had. */
    public static void begin() {
        ClassArchive archive = ClassArchive.named();
        if (archive != null) {
            CompletableFuture.delayedExecutor(DELAY_SECONDS, TimeUnit.SECONDS, ArchiveKeeper::onThreadOfItsOwn)
                    .execute(new ArchiveKeeper(archive)::keep);
        }
    }

    private static void onThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "sluice-archive");
        thread.setDaemon(true);
        thread.start();
    }

    private void keep() {
        try {
            String reason = reasonNotTo();
            if (reason == null) {
                LOG.debug(
                        "archive of classes: file={} outcome={}",
                        archive.file(),
                        archive.create(true, ArchiveKeeper::endWithUs));
            } else {
                LOG.debug("no archive of classes is made: file={} reason={}", archive.file(), reason);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("no archive of classes: file={}", archive.file(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String reasonNotTo() throws IOException {
        if (archive.fits()) {
            return "there is one";
        }
        if (!archive.writable()) {
            return "the directory cannot be written to";
        }
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return system != null && system.getFreeMemorySize() < FREE_BYTES_MIN ? "memory is short" : null;
    }

    private static void endWithUs(Process process) {
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "sluice-archive-end"));
    }
}
