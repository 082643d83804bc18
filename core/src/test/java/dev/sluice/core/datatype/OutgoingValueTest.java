package dev.sluice.core.datatype;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@link OutgoingValue}. */
class OutgoingValueTest {

    private static final String BODY = "{\"text\":\"" + "x".repeat(100) + "\"}";
    private static final byte[] WITH_XATTRS = XattrBytes.of("_s", "1", "u", "2").body(BODY);
    private static final byte[] WITH_USERS = XattrBytes.of("u", "2").body(BODY);

    /** What is stored, what the connection takes, which xattrs are wanted; what is sent, and of which datatype. */
    @ParameterizedTest
    @CsvSource({
        "plain, 7, NONE, body, 1",
        "plain, 0, NONE, body, 1",
        "plain, 7, ALL, body, 1",
        "snappy, 2, NONE, snappy, 3",
        "snappy, 7, ALL, snappy, 3",
        "snappy, 5, NONE, body, 1",
        "snappy, 4, ALL, body, 1",
        "xattrs, 7, NONE, body, 1",
        "xattrs, 0, NONE, body, 1",
        "xattrs, 7, ALL, xattrs, 5",
        "xattrs, 7, USER, users, 5",
        "both, 7, NONE, body, 1",
        "both, 0, NONE, body, 1",
        "both, 7, ALL, both, 7",
        "both, 4, ALL, xattrs, 5",
        "both, 7, USER, users, 5",
    })
    void table(String stored, int taken, Xattrs wanted, String sent, int datatype) {
        byte[] bytes = form(stored);
        byte[] shifted = new byte[bytes.length + 2];
        System.arraycopy(bytes, 0, shifted, 2, bytes.length);
        DocumentView view = new DocumentView().value(shifted, 2, bytes.length).datatype(datatypeOf(stored));
        long copies = OutgoingValue.copyBytes(view, taken, wanted);
        assertThat(OutgoingValue.isPlain(view)).isEqualTo(stored.equals("plain"));
        assertThat(OutgoingValue.present(view, taken, wanted)).isTrue();
        assertThat(view.copyOfValue()).isEqualTo(form(sent));
        assertThat((int) view.datatype()).isEqualTo(datatype);
        boolean copied = view.valueArray() != shifted;
        assertThat(copies > 0).as("memory announced").isEqualTo(copied);
        if (copied) {
            assertThat(copies).isGreaterThanOrEqualTo(view.valueArray().length);
        }
    }

    @Test
    void onlyTheSystemsXattrs_leaveAPlainBody_forWhoMayNotSeeThem() {
        byte[] value = XattrBytes.of("_s", "1").body(BODY);
        DocumentView view = new DocumentView().value(value, 0, value.length).datatype(Datatype.XATTR);
        assertThat(OutgoingValue.present(view, Datatype.ALL, Xattrs.USER)).isTrue();
        assertThat(view.copyOfValue()).asString().isEqualTo(BODY);
        assertThat(view.datatype()).isEqualTo(Datatype.RAW);
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "6, 0", "4, 0", "4, 3"})
    void bytesThatAreNotWhatTheyClaim_areNoValue(byte datatype, int length) {
        byte[] garbage = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3, 4};
        for (byte[] bytes : new byte[][] {garbage, Arrays.copyOf(garbage, length)}) {
            DocumentView view = new DocumentView().value(bytes, 0, bytes.length).datatype(datatype);
            assertThat(OutgoingValue.present(view, 0, Xattrs.NONE)).isFalse();
        }
    }

    private static byte[] form(String name) {
        return switch (name) {
            case "plain", "body" -> BODY.getBytes(StandardCharsets.UTF_8);
            case "snappy" -> deflated(BODY.getBytes(StandardCharsets.UTF_8));
            case "xattrs" -> WITH_XATTRS;
            case "users" -> WITH_USERS;
            case "both" -> deflated(WITH_XATTRS);
            default -> throw new AssertionError(name);
        };
    }

    private static byte datatypeOf(String name) {
        return (byte)
                switch (name) {
                    case "plain" -> Datatype.JSON;
                    case "snappy" -> Datatype.JSON | Datatype.SNAPPY;
                    case "xattrs" -> Datatype.JSON | Datatype.XATTR;
                    case "both" -> Datatype.ALL;
                    default -> throw new AssertionError(name);
                };
    }

    private static byte[] deflated(byte[] value) {
        return Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length));
    }
}
