package dev.sluice.core.protocol;

import dev.sluice.core.auth.Login;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.Session;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one connection: where one ends, whether it is legal, and which command it asks for. Nothing is
 * allocated for a frame; key and value are pointed at where they are.
 *
 * <p>The order of the checks is part of the protocol, because each has its own answer: {@code protocol-kv} 3.1 and 3.3.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
public final class BinaryCodec {

    /** Bytes needed before the length of a frame is known. */
    public static final int HEADER_BYTES = Wire.HEADER_BYTES;

    /** The header is no header, or the frame is longer than any may be: the connection is to be closed without an answer. */
    public static final int MALFORMED = -1;

    private final Session session;
    private final BinaryReply reply;
    private final Limits limits;

    public BinaryCodec(Session session) {
        this.session = session;
        this.reply = new BinaryReply(session);
        this.limits = session.node().limits();
    }

    /** How this connection's commands answer. */
    public BinaryReply reply() {
        return reply;
    }

    /** Whether a frame can begin with this byte. */
    public static boolean speaks(byte first) {
        return switch (first & 0xff) {
            case Magic.REQUEST, Magic.ALT_REQUEST, Magic.RESPONSE, Magic.SERVER_REQUEST, Magic.SERVER_RESPONSE -> true;
            default -> false;
        };
    }

    /**
     * How long the frame is whose header begins at {@code offset} and is there as a whole.
     *
     * @return its length, header included, or {@link #MALFORMED}
     */
    public int frameLength(byte[] array, int offset) {
        int magic = Wire.u8(array, offset);
        int keyBytes;
        switch (magic) {
            case Magic.REQUEST, Magic.RESPONSE, Magic.SERVER_REQUEST, Magic.SERVER_RESPONSE ->
                keyBytes = Wire.u16(array, offset + Wire.KEY_LENGTH);
            case Magic.ALT_REQUEST ->
                keyBytes = Wire.u8(array, offset + Wire.KEY_LENGTH) + Wire.u8(array, offset + Wire.KEY_LENGTH + 1);
            default -> {
                return MALFORMED;
            }
        }
        long body = Wire.u32(array, offset + Wire.BODY_LENGTH);
        long frame = HEADER_BYTES + body;
        int max = session.authenticated() ? limits.frameBytesMax() : limits.frameBytesUnauthenticatedMax();
        if (keyBytes + Wire.u8(array, offset + Wire.EXTRAS_LENGTH) > body || frame > max) {
            return MALFORMED;
        }
        return (int) frame;
    }

    /** Whether the client has asked for unordered execution. */
    public boolean unordered() {
        return reply.has(Feature.UNORDERED_EXECUTION);
    }

    /** Whether every answer says how long its command took. */
    public boolean timed() {
        return reply.has(Feature.TRACING);
    }

    /** Whether a frame that is there as a whole may be executed while others wait. Looks at nothing that is not needed. */
    public boolean overtakes(byte[] array, int offset) {
        int magic = Wire.u8(array, offset);
        if (magic == Magic.ALT_REQUEST) {
            int framingBytes = Wire.u8(array, offset + Wire.KEY_LENGTH);
            if (FramingExtras.holdBarrier(array, offset + HEADER_BYTES, framingBytes)) {
                return false;
            }
        } else if (magic != Magic.REQUEST) {
            return magic != Magic.SERVER_REQUEST;
        }
        Opcode opcode = Opcode.of(Wire.u8(array, offset + Wire.OPCODE));
        return opcode != null && opcode.mayOvertake();
    }

    /**
     * Reads a whole frame into an idle cookie's request.
     *
     * @param cookie whose request is filled; it is not begun here
     * @param owned whether the array is this frame's alone
     * @return what to execute, or null when the frame needs nothing more, having been answered or being none to answer
     */
    public @Nullable Command decode(CommandCookie cookie, byte[] array, int offset, int length, boolean owned) {
        int magic = Wire.u8(array, offset);
        int code = Wire.u8(array, offset + Wire.OPCODE);
        Request request = cookie.request();
        request.wire(code, Wire.i32(array, offset + Wire.OPAQUE));
        if (magic != Magic.REQUEST && magic != Magic.ALT_REQUEST) {
            notARequest(cookie, magic, code);
            return null;
        }
        Opcode opcode = Opcode.of(code);
        if (!session.authenticated() && !servedBeforeLogin(opcode)) {
            // Plain memcached clients never say HELLO, and know no other word for this than AUTH_ERROR.
            reply.send(cookie, reply.greeted() ? WireStatus.EACCESS : WireStatus.AUTH_ERROR, null);
            return null;
        }
        if (opcode == null) {
            reply.send(cookie, WireStatus.UNKNOWN_COMMAND, null);
            return null;
        }
        if (session.configOnly() != null && !servedWithConfigOnly(opcode)) {
            boolean xerror = reply.has(Feature.XERROR);
            reply.send(cookie, xerror ? WireStatus.E_CONFIG_ONLY : WireStatus.NOT_SUPPORTED, null);
            return null;
        }
        if (!opcode.served()) {
            reply.send(cookie, WireStatus.NOT_SUPPORTED, null);
            return null;
        }
        return validate(cookie, opcode, magic, array, offset, length, owned);
    }

