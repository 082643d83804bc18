package dev.sluice.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Locale;

/** One scan over all documents: asked for at once, read when told to, every key of it checked. */
final class ScanClient implements AutoCloseable {

    /** Small, so that what the client does not read stays with the server and not in the kernel. */
    private static final int RECEIVE_BYTES = 64 << 10;

    private static final int SCAN_ID_BYTES = 16;
    private static final int CONTINUE_EXTRAS_BYTES = SCAN_ID_BYTES + 12;
    private static final int FLAGS_BYTES = 4;
    private static final int METADATA_BYTES = 25;

    private final SocketChannel channel;
    private final Documents documents;
    private final BitSet seen;
    private ByteBuffer input = ByteBuffer.allocate(128 << 10);
    private long records;
    private boolean complete;

    ScanClient(InetSocketAddress address, Documents documents) throws IOException {
        this.channel = Wire.connect(address, RECEIVE_BYTES);
        this.documents = documents;
        this.seen = new BitSet(documents.count());
    }

    /** Creates the scan and asks for all of it. Reads nothing of that. */
    void begin() throws IOException {
        byte[] all = "{}".getBytes(StandardCharsets.US_ASCII);
        Wire.write(channel, Wire.frame(Wire.RANGE_SCAN_CREATE, Wire.DATATYPE_JSON, Wire.NOTHING, Wire.NOTHING, all));
        ByteBuffer created = Wire.read(channel);
        Wire.expectSuccess(created);
        byte[] extras = new byte[CONTINUE_EXTRAS_BYTES];
        created.position(Wire.HEADER_BYTES).get(extras, 0, SCAN_ID_BYTES);
        Wire.write(channel, Wire.frame(Wire.RANGE_SCAN_CONTINUE, 0, extras, Wire.NOTHING, Wire.NOTHING));
        channel.configureBlocking(false);
    }

    SocketChannel channel() {
        return channel;
    }

    boolean complete() {
        return complete;
    }

    /** Reads what there is. */
    void readable() throws IOException {
        if (channel.read(input) < 0) {
            throw new EOFException("the server has closed a scan's connection after " + records + " records");
        }
        input.flip();
        while (input.remaining() >= Wire.HEADER_BYTES) {
            int length = Wire.HEADER_BYTES + input.getInt(input.position() + 8);
            if (input.remaining() < length) {
                reserve(length);
                break;
            }
            frame(length);
        }
        input.compact();
    }

    private void reserve(int length) {
        if (input.capacity() < length) {
            input = ByteBuffer.allocate(length).put(input).flip();
        }
    }

    private void frame(int length) throws IOException {
        int status = Wire.status(input);
        if (status != Wire.SUCCESS && status != Wire.RANGE_SCAN_COMPLETE) {
            throw new IOException(
                    String.format(Locale.ROOT, "scan answered with status 0x%x after %d records", status, records));
        }
        int end = input.position() + length;
        input.position(input.position() + Wire.HEADER_BYTES + FLAGS_BYTES);
        while (input.position() < end) {
            record();
        }
        if (status == Wire.RANGE_SCAN_COMPLETE) {
            complete = true;
            if (seen.cardinality() != documents.count() || records != documents.count()) {
                throw new IOException("scan had " + records + " records and " + seen.cardinality()
                        + " different keys (expected: " + documents.count() + ")");
            }
        }
    }

    private void record() throws IOException {
        input.position(input.position() + METADATA_BYTES);
        int keyLength = leb128();
        int number = documents.number(input, input.position(), keyLength);
        input.position(input.position() + keyLength);
        int valueLength = leb128();
        if (valueLength != documents.valueBytes() || seen.get(number)) {
            throw new IOException("document " + number + " came twice, or with " + valueLength + " bytes");
        }
        input.position(input.position() + valueLength);
        seen.set(number);
        records++;
    }

    private int leb128() {
        int value = 0;
        int shift = 0;
        while (true) {
            byte next = input.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
