package dev.sluice.core.protocol;

import dev.sluice.core.command.Commands;
import dev.sluice.core.command.SubdocMacro;
import dev.sluice.core.command.SubdocOperation;
import dev.sluice.core.command.SubdocRequest;
import dev.sluice.core.command.SubdocStep;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.BinaryXattr;
import dev.sluice.core.datatype.XattrSection;
import dev.sluice.core.protocol.SubdocRules.Flag;
import dev.sluice.engine.Datatype;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the requests of the sub-document commands, whose extras and values have more in them than those of others.
 * The order of the checks is part of the protocol: {@code protocol-subdoc} 3 and 4.
 *
 * <pre>
 *   one path     path length (u16) | path flags (u8) | [expiry (u32) | [user flags (u32)]] | [document flags (u8)]
 *   many         [expiry (u32) | [user flags (u32)]] | [document flags (u8)]
 *     look-up    opcode (u8) | path flags (u8) | path length (u16) | path
 *     mutation   opcode (u8) | path flags (u8) | path length (u16) | value length (u32) | path | value
 * </pre>
 *
 * <p>An object of this class reads one request. On the connection's loop.
 */
final class SubdocReader {

    /** A request of more steps is refused; the reference server lets this be changed. */
    static final int STEPS_MAX = 16;

    static final int PATH_BYTES_MAX = 1024;

    private static final int SINGLE_HEAD_BYTES = 3;
    private static final int LOOKUP_HEAD_BYTES = 4;
    private static final int MUTATION_HEAD_BYTES = 8;

    private static final byte[] MACRO_END = {'}', '"'};
    private static final byte[] DOCUMENT_MACRO = SubdocMacro.DOCUMENT.text().getBytes(StandardCharsets.US_ASCII);

    private final CommandCookie cookie;
    private final BinaryReply reply;
    private final Request request;
    private final byte[] array;
    private int documentFlags;
    private boolean givesFlags;

    private SubdocReader(CommandCookie cookie, BinaryReply reply) {
        this.cookie = cookie;
        this.reply = reply;
        this.request = cookie.request();
        this.array = request.array();
    }

    /** A command that is one operation at one path. Null where it was refused and answered. */
    static @Nullable Command single(
            CommandCookie cookie, BinaryReply reply, Opcode opcode, byte[] array, int extras, int extrasLength) {
        SubdocRules rules = SubdocRules.of(opcode.code());
        if (rules == null) {
            throw new AssertionError(opcode);
        }
        // Without a bucket nothing of this is looked at: the command says that there is none.
        boolean read = cookie.session().bucket() == null
                || new SubdocReader(cookie, reply).readSingle(rules, array, extras, extrasLength);
        return read ? command(rules.operation().mutates()) : null;
    }

    /** A command that is several operations on one document. Null where it was refused and answered. */
    static @Nullable Command multi(
            CommandCookie cookie, BinaryReply reply, Opcode opcode, byte[] array, int extras, int extrasLength) {
        boolean mutates = opcode == Opcode.SUBDOC_MULTI_MUTATION;
        boolean read = cookie.session().bucket() == null
                || new SubdocReader(cookie, reply).readMulti(mutates, array, extras, extrasLength);
        return read ? command(mutates) : null;
    }

    private static Command command(boolean mutates) {
        return mutates ? Commands.SUBDOC_MUTATION : Commands.SUBDOC_LOOKUP;
    }

    // ---- one path ---------------------------------------------------------------------------------------------------

