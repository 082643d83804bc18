package dev.sluice.core.command;

import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.SubdocResults;
import dev.sluice.core.datatype.BinaryXattr;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.core.datatype.XattrPairs;
import dev.sluice.core.subdoc.EditedDocument;
import dev.sluice.core.subdoc.PathExecutor;
import dev.sluice.core.subdoc.PathOperation;
import dev.sluice.core.subdoc.PathStatus;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.ValuePatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new version of a document: applies the steps of a request, each to what the one before has left, and puts the value
 * together. The first step that fails ends it, and nothing is changed. Protocol: {@code protocol-subdoc} 6 to 9.
 *
 * <p>Extended attributes come before the body, in the request as in the value. So when the body is edited the length of the
 * section in front of it is known, and the last edit writes into the array that is stored; those before it share one copy.
 *
 * <p>What is here is only read; an engine's array is never written to.
 */
final class SubdocEdit extends ValueWork {

    private static final byte[] NOTHING = new byte[0];

    private final byte[] request;
    private final int requestOffset;
    private final int requestLength;
    private final List<SubdocStep> steps;
    private final XattrPairs xattrs;
    private final VirtualAttributes virtual;
    private final SubdocBody before;
    private final boolean xattrsAllowed;
    private final PathExecutor executor = new PathExecutor();
    private final SubdocResults results;

    /** The body as the steps so far have left it. */
    private byte[] body;

    private int bodyOffset;
    private int bodyLength;
    private boolean json;
    /** Whether the body came from an attribute as it stood there, with tokens if it had any. */
    private boolean bodyOfXattr;
    /** How many bytes in front of the body in its array are there for the section. */
    private int headroom;

    /** Has the body between two edits, where its array is the body's. */
    private @Nullable EditedDocument workingCopy;

    private boolean deletes;
    private @Nullable MacroTokens tokens;

    private byte[] value = NOTHING;
    private int systemBytes;
    private boolean hasXattrs;
    private @Nullable ValuePatch patch;

    /**
     * @param before the document to change, inflated, or what a new one begins with
     * @param xattrsAllowed whether the client may do what the steps do to extended attributes
     */
    SubdocEdit(
            Request request,
            List<SubdocStep> steps,
            SubdocBody before,
            VirtualAttributes virtual,
            boolean xattrsAllowed) {
        this.request = request.array();
        this.requestOffset = request.valueOffset();
        this.requestLength = request.valueLength();
        this.steps = steps;
        this.before = before;
        this.xattrs = before.xattrs;
        this.virtual = virtual;
        this.xattrsAllowed = xattrsAllowed;
        this.results = new SubdocResults(steps.size());
        this.body = before.array;
        this.bodyOffset = before.offset;
        this.bodyLength = before.length;
        this.json = before.json;
    }

    // ---- what came of it --------------------------------------------------------------------------------------------

    SubdocResults results() {
        return results;
    }

    /** The value to store; empty for a tombstone of which nothing is left. */
    byte[] value() {
        return value;
    }

    byte datatype() {
        return (byte) ((json ? Datatype.JSON : Datatype.RAW) | (hasXattrs ? Datatype.XATTR : Datatype.RAW));
    }

    /** What of the value are attributes of the system, which have a limit of their own. */
    int systemBytes() {
        return systemBytes;
    }

    boolean hasBody() {
        return bodyLength > 0;
    }

    /** Whether a step deletes the document. */
    boolean deletes() {
        return deletes;
    }

    /** What the engine has to write into the value as it stores it, or null. */
    @Nullable
    ValuePatch patch() {
        return patch;
    }

    // ---- the work ---------------------------------------------------------------------------------------------------

    @Override
    void work() {
        for (int i = 0; i < steps.size(); i++) {
            Refusal failure = apply(i, steps.get(i));
            if (failure != null) {
                results.failure(i, failure);
                return;
            }
        }
        assemble();
    }

