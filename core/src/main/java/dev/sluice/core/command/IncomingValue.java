package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The value of a request on its way into a store: inflated where it came compressed, its xattr section checked, looked at for
 * being JSON, and put into the form that the bucket keeps. Protocol: {@code protocol-kv} 2.3, 2.4 and 3.3.
 *
 * <p>All of it is one piece of {@link ValueWork}. Whether the body is JSON is found out on the inflated body, whatever the
 * client says; limits hold for the inflated value.
 *
 * <p>What is stored is the compressed form if the bucket's mode is not {@code off} and it saves enough, and the inflated
 * form otherwise. In mode {@code active} a value that came as it is gets compressed here, where it is in the hands of a
 * background thread anyway: no second pass over the bucket has to find it later, and what is stored is never stored twice.
 *
 * <p>Snappy takes about a microsecond to compress a kilobyte of JSON and two thirds of that to inflate it (Xeon, two cores,
 * JDK 17), as JSON detection does; so one size decides what leaves the loop.
 */
final class IncomingValue extends ValueWork {

    /** Not worth an attempt: what the format adds and the ratio demands leaves nothing to be saved. */
    private static final int DEFLATE_BYTES_MIN = 32;

    private enum Outcome {
        GOOD,
        NOT_SNAPPY,
        NOT_XATTRS,
        SYSTEM_XATTRS_TOO_BIG,
        TOO_BIG
    }

    private final byte[] array;
    private final int offset;
    private final int length;
    private final int datatype;
    private final int tailBytes;
    private final int valueBytesMax;
    private final DatatypeSettings settings;

    private Outcome outcome = Outcome.GOOD;
    private byte @Nullable [] inflated;
    private int section;
    private boolean json;
    private byte @Nullable [] deflated;

    private IncomingValue(Request request, int tailBytes, int valueBytesMax, DatatypeSettings settings) {
        this.array = request.array();
        this.offset = request.valueOffset();
        this.length = request.valueLength();
        this.datatype = request.datatype();
        this.inflated = request.inflated();
        this.tailBytes = tailBytes;
        this.valueBytesMax = valueBytesMax;
        this.settings = settings;
    }

    /**
     * Examines the request's value and puts value and datatype into its store request; afterwards {@code
     * request.inflated()} is the value as it was before it was compressed, if it was.
     *
     * @return {@code SUCCESS}; {@code WOULD_BLOCK} when this is to be called again; or what to answer
     */
    static Status examine(CommandCookie cookie) {
        return examine(cookie, 0, cookie.bucket().datatypes());
    }

    /**
     * As {@link #examine(CommandCookie)}, for a value that is to be stored inflated.
     *
     * @param tailBytes how many bytes at the end of the value, of the inflated one if it came compressed, are not stored
     */
    static Status examineForInflatedStore(CommandCookie cookie, int tailBytes) {
        DatatypeSettings off =
                new DatatypeSettings(CompressionMode.OFF, DatatypeSettings.MIN_COMPRESSION_RATIO_DEFAULT, true);
        return examine(cookie, tailBytes, off);
    }