    private boolean readSingle(SubdocRules rules, byte[] extrasArray, int extras, int extrasLength) {
        int pathLength = Wire.u16(extrasArray, extras);
        int pathFlags = Wire.u8(extrasArray, extras + 2);
        boolean mutates = rules.operation().mutates();
        documentPart(extrasArray, extras + SINGLE_HEAD_BYTES, extrasLength - SINGLE_HEAD_BYTES);
        if ((documentFlags & ~Flag.DOC_ALL) != 0) {
            return invalid("Document flags have unknown bits (expected: 0x00..0x3f)");
        }
        if (!pathLengthLegal(pathLength)) {
            return false;
        }
        if (pathLength > request.valueLength()) {
            return invalid("Path is longer than the value that it is in");
        }
        int valueLength = request.valueLength() - pathLength;
        if (!partsLegal(rules, pathFlags, valueLength)) {
            return false;
        }
        boolean xattr = (pathFlags & Flag.XATTR) != 0;
        if (hasFlag(Flag.DOC_CREATE_AS_DELETED) && !(creates() && xattr)) {
            return invalid("A document is created as deleted only where it is created, and with an xattr");
        }
        if (!documentFlagsTogetherLegal()) {
            return false;
        }
        SubdocStep step = step(rules, pathFlags, 0, pathLength, pathLength, valueLength);
        if (step == null) {
            return false;
        }
        if (!mutates && extrasLength > SINGLE_HEAD_BYTES + 1) {
            return invalid("Extras have a length that look-ups do not take");
        }
        request.detail(new SubdocRequest(false, documentFlags, givesFlags, List.of(step)));
        return true;
    }

    /** What extras say of the document, behind what they say of a path. Their length is one of those that are legal. */
    private void documentPart(byte[] extrasArray, int offset, int length) {
        int numbers = length & ~3; // 0, 4 or 8 bytes, and then perhaps the flags.
        request.expiry(numbers >= 4 ? Wire.u32(extrasArray, offset) : 0);
        givesFlags = numbers >= 8;
        request.flags(givesFlags ? Wire.i32(extrasArray, offset + 4) : 0);
        documentFlags = length > numbers ? Wire.u8(extrasArray, offset + numbers) : 0;
    }

    // ---- several paths ----------------------------------------------------------------------------------------------

    private boolean readMulti(boolean mutates, byte[] extrasArray, int extras, int extrasLength) {
        documentPart(extrasArray, extras, extrasLength);
        if ((documentFlags & ~Flag.DOC_ALL) != 0) {
            return invalid("Document flags have unknown bits (expected: 0x00..0x3f)");
        }
        if (!documentFlagsTogetherLegal()) {
            return false;
        }
        boolean revives = hasFlag(Flag.DOC_REVIVE);
        if (revives && (!hasFlag(Flag.DOC_ACCESS_DELETED) || hasFlag(Flag.DOC_CREATE_AS_DELETED))) {
            return invalid("What is revived must be deleted, and be looked for as that");
        }
        List<SubdocStep> steps = new ArrayList<>();
        int position = 0;
        while (position < request.valueLength()) {
            if (steps.size() == STEPS_MAX) {
                return refuse(WireStatus.SUBDOC_INVALID_COMBO, "Too many paths (expected: at most " + STEPS_MAX + ")");
            }
            SubdocStep step = readStep(mutates, position);
            if (step == null || !orderLegal(steps, step)) {
                return false;
            }
            steps.add(step);
            position = step.valueOffset() + step.valueLength();
        }
        if (steps.isEmpty()) {
            return refuse(WireStatus.SUBDOC_INVALID_COMBO, "There is no path (expected: at least one)");
        }
        request.detail(new SubdocRequest(true, documentFlags, givesFlags, steps));
        return true;
    }