    /** Answers a frame that nobody will read, as there is no memory for unfinished ones. Its header is there. */
    public void refuseUnread(CommandCookie cookie, byte[] array, int offset) {
        cookie.request().wire(Wire.u8(array, offset + Wire.OPCODE), Wire.i32(array, offset + Wire.OPAQUE));
        reply.send(cookie, WireStatus.ETMPFAIL, "Unfinished requests of all connections take too much memory");
    }

    private @Nullable Command validate(
            CommandCookie cookie, Opcode opcode, int magic, byte[] array, int offset, int length, boolean owned) {
        Request request = cookie.request();
        Rules rules = opcode.rules();
        boolean alternative = magic == Magic.ALT_REQUEST;
        int framingBytes = alternative ? Wire.u8(array, offset + Wire.KEY_LENGTH) : 0;
        int keyLength =
                alternative ? Wire.u8(array, offset + Wire.KEY_LENGTH + 1) : Wire.u16(array, offset + Wire.KEY_LENGTH);
        int extrasLength = Wire.u8(array, offset + Wire.EXTRAS_LENGTH);
        int datatype = Wire.u8(array, offset + Wire.DATATYPE);
        long cas = Wire.i64(array, offset + Wire.CAS);
        int extrasOffset = offset + HEADER_BYTES + framingBytes;
        int keyOffset = extrasOffset + extrasLength;
        int valueOffset = keyOffset + keyLength;
        int valueLength = offset + length - valueOffset;

        String wrong = check(rules, extrasLength, keyLength, valueLength, cas, datatype);
        if (wrong != null) {
            reply.send(cookie, WireStatus.EINVAL, wrong);
            return null;
        }
        request.datatype(datatype);
        if ((datatype & (Datatype.SNAPPY | Datatype.XATTR)) != 0) {
            WireStatus failure = ValueCheck.check(request, array, valueOffset, valueLength, limits);
            if (failure != null) {
                reply.send(cookie, failure, "Value is not what its datatype says");
                return null;
            }
        }
        if (framingBytes > 0) {
            WireStatus failure = FramingExtras.read(array, offset + HEADER_BYTES, framingBytes, rules, request);
            if (failure != null) {
                reply.send(cookie, failure, "Framing extras are not valid for this request");
                return null;
            }
        }
        String acting = request.actsFor();
        if (acting != null && !actFor(cookie, acting)) {
            return null;
        }
        request.vbucket(Wire.u16(array, offset + Wire.VBUCKET));
        request.cas(cas);
        if (!rules.documentKey()) {
            request.collection(0);
            request.body(array, keyOffset, keyLength, valueOffset, valueLength, owned);
        } else if (!documentKey(cookie, array, keyOffset, keyLength, valueLength, owned)) {
            return null;
        }
        WireStatus full = Ingress.refusal(opcode, session.bucket());
        if (full != null) {
            reply.send(cookie, full, null);
            return null;
        }
        Command command = RequestReader.read(cookie, reply, opcode, array, extrasOffset, extrasLength, datatype);
        return command == null || permitted(cookie, opcode) ? command : null;
    }

    /** The client acts for somebody else, if it may; what it may not is answered as a validator answers. */
    private boolean actFor(CommandCookie cookie, String user) {
        Login login = session.login();
        String objection = login.mayNotActFor(user);
        if (objection != null) {
            reply.send(cookie, WireStatus.EACCESS, objection);
            return false;
        }
        Request request = cookie.request();
        request.actingAs(login.actingFor(user, request.lentPrivileges()));
        return true;
    }

    /** Whether the client may do what it asks for; if not, it was answered. Protocol: {@code protocol-kv} 3.1, step 10. */
    private boolean permitted(CommandCookie cookie, Opcode opcode) {
        Requirement needs = Requirement.of(opcode, cookie.request());
        long granted = cookie.access().plain();
        if (needs.metBy(granted)
                && ((needs.system() & ~granted) == 0
                        || !Permission.isSystem(
                                session.bucket(), cookie.request().key().collection()))) {
            return true;
        }
        Status status = PrivilegeCheck.check(cookie, opcode.name(), needs);
        if (status == Status.SUCCESS) {
            return true;
        }
        Refusal refusal = cookie.refusal();
        if (refusal != null) {
            reply.refusal(cookie, refusal);
        } else {
            reply.failure(cookie, status);
        }
        return false;
    }

