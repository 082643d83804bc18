package dev.sluice.core.command;

/** What a value may stand for that is not known before the document is stored. Protocol: {@code protocol-subdoc} 8.5. */
public enum SubdocMacro {
    /** The CAS that the mutation gets, its bytes in reverse order. */
    CAS("\"${Mutation.CAS}\""),
    /** The sequence number that the mutation gets. */
    SEQNO("\"${Mutation.seqno}\""),
    /** The CRC-32C of the body that is stored. */
    VALUE_CRC32C("\"${Mutation.value_crc32c}\""),
    /** The document's metadata before the mutation, or one field of it. */
    DOCUMENT("\"${$document");

    private final String text;

    SubdocMacro(String text) {
        this.text = text;
    }

    /** What the client writes, quotes included; of {@link #DOCUMENT} the beginning of it. */
    public String text() {
        return text;
    }
}