    private @Nullable Refusal apply(int index, SubdocStep step) {
        switch (step.operation()) {
            case WHOLE_SET -> {
                int from = requestOffset + step.valueOffset();
                body(Arrays.copyOfRange(request, from, from + step.valueLength()), detected(step));
                return null;
            }
            case WHOLE_DELETE -> {
                xattrs.removeUsers();
                body(NOTHING, false);
                deletes = true;
                return null;
            }
            default -> {
                if (step.inXattr() && !xattrsAllowed) {
                    return Refusal.NO_ACCESS;
                }
                if (step.operation() == SubdocOperation.REPLACE_BODY_WITH_XATTR) {
                    return replaceBody(step);
                }
                return step.inXattr() ? editXattr(index, step) : editBody(index, step);
            }
        }
    }

    private boolean detected(SubdocStep step) {
        return JsonDetector.isJson(request, requestOffset + step.valueOffset(), step.valueLength());
    }

    private void body(byte[] array, boolean isJson) {
        body = array;
        bodyOffset = 0;
        bodyLength = array.length;
        json = isJson;
        headroom = 0;
        bodyOfXattr = false;
    }

    private @Nullable Refusal editBody(int index, SubdocStep step) {
        if (!json) {
            return Refusal.DOCUMENT_NOT_JSON;
        }
        int from = requestOffset + step.valueOffset();
        PathStatus status = execute(step, body, bodyOffset, bodyLength, request, from, step.valueLength());
        if (status != PathStatus.SUCCESS) {
            return PathRefusals.of(status);
        }
        if (index == steps.size() - 1) {
            writeValue();
        } else {
            editCopy();
        }
        counted(index, step);
        return null;
    }

    /** The last edit is written to where it stays, behind the attributes, which are complete. */
    private void writeValue() {
        int section = xattrs.bytes();
        int length = executor.newLength();
        byte[] edited = new byte[Math.addExact(section, length)];
        executor.copyTo(edited, section);
        body = edited;
        bodyOffset = section;
        bodyLength = length;
        headroom = section;
    }

    /** Edits before the last one share a copy of the body. */
    private void editCopy() {
        EditedDocument copy = workingCopy;
        if (copy == null || copy.array() != body) {
            copy = new EditedDocument(body, bodyOffset, bodyLength);
            workingCopy = copy;
        }
        copy.apply(executor);
        body = copy.array();
        bodyOffset = copy.offset();
        bodyLength = copy.length();
        headroom = 0;
    }

    private @Nullable Refusal editXattr(int index, SubdocStep step) {
        int path = requestOffset + step.pathOffset();
        byte[] given = request;
        int from = requestOffset + step.valueOffset();
        int length = step.valueLength();
        SubdocMacro macro = step.macro();
        if (macro != null) {
            byte[] expanded = macro == SubdocMacro.DOCUMENT ? documentMacro(from, length) : token(macro);
            if (expanded == null) {
                return Refusal.UNKNOWN_DOCUMENT_MACRO;
            }
            given = expanded;
        } else if (step.binary()) {
            given = BinaryXattr.encode(request, from, length);
        }
        if (given != request) {
            from = 0;
            length = given.length;
        }
        byte[] object = xattrs.asObject(request, path, step.xattrKeyLength());
        PathStatus status = execute(step, object, 0, object.length, given, from, length);
        if (status != PathStatus.SUCCESS) {
            return PathRefusals.of(status);
        }
        byte[] edited = executor.toByteArray();
        counted(index, step);
        PathStatus left = executor.execute(
                PathOperation.GET,
                false,
                edited,
                0,
                edited.length,
                request,
                path,
                step.xattrKeyLength(),
                NOTHING,
                0,
                0);
        if (left == PathStatus.SUCCESS) {
            xattrs.put(request, path, step.xattrKeyLength(), edited, executor.matchOffset(), executor.matchLength());
        } else {
            xattrs.remove(request, path, step.xattrKeyLength());
        }
        return null;
    }

