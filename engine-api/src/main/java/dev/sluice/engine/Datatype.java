package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** The bits of a value's datatype byte. Protocol: MCBP header, byte 5. */
@Stable
public final class Datatype {

    /** No bit set: bytes that the server knows nothing about. */
    public static final byte RAW = 0;
    /** The value, or what follows its xattr section, is a JSON text. */
    public static final byte JSON = 0x01;
    /** The whole value is compressed with Snappy's raw block format. */
    public static final byte SNAPPY = 0x02;
    /** The value begins with a section of extended attributes. */
    public static final byte XATTR = 0x04;
    /** All bits that have a meaning. */
    public static final byte ALL = JSON | SNAPPY | XATTR;

    private Datatype() {}
}