    /** The step that begins at a position of the value, or null where it was refused. */
    private @Nullable SubdocStep readStep(boolean mutates, int position) {
        int at = request.valueOffset() + position;
        int left = request.valueLength() - position;
        SubdocRules rules = SubdocRules.of(Wire.u8(array, at));
        if (rules == null || rules.operation().mutates() != mutates) {
            refuse(WireStatus.SUBDOC_INVALID_COMBO, "An operation is none that this command takes");
            return null;
        }
        int head = mutates ? MUTATION_HEAD_BYTES : LOOKUP_HEAD_BYTES;
        if (left < head) {
            invalid("The last operation is cut short");
            return null;
        }
        int pathFlags = Wire.u8(array, at + 1);
        int pathLength = Wire.u16(array, at + 2);
        long valueLength = mutates ? Wire.u32(array, at + 4) : 0;
        if (head + pathLength + valueLength > left) {
            invalid("The last operation is cut short");
            return null;
        }
        if (!pathLengthLegal(pathLength) || !partsLegal(rules, pathFlags, (int) valueLength)) {
            return null;
        }
        if (rules.operation().whole() && pathLength > 0) {
            invalid("A path is given for the whole document (expected: none)");
            return null;
        }
        int path = position + head;
        return step(rules, pathFlags, path, pathLength, path + pathLength, (int) valueLength);
    }

    private boolean orderLegal(List<SubdocStep> before, SubdocStep step) {
        boolean bodyBefore = false;
        boolean deleteBefore = false;
        for (SubdocStep earlier : before) {
            boolean inBody = earlier.xattrKeyLength() == 0;
            bodyBefore |= inBody;
            deleteBefore |= earlier.operation() == SubdocOperation.WHOLE_DELETE;
        }
        if (step.xattrKeyLength() > 0) {
            return !bodyBefore || refuse(WireStatus.SUBDOC_INVALID_XATTR_ORDER, "An xattr is named after the body");
        }
        boolean deletes = step.operation() == SubdocOperation.WHOLE_DELETE;
        return !(deleteBefore || (deletes && bodyBefore))
                || refuse(WireStatus.SUBDOC_INVALID_COMBO, "The body is deleted and used in one command");
    }

    // ---- rules for one step -----------------------------------------------------------------------------------------

    private boolean pathLengthLegal(int pathLength) {
        return pathLength <= PATH_BYTES_MAX
                || invalid("Path has " + pathLength + " bytes (expected: at most " + PATH_BYTES_MAX + ")");
    }

    /** Whether value and flags are those that the operation takes; otherwise this has answered. */
    private boolean partsLegal(SubdocRules rules, int pathFlags, int valueLength) {
        if (!rules.valueLegal(valueLength)) {
            return invalid(valueLength > 0 ? "Value is present (expected: none)" : "Value of an operation is missing");
        }
        if ((pathFlags & ~rules.pathFlags()) != 0) {
            return invalid("Path flags have a bit that this operation does not take");
        }
        if (rules == SubdocRules.REPLACE_BODY_WITH_XATTR && (pathFlags & Flag.XATTR) == 0) {
            return invalid("The path must be an xattr's");
        }
        return (documentFlags & ~rules.documentFlags()) == 0
                || invalid("Document flags have a bit that this operation does not take");
    }

    private boolean documentFlagsTogetherLegal() {
        if (hasFlag(Flag.DOC_ADD) && request.cas() != 0) {
            return invalid("CAS is present where the document must not be (expected: 0)");
        }
        return !(hasFlag(Flag.DOC_ADD) && hasFlag(Flag.DOC_MAKE))
                || invalid("The document cannot be both added and made where it is missing");
    }

    /** The last checks, and the step; null where it was refused. Positions count from the beginning of the value. */
    private @Nullable SubdocStep step(
            SubdocRules rules, int pathFlags, int path, int pathLength, int value, int valueLength) {
        int keyLength = 0;
        SubdocMacro macro = null;
        boolean expands = (pathFlags & Flag.EXPAND_MACROS) != 0;
        boolean binary = (pathFlags & Flag.BINARY) != 0;
        if ((pathFlags & Flag.XATTR) == 0) {
            if (expands || binary) {
                refuse(WireStatus.SUBDOC_XATTR_INVALID_FLAG_COMBO, "Macros and binary values are for xattrs alone");
                return null;
            }
        } else {
            keyLength = xattrKeyLength(path, pathLength);
            if (!xattrLegal(rules, expands, binary, path, keyLength, value, valueLength)) {
                return null;
            }
            macro = expands ? macro(value, valueLength) : null;
            if (expands && macro == null) {
                refuse(WireStatus.SUBDOC_XATTR_UNKNOWN_MACRO, "Value is no macro");
                return null;
            }
        }
        if (pathLength == 0 && !rules.emptyPathLegal()) {
            invalid("Path is missing");
            return null;
        }
        boolean createsParents = (pathFlags & Flag.MAKE_PATH) != 0 || creates();
        return new SubdocStep(
                rules.operation(), createsParents, path, pathLength, value, valueLength, keyLength, macro, binary);
    }

