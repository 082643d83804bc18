package dev.sluice.core.datatype;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Hex;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xerial.snappy.SnappyError;
import org.xerial.snappy.SnappyErrorCode;

class SnappyCodecTest {

    @ParameterizedTest
    @CsvSource({
        "'', -1",
        "00, 0",
        "7f, 127",
        "80 01, 128",
        "80 80 80 0a, 20971520",
        "ff ff ff ff 0f, 4294967295",
        "80 80 80 80 00, 0",
        "ff ff ff ff 1f, -1",
        "ff ff ff ff ff 0f, -1",
        "80, -1",
        "ff ff ff ff, -1"
    })
    void inflatedLength_readsTheClaim(String bytes, long expected) {
        byte[] claim = Hex.bytes("'..'" + bytes);
        assertThat(SnappyCodec.inflatedLength(claim, 2, claim.length - 2)).isEqualTo(expected);
    }

    @Test
    void whatWasDeflated_inflates_atEverySize() {
        Random random = new Random(7);
        for (int size :
                new int[] {0, 1, 2, 31, 60, 61, 64, 255, 256, 4096, 65_535, 65_536, 65_537, 1 << 20, 20 << 20}) {
            for (boolean compressible : new boolean[] {true, false}) {
                byte[] value = new byte[size];
                if (compressible) {
                    Arrays.fill(value, (byte) 'x');
                } else {
                    random.nextBytes(value);
                }
                byte[] padded = new byte[size + 5];
                System.arraycopy(value, 0, padded, 3, size);
                byte[] deflated = SnappyCodec.deflate(padded, 3, size);
                assertThat(deflated).isNotNull();
                assertThat(SnappyCodec.inflatedLength(deflated, 0, deflated.length))
                        .isEqualTo(size);
                assertThat(Arrays.equals(SnappyCodec.inflate(deflated, 0, deflated.length), value))
                        .as("size " + size)
                        .isTrue();
            }
        }
    }

    /** A foreign block, so that two mistakes of one library cannot hide each other: a literal and a copy that overlaps. */
    @Test
    void aBlockMadeByHand_inflates() {
        // Length 9; literal of 3; copy of 6 bytes from 3 before: 2-byte offset form.
        byte[] block = Hex.bytes("09 08 'abc' 16 0300");
        assertThat(SnappyCodec.inflate(block, 0, block.length)).asString().isEqualTo("abcabcabc");
    }

    @ParameterizedTest
    @CsvSource({
        "empty, ''",
        "claims less than there is, 02 08 'abc'",
        "claims more than there is, 04 08 'abc'",
        "literal beyond the end, 09 08 'ab'",
        "copy from before the beginning, 09 08 'abc' 16 0400",
        "copy of offset 0, 09 08 'abc' 16 0000",
        "copy beyond the claimed end, 05 08 'abc' 16 0300",
        "nothing behind the claim, 05",
        "claims all there can be, ffffffff0f 08 'abc'",
        "bytes behind the end, 03 08 'abc' 00"
    })
    void garbage_isNull(String what, String bytes) {
        byte[] block = Hex.bytes(bytes);
        assertThat(SnappyCodec.inflate(block, 0, block.length)).as(what).isNull();
    }

    /** Blocks with some bytes wrong, cut, or made up: an array of the claimed length or null, and nothing else. */
    @Test
    void mutatedBlocks_inflateToTheClaim_orNotAtAll() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] value = new byte[random.nextInt(400)];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) random.nextInt(1 + random.nextInt(256));
            }
            byte[] block = SnappyCodec.deflate(value, 0, value.length);
            assertThat(block).isNotNull();
            for (int i = random.nextInt(4); i > 0 && block.length > 0; i--) {
                block[random.nextInt(Math.min(block.length, 1 + random.nextInt(40)))] ^=
                        (byte) (1 << random.nextInt(8));
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(block.length + 1) : block.length;
            long claimed = SnappyCodec.inflatedLength(block, 0, length);
            if (claimed > 1 << 20) {
                continue; // The caller's limit.
            }
            byte[] inflated = SnappyCodec.inflate(block, 0, length);
            if (inflated != null) {
                assertThat(inflated.length).as("seed " + seed).isEqualTo((int) claimed);
            }
        }
    }

    @Test
    void aLibraryThatDoesNotLoad_isAskedForOnce_andCountsAsMissing() {
        AtomicInteger attempts = new AtomicInteger();
        NativeLibrary missing = new NativeLibrary("test", () -> {
            switch (attempts.incrementAndGet()) {
                case 1 -> throw new UnsatisfiedLinkError("the test says so");
                default -> throw new IOException("asked for twice");
            }
        });
        assertThat(missing.known()).isFalse();
        assertThat(missing.load()).isFalse();
        assertThat(missing.load()).isFalse();
        assertThat(missing.known()).isTrue();
        assertThat(attempts).hasValue(1);
        NativeLibrary broken = new NativeLibrary("test", () -> {
            throw new SnappyError(SnappyErrorCode.FAILED_TO_LOAD_NATIVE_LIBRARY, "the test says so");
        });
        assertThat(broken.load()).isFalse();
    }

    @Test
    void withoutTheLibrary_nothingInflatesOrDeflates() {
        try (MissingSnappy missing = new MissingSnappy()) {
            assertThat(SnappyCodec.inflate(Hex.bytes("03 08 'abc'"), 0, 5)).isNull();
            assertThat(SnappyCodec.deflate(new byte[100], 0, 100)).isNull();
            assertThat(missing.attempts()).isEqualTo(1);
        }
        assertThat(SnappyCodec.load()).isTrue();
    }
}
