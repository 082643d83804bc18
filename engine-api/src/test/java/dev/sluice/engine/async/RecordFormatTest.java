package dev.sluice.engine.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The layout, byte by byte: what is written here must be readable for ever. */
class RecordFormatTest {
    private static byte[] record() {
        byte[] value = "value".getBytes(StandardCharsets.US_ASCII);
        byte[] record = RecordFormat.allocate(value, 0, value.length);
        RecordFormat.fill(record, Datatype.JSON, false, 0xCAFEBABE, 0xFFFF_FFFEL, 0x1122334455667788L, 3);
        return RecordFormat.seal(record);
    }

    @Test
    void version1_isThis() {
        assertThat(HexFormat.of().formatHex(record()))
                .isEqualTo(
                        "d5010100" // magic, version, datatype JSON, alive
                                + "cafebabe" // flags
                                + "fffffffe" // expiry
                                + "00000005" // value length
                                + "1122334455667788" // CAS
                                + "0000000000000003" // revision
                                + "2e4f900a" // CRC32C
                                + "76616c7565"); // value
    }

    @Test
    void everythingWritten_isReadAgain() {
        byte[] record = record();
        RecordFormat.check(record);
        DocumentView view = new DocumentView();
        RecordFormat.show(record, view);
        assertThat(view.copyOfValue()).isEqualTo("value".getBytes(StandardCharsets.US_ASCII));
        assertThat(view.datatype()).isEqualTo(Datatype.JSON);
        assertThat(view.deleted()).isFalse();
        assertThat(view.flags()).isEqualTo(0xCAFEBABE);
        assertThat(view.expirySeconds()).isEqualTo(0xFFFF_FFFEL);
        assertThat(view.cas()).isEqualTo(0x1122334455667788L);
        assertThat(view.revSeqno()).isEqualTo(3);
    }

    @Test
    void everyDamagedBit_isNoticed() {
        byte[] record = record();
        for (int bit = 0; bit < record.length * 8; bit++) {
            byte[] damaged = record.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> RecordFormat.check(damaged)).isInstanceOf(CorruptRecordException.class);
        }
    }

    @Test
    void everyOtherLength_isNoticed() {
        byte[] record = record();
        for (int length = 0; length < record.length + 3; length++) {
            if (length != record.length) {
                byte[] other = Arrays.copyOf(record, length);
                assertThatThrownBy(() -> RecordFormat.check(other)).isInstanceOf(CorruptRecordException.class);
            }
        }
    }

    @Test
    void laterVersion_isRefusedByName() {
        byte[] record = record();
        record[1] = 2;
        assertThatThrownBy(() -> RecordFormat.check(record)).hasMessageContaining("version 2 (expected: 1");
    }

    @Test
    void expiry_isUnsigned_andOfTheLivingOnly() {
        byte[] record = record();
        assertThat(RecordFormat.expired(record, 0xFFFF_FFFDL)).isFalse();
        assertThat(RecordFormat.expired(record, 0xFFFF_FFFEL)).isTrue();
        RecordFormat.fill(record, Datatype.XATTR, true, 0, 1, 1, 1);
        assertThat(RecordFormat.expired(RecordFormat.seal(record), 5)).isFalse();
    }
}
