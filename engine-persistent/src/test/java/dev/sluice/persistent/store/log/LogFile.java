package dev.sluice.persistent.store.log;

import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A file of frames, each whole or not there.
 *
 * <pre>
 * magic 8 | how much of the file was safe when this was written 8 | length 4 | checksum 4 | payload
 * </pre>
 *
 * <p>A frame that cannot be read is the end, for all that was not safe may be lost or torn, in any order. But if a later
 * frame was written when it was safe already, then the file is damaged. To find that out, readers look for frames behind
 * the first bad one.
 */
final class LogFile {

    private static final long MAGIC = 0x51_75_1c_e1_06_f4_a3_e0L;
    private static final int HEADER = 8 + 8 + 4 + 4;

    private final SimulatedDisk.File file;
    private long safe;

    LogFile(SimulatedDisk.File file) {
        this.file = file;
        safe = file.size();
    }

    void append(byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + payload.length)
                .putLong(MAGIC)
                .putLong(safe)
                .putInt(payload.length)
                .putInt(checksum(safe, payload, 0, payload.length))
                .put(payload);
        file.append(frame.array());
    }

    void sync() throws IOException {
        file.sync();
        safe = file.size();
    }

    /**
     * Reads all payloads.
     *
     * @return whether the file ends with a whole frame
     */
    static boolean read(String name, byte[] bytes, Consumer<ByteBuffer> payloads) throws StoreException {
        int offset = 0;
        while (offset < bytes.length) {
            int length = wholeFrame(bytes, offset);
            if (length < 0) {
                for (int later = offset + 1; later < bytes.length - HEADER; later++) {
                    if (wholeFrame(bytes, later) >= 0 && ByteBuffer.wrap(bytes).getLong(later + 8) > offset) {
                        throw new StoreException(
                                Kind.CORRUPT, name + ": a damaged frame at offset " + offset, Path.of(name), null);
                    }
                }
                return false;
            }
            payloads.accept(ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset + HEADER, offset + HEADER + length)));
            offset += HEADER + length;
        }
        return true;
    }

    /** The length of the payload of the frame that starts here, -1 where none does. */
    private static int wholeFrame(byte[] bytes, int offset) {
        if (bytes.length - offset < HEADER) {
            return -1;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, offset, HEADER);
        if (header.getLong() != MAGIC) {
            return -1;
        }
        long safe = header.getLong();
        int length = header.getInt();
        int checksum = header.getInt();
        if (length < 0 || length > bytes.length - offset - HEADER) {
            return -1;
        }
        return checksum(safe, bytes, offset + HEADER, length) == checksum ? length : -1;
    }

    private static int checksum(long safe, byte[] bytes, int offset, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(8).putLong(safe).flip());
        checksum.update(bytes, offset, length);
        return (int) checksum.getValue();
    }
}