    /** The key is what stands before the first dot or bracket. */
    private int xattrKeyLength(int path, int pathLength) {
        int from = request.valueOffset() + path;
        int length = 0;
        while (length < pathLength && array[from + length] != '.' && array[from + length] != '[') {
            length++;
        }
        return length;
    }

    private boolean xattrLegal(
            SubdocRules rules, boolean expands, boolean binary, int path, int keyLength, int value, int valueLength) {
        if (expands && binary) {
            return refuse(WireStatus.SUBDOC_XATTR_INVALID_FLAG_COMBO, "A binary value is no macro");
        }
        if ((reply.datatypes() & Datatype.XATTR) == 0) {
            return refuse(WireStatus.NOT_SUPPORTED, "Xattrs were not negotiated, or the bucket has none");
        }
        int key = request.valueOffset() + path;
        if (!XattrSection.isLegalKey(array, key, keyLength) || quoted(key, keyLength)) {
            return refuse(WireStatus.XATTR_EINVAL, "The path begins with no key that an xattr can have");
        }
        if (!rules.operation().mutates()) {
            return true;
        }
        if (array[key] == '$') {
            return refuse(WireStatus.SUBDOC_XATTR_CANT_MODIFY_VATTR, "A virtual xattr can only be read");
        }
        // What comes as bytes is encoded here, whatever it looks like.
        return binary
                || BinaryXattr.soundIn(array, request.valueOffset() + value, valueLength)
                || refuse(WireStatus.XATTR_EINVAL, "Value has binary content that is no base64");
    }

    private boolean quoted(int key, int keyLength) {
        for (int i = key; i < key + keyLength; i++) {
            if (array[i] == '`') {
                return true;
            }
        }
        return false;
    }

    private @Nullable SubdocMacro macro(int value, int valueLength) {
        int from = request.valueOffset() + value;
        int to = from + valueLength;
        for (SubdocMacro macro : SubdocMacro.values()) {
            if (macro != SubdocMacro.DOCUMENT) {
                byte[] text = macro.text().getBytes(StandardCharsets.US_ASCII);
                if (Arrays.equals(array, from, to, text, 0, text.length)) {
                    return macro;
                }
            }
        }
        boolean ofTheDocument = valueLength >= DOCUMENT_MACRO.length + MACRO_END.length
                && Arrays.equals(array, from, from + DOCUMENT_MACRO.length, DOCUMENT_MACRO, 0, DOCUMENT_MACRO.length)
                && Arrays.equals(array, to - MACRO_END.length, to, MACRO_END, 0, MACRO_END.length);
        return ofTheDocument ? SubdocMacro.DOCUMENT : null;
    }

    // ---- small things -----------------------------------------------------------------------------------------------

    private boolean hasFlag(int flag) {
        return (documentFlags & flag) != 0;
    }

    private boolean creates() {
        return hasFlag(Flag.DOC_MAKE | Flag.DOC_ADD);
    }

    private boolean invalid(String sentence) {
        return refuse(WireStatus.EINVAL, sentence);
    }

    /** Answers, and says that nothing more is to be done. */
    private boolean refuse(WireStatus status, String sentence) {
        reply.send(cookie, status, sentence);
        return false;
    }
}