    private PathStatus execute(
            SubdocStep step, byte[] document, int offset, int length, byte[] given, int from, int givenLength) {
        return executor.execute(
                step.operation().path(),
                step.createsParents(),
                document,
                offset,
                length,
                request,
                requestOffset + step.pathOffset(),
                step.pathLength(),
                given,
                from,
                givenLength);
    }

    private void counted(int index, SubdocStep step) {
        if (step.operation() == SubdocOperation.COUNTER) {
            byte[] digits = Long.toString(executor.number()).getBytes(StandardCharsets.US_ASCII);
            results.result(index, digits, 0, digits.length, true);
        }
    }

    private @Nullable Refusal replaceBody(SubdocStep step) {
        int path = requestOffset + step.pathOffset();
        byte[] object = xattrs.asObject(request, path, step.xattrKeyLength());
        PathStatus status = execute(step, object, 0, object.length, NOTHING, 0, 0);
        if (status != PathStatus.SUCCESS) {
            return PathRefusals.of(status);
        }
        int at = executor.matchOffset();
        if (step.binary()) {
            byte[] bytes = BinaryXattr.decode(object, at, executor.matchLength());
            if (bytes == null) {
                return Refusal.FIELD_NOT_BINARY;
            }
            body(bytes, JsonDetector.isJson(bytes, 0, bytes.length));
        } else {
            body(Arrays.copyOfRange(object, at, at + executor.matchLength()), executor.matchLength() > 0);
            bodyOfXattr = true;
        }
        return null;
    }

    // ---- macros -----------------------------------------------------------------------------------------------------

    private byte[] token(SubdocMacro macro) {
        MacroTokens all = tokens;
        if (all == null) {
            List<MacroTokens.Bytes> sources = new ArrayList<>();
            // The attributes before the body are in its array, in front of it; a new document has neither.
            sources.add(new MacroTokens.Bytes(before.array, 0, before.array.length));
            sources.add(new MacroTokens.Bytes(request, requestOffset, requestLength));
            if (steps.stream().anyMatch(step -> step.macro() == SubdocMacro.DOCUMENT)) {
                // A client can choose the CAS of a document, and the checksum of its body.
                byte[] text = virtual.document(before.array, before.offset, before.length, true)
                        .getBytes(StandardCharsets.UTF_8);
                sources.add(new MacroTokens.Bytes(text, 0, text.length));
            }
            all = new MacroTokens(sources);
            tokens = all;
        }
        return all.of(macro);
    }

    /**
     * What <code>"${$document}"</code> or <code>"${$document.field}"</code> stands for: the document as it was before the
     * mutation.
     */
    private byte @Nullable [] documentMacro(int from, int length) {
        int name = from + SubdocMacro.DOCUMENT.text().length();
        String rest = new String(request, name, from + length - 2 - name, StandardCharsets.UTF_8);
        String text = null;
        if (rest.isEmpty()) {
            text = virtual.document(before.array, before.offset, before.length, true);
        } else if (rest.charAt(0) == '.') {
            text = virtual.macro(rest.substring(1), before.array, before.offset, before.length);
        }
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- the value --------------------------------------------------------------------------------------------------

    private void assemble() {
        int section = xattrs.bytes();
        hasXattrs = section > 0;
        systemBytes = xattrs.systemBytes();
        boolean inPlace = headroom > 0 || (section == 0 && bodyOffset == 0 && bodyLength == body.length);
        if (inPlace && headroom == section && body != before.array) {
            value = body;
        } else {
            value = new byte[Math.addExact(section, bodyLength)];
            System.arraycopy(body, bodyOffset, value, section, bodyLength);
        }
        xattrs.writeTo(value);
        if (tokens != null) {
            patch = tokens.expand(value, section, bodyOfXattr);
        }
    }
}