    private static Status examine(CommandCookie cookie, int tailBytes, DatatypeSettings settings) {
        Request request = cookie.request();
        boolean snappy = (request.datatype() & Datatype.SNAPPY) != 0;
        boolean deflates = settings.compression() == CompressionMode.ACTIVE
                && request.valueLength() >= DEFLATE_BYTES_MIN
                && (request.datatype() & (Datatype.SNAPPY | Datatype.XATTR)) == 0;
        IncomingValue value = finished(cookie, IncomingValue.class);
        if (value == null) {
            Status refused = checkClaim(cookie, tailBytes);
            if (refused != Status.SUCCESS) {
                return refused;
            }
            long bytes = inflatedLength(request);
            boolean here = fitsLoop(cookie, bytes, (snappy && request.inflated() == null) || deflates);
            if (here && !deflates && tailBytes == 0 && (request.datatype() & (Datatype.SNAPPY | Datatype.XATTR)) == 0) {
                return plain(request); // What nearly all are, without an object.
            }
            if (snappy && request.inflated() == null && !reserveForValue(cookie, bytes)) {
                return Status.TEMPORARY_FAILURE;
            }
            if (!here) {
                request.own();
            }
            value = new IncomingValue(request, tailBytes, valueBytesMax(cookie), settings);
            if (!value.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        return value.settle(cookie);
    }

    /**
     * Inflates the value of a request that is to become a part of another; whether that is JSON is for later.
     *
     * @return {@code SUCCESS}; {@code WOULD_BLOCK} when this is to be called again; or what to answer
     */
    static Status examineConcatenated(CommandCookie cookie) {
        Request request = cookie.request();
        return (request.datatype() & Datatype.SNAPPY) == 0 || request.inflated() != null
                ? Status.SUCCESS
                : examine(cookie);
    }

    private static Status plain(Request request) {
        boolean json = JsonDetector.isJson(request.array(), request.valueOffset(), request.valueLength());
        request.store()
                .value(request.array(), request.valueOffset(), request.valueLength())
                .datatype(json ? Datatype.JSON : Datatype.RAW);
        return Status.SUCCESS;
    }

    private static int valueBytesMax(CommandCookie cookie) {
        return cookie.bucket().spec().configuration().valueSizeBytesMax();
    }

    private static long inflatedLength(Request request) {
        byte[] inflated = request.inflated();
        if (inflated != null) {
            return inflated.length;
        }
        return (request.datatype() & Datatype.SNAPPY) == 0
                ? request.valueLength()
                : SnappyCodec.inflatedLength(request.array(), request.valueOffset(), request.valueLength());
    }

    /** Looks at what a value claims to be before any memory is reserved for it. */
    private static Status checkClaim(CommandCookie cookie, int tailBytes) {
        Request request = cookie.request();
        long claimed = inflatedLength(request);
        if (claimed < 0) {
            return notSnappy(cookie);
        }
        if (claimed < tailBytes) {
            cookie.errorContext("What stands behind the value is longer than all of it");
            return Status.INVALID_ARGUMENTS;
        }
        long max = valueBytesMax(cookie)
                + (long) tailBytes
                + ((request.datatype() & Datatype.XATTR) != 0 ? XattrSection.SYSTEM_BYTES_MAX : 0);
        return claimed > max ? tooBig(cookie, claimed, max) : Status.SUCCESS;
    }

    private static Status tooBig(CommandCookie cookie, long bytes, long max) {
        cookie.errorContext("Value has " + bytes + " bytes (expected: at most " + max + ")");
        return Status.TOO_BIG;
    }

    private static Status notSnappy(CommandCookie cookie) {
        cookie.errorContext("Value does not inflate (expected: Snappy's block format)");
        return Status.INVALID_ARGUMENTS;
    }

    @Override
    void work() {
        boolean snappy = (datatype & Datatype.SNAPPY) != 0;
        if (snappy && inflated == null) {
            inflated = SnappyCodec.inflate(array, offset, length);
            if (inflated == null) {
                outcome = Outcome.NOT_SNAPPY;
                return;
            }
        }
        byte[] plain = inflated != null ? inflated : array;
        int plainOffset = inflated != null ? 0 : offset;
        int plainLength = (inflated != null ? inflated.length : length) - tailBytes;
        outcome = (datatype & Datatype.XATTR) != 0
                ? checkSection(plain, plainOffset, plainLength)
                : plainLength > valueBytesMax ? Outcome.TOO_BIG : Outcome.GOOD;
        if (outcome != Outcome.GOOD) {
            return;
        }
        json = JsonDetector.isJson(plain, plainOffset + section, plainLength - section);
        if (!snappy
                && settings.compression() == CompressionMode.ACTIVE
                && section == 0
                && plainLength >= DEFLATE_BYTES_MIN) {
            byte[] shorter = SnappyCodec.deflate(plain, plainOffset, plainLength);
            if (shorter != null && settings.worthwhile(plainLength, shorter.length)) {
                deflated = shorter;
            }
        }
    }

    private Outcome checkSection(byte[] plain, int plainOffset, int plainLength) {
        if (!XattrSection.check(plain, plainOffset, plainLength)) {
            return Outcome.NOT_XATTRS;
        }
        section = XattrSection.bytes(plain, plainOffset);
        int system = XattrSection.systemBytes(plain, plainOffset);
        if (system > XattrSection.SYSTEM_BYTES_MAX) {
            return Outcome.SYSTEM_XATTRS_TOO_BIG;
        }
        return plainLength - system > valueBytesMax ? Outcome.TOO_BIG : Outcome.GOOD;
    }

    private Status settle(CommandCookie cookie) {
        switch (outcome) {
            case GOOD -> {
                storeForm(cookie.request());
                return Status.SUCCESS;
            }
            case NOT_SNAPPY -> {
                return notSnappy(cookie);
            }
            case NOT_XATTRS -> {
                cookie.errorContext("Value does not begin with a section of xattrs that is whole and legal");
                return cookie.refuse(Refusal.XATTR_INVALID);
            }
            case SYSTEM_XATTRS_TOO_BIG -> {
                cookie.errorContext("System xattrs are too long (expected: at most " + XattrSection.SYSTEM_BYTES_MAX
                        + " bytes together)");
                return Status.TOO_BIG;
            }
            case TOO_BIG -> {
                byte[] plain = inflated;
                return tooBig(cookie, (plain == null ? length : plain.length) - tailBytes, valueBytesMax);
            }
        }
        throw new AssertionError(outcome);
    }

    private void storeForm(Request request) {
        StoreRequest store = request.store();
        byte[] plain = inflated;
        request.inflated(plain);
        int bits = json ? Datatype.JSON : Datatype.RAW;
        // Xattrs are stored inflated: an engine must find those that outlive their document.
        int empty = section == Integer.BYTES ? section : 0; // A section without a pair is never stored.
        if (section > empty) {
            bits |= Datatype.XATTR;
        }
        if (deflated != null) {
            byte[] shorter = Objects.requireNonNull(deflated);
            store.value(shorter, 0, shorter.length);
            bits |= Datatype.SNAPPY;
        } else if (plain == null) {
            store.value(request.array(), request.valueOffset() + empty, request.valueLength() - tailBytes - empty);
        } else if (section == 0
                && tailBytes == 0
                && settings.compression() != CompressionMode.OFF
                && settings.worthwhile(plain.length, length)) {
            store.value(request.array(), request.valueOffset(), request.valueLength());
            bits |= Datatype.SNAPPY;
        } else {
            store.value(plain, empty, plain.length - tailBytes - empty);
        }
        store.datatype((byte) bits);
    }
}
