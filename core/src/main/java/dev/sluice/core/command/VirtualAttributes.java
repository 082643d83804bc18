package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a document and can be read as if it were an extended attribute: {@code $document} and {@code $vbucket}.
 * Protocol: {@code protocol-subdoc} 8.3.
 *
 * <p>Made on the loop, as it asks the engine; read by whoever does the work.
 */
final class VirtualAttributes {

    private static final long CAS_LOCKED = -1L;

    private final long cas;
    private final long vbucketUuid;
    private final long seqno;
    private final long revSeqno;
    private final long expirySeconds;
    private final int flags;
    private final int storedDatatype;
    private final boolean deleted;
    private final long wallSeconds;

    /**
     * Of the request's document as the engine has shown it; of a cleared one where there is none.
     *
     * @param storedDatatype its datatype before anything was inflated
     */
    VirtualAttributes(CommandCookie cookie, int storedDatatype) {
        Request request = cookie.request();
        DocumentView document = request.document();
        this.cas = document.locked() ? CAS_LOCKED : document.cas();
        this.vbucketUuid = PlacedReads.uuid(cookie.bucket(), request.vbucket());
        this.seqno = document.seqno();
        this.revSeqno = document.revSeqno();
        this.expirySeconds = document.expirySeconds();
        this.flags = document.flags();
        this.storedDatatype = storedDatatype;
        this.deleted = document.deleted();
        this.wallSeconds = cookie.session().node().clock().wallSeconds();
    }

    /** The whole of {@code $document}, with a checksum of the body if it is wanted: that takes time with the body. */
    String document(byte[] array, int bodyOffset, int bodyLength, boolean withChecksum) {
        StringBuilder json = new StringBuilder("{");
        for (Field field : Field.values()) {
            if (field != Field.VALUE_CRC32C || withChecksum) {
                json.append(json.length() > 1 ? ",\"" : "\"").append(field.text).append("\":");
                json.append(text(field, array, bodyOffset, bodyLength));
            }
        }
        return json.append('}').toString();
    }

    /**
     * What a macro for a field of {@code $document} expands to, or null where there is no such field.
     *
     * @param name of the field
     */
    @Nullable
    String macro(String name, byte[] array, int bodyOffset, int bodyLength) {
        for (Field field : Field.values()) {
            if (field.text.equals(name)) {
                // Of all fields only this one is written in another way than where it is looked up.
                return field == Field.LAST_MODIFIED ? lastModified() : text(field, array, bodyOffset, bodyLength);
            }
        }
        return null;
    }

    /** The whole of {@code $vbucket}. */
    String vbucket() {
        return "{\"HLC\":{\"now\":\"" + wallSeconds + "\",\"mode\":\"real\"}}";
    }

    /** In the order in which they are written. */
    private enum Field {
        CAS("CAS"),
        VBUCKET_UUID("vbucket_uuid"),
        SEQNO("seqno"),
        REVID("revid"),
        EXPTIME("exptime"),
        FLAGS("flags"),
        VALUE_BYTES("value_bytes"),
        DATATYPE("datatype"),
        DELETED("deleted"),
        LAST_MODIFIED("last_modified"),
        VALUE_CRC32C("value_crc32c");

        final String text;

        Field(String text) {
            this.text = text;
        }
    }

    private String text(Field field, byte[] array, int bodyOffset, int bodyLength) {
        return switch (field) {
            case CAS -> hex(cas);
            case VBUCKET_UUID -> hex(vbucketUuid);
            case SEQNO -> hex(seqno);
            case REVID -> '"' + Long.toUnsignedString(revSeqno) + '"';
            case EXPTIME -> Long.toString(expirySeconds);
            case FLAGS -> Integer.toUnsignedString(flags);
            case VALUE_BYTES -> Integer.toString(bodyLength);
            case DATATYPE -> datatypes();
            case DELETED -> Boolean.toString(deleted);
            case LAST_MODIFIED -> '"' + lastModified() + '"';
            case VALUE_CRC32C -> "\"0x" + HexFormat.of().toHexDigits(checksum(array, bodyOffset, bodyLength)) + '"';
        };
    }

    /** A CAS is a time in nanoseconds, whichever engine has made it. */
    private String lastModified() {
        return Long.toUnsignedString(Long.divideUnsigned(cas, 1_000_000_000L));
    }

    private String datatypes() {
        List<String> words = new ArrayList<>();
        if (storedDatatype == Datatype.RAW) {
            words.add("\"raw\"");
        }
        if ((storedDatatype & Datatype.JSON) != 0) {
            words.add("\"json\"");
        }
        if ((storedDatatype & Datatype.XATTR) != 0) {
            words.add("\"xattr\"");
        }
        if ((storedDatatype & Datatype.SNAPPY) != 0) {
            words.add("\"snappy\"");
        }
        return '[' + String.join(",", words) + ']';
    }

    private static String hex(long number) {
        return "\"0x" + HexFormat.of().toHexDigits(number) + '"';
    }

    /** CRC-32C of a body. */
    static int checksum(byte[] array, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(array, offset, length);
        return (int) crc.getValue();
    }
}
