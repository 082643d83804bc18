package dev.sluice.core.command;

import dev.sluice.core.datatype.XattrPairs;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;

/** An inflated document taken apart: its extended attributes, and where its body is. Immutable but for the attributes. */
final class SubdocBody {

    final XattrPairs xattrs;
    final byte[] array;
    final int offset;
    final int length;
    final boolean json;

    SubdocBody(XattrPairs xattrs, byte[] array, int offset, int length, boolean json) {
        this.xattrs = xattrs;
        this.array = array;
        this.offset = offset;
        this.length = length;
        this.json = json;
    }

    /** Whether what an inflated document says of itself is true, so that {@link #of} can take it apart. */
    static boolean sound(DocumentView document) {
        return (document.datatype() & Datatype.XATTR) == 0 || XattrSection.fits(document);
    }

    /** Takes an inflated document apart. */
    static SubdocBody of(DocumentView document) {
        byte[] array = document.valueArray();
        int offset = document.valueOffset();
        boolean json = (document.datatype() & Datatype.JSON) != 0;
        if ((document.datatype() & Datatype.XATTR) == 0) {
            return new SubdocBody(new XattrPairs(), array, offset, document.valueLength(), json);
        }
        int section = XattrSection.bytes(array, offset);
        return new SubdocBody(
                new XattrPairs(array, offset), array, offset + section, document.valueLength() - section, json);
    }
}