    /**
     * Points the request at a document's key, behind the prefix of collections where there is one, and at what follows it.
     * Protocol: {@code protocol-kv} 3.3, step 10.
     *
     * @return false where the key or its collection was refused, and the request answered
     */
    private boolean documentKey(
            CommandCookie cookie, byte[] array, int offset, int length, int valueLength, boolean owned) {
        Request request = cookie.request();
        int collection = 0;
        int prefixLength = 0;
        if (reply.has(Feature.COLLECTIONS)) {
            long prefix = KeyPrefix.read(array, offset, length);
            if (prefix < 0) {
                reply.send(cookie, WireStatus.EINVAL, KeyPrefix.sentence(prefix));
                return false;
            }
            collection = KeyPrefix.collection(prefix);
            prefixLength = KeyPrefix.length(prefix);
        }
        request.collection(collection);
        request.body(array, offset + prefixLength, length - prefixLength, offset + length, valueLength, owned);
        return reply.knows(cookie, request.vbucket(), collection);
    }

    /** The checks of 3.3 that look at the header alone, in that order; null when all is well, else a sentence. */
    private @Nullable String check(
            Rules rules, int extrasLength, int keyLength, int valueLength, long cas, int datatype) {
        if (datatype > Datatype.ALL) {
            return "Datatype has unknown bits (expected: 0..7)";
        }
        if (!rules.extrasLegal(extrasLength)) {
            return "Extras have a length that this command does not take";
        }
        switch (rules.key()) {
            case REQUIRED -> {
                if (keyLength == 0) {
                    return "Key is missing";
                }
                if (rules.documentKey() && keyLength > keyLengthMax()) {
                    return "Key is too long (expected: at most 250 bytes, and its collection's id)";
                }
            }
            case FORBIDDEN -> {
                if (keyLength != 0) {
                    return "Key is present (expected: none)";
                }
            }
            case OPTIONAL -> {}
        }
        if (rules.value() == Rules.Part.REQUIRED && valueLength == 0) {
            return "Value is missing";
        }
        if (rules.value() == Rules.Part.FORBIDDEN && valueLength != 0) {
            return "Value is present (expected: none)";
        }
        if (rules.cas() == Rules.CasRule.ZERO && cas != 0) {
            return "CAS is present (expected: 0)";
        }
        if (rules.cas() == Rules.CasRule.NOT_ZERO && cas == 0) {
            return "CAS is missing";
        }
        if ((datatype & ~rules.datatypes()) != 0) {
            return "Datatype has a bit that this command does not take";
        }
        if ((datatype & ~reply.datatypes()) != 0) {
            return "Datatype has a bit that was not negotiated";
        }
        return null;
    }

    private int keyLengthMax() {
        return reply.has(Feature.COLLECTIONS) ? KeyPrefix.KEY_LENGTH_MAX : DocumentKey.LENGTH_MAX;
    }

    private static boolean servedBeforeLogin(@Nullable Opcode opcode) {
        if (opcode == null) {
            return false;
        }
        return switch (opcode) {
            case HELLO, SASL_LIST_MECHS, SASL_AUTH, SASL_STEP, GET_ERROR_MAP -> true;
            default -> false;
        };
    }

    /** What is there where a bucket is no more than its cluster map. */
    private static boolean servedWithConfigOnly(Opcode opcode) {
        return switch (opcode) {
            case HELLO, GET_ERROR_MAP, GET_CLUSTER_CONFIG, SELECT_BUCKET -> true;
            default -> false;
        };
    }

    /** Frames that answer something or that only a server may send. Protocol: {@code protocol-kv} 1.1. */
    private void notARequest(CommandCookie cookie, int magic, int code) {
        switch (magic) {
            // Before the login too: 3.1 asks for the magic first.
            case Magic.SERVER_REQUEST -> {
                boolean known = code >= 1 && code <= 4;
                reply.send(cookie, known ? WireStatus.NOT_SUPPORTED : WireStatus.UNKNOWN_COMMAND, null);
            }
            case Magic.SERVER_RESPONSE -> {
                // An answer to a notification is for nobody; to anything else it answers nothing that we asked.
                if (code != 1 && code != 3) {
                    session.closeAfterReplies("an answer to a request that was never sent");
                }
            }
            default -> session.closeAfterReplies("a response frame that answers nothing");
        }
    }
}
