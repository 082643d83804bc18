package dev.sluice.core.protocol;

/** First bytes of frames. Protocol: MCBP, header byte 0. */
final class Magic {

    static final int REQUEST = 0x80;
    static final int RESPONSE = 0x81;
    /** A request with framing extras. */
    static final int ALT_REQUEST = 0x08;
    /** An answer with framing extras. */
    static final int ALT_RESPONSE = 0x18;
    /** A request of the server to the client. */
    static final int SERVER_REQUEST = 0x82;
    /** A client's answer to that. */
    static final int SERVER_RESPONSE = 0x83;

    private Magic() {}
}
