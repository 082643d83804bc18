package dev.sluice.core.command;

import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.cookie.SubdocResults;
import dev.sluice.core.datatype.BinaryXattr;
import dev.sluice.core.subdoc.PathExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks up what the steps of a request name, in a document that is inflated. A step that finds nothing does not keep the
 * others from it. Protocol: {@code protocol-subdoc} 6 to 8.
 */
final class SubdocLook extends ValueWork {

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] CHECKSUM = "value_crc32c".getBytes(StandardCharsets.US_ASCII);

    private final byte[] request;
    private final int requestOffset;
    private final List<SubdocStep> steps;
    private final SubdocBody body;
    private final VirtualAttributes virtual;
    private final boolean xattrsAllowed;
    private final boolean systemAllowed;
    private final PathExecutor executor = new PathExecutor();
    private final SubdocResults results;

    /**
     * @param xattrsAllowed whether the client may have what the steps ask of extended attributes
     * @param systemAllowed whether the client may know of those of the system
     */
    SubdocLook(
            Request request,
            List<SubdocStep> steps,
            SubdocBody body,
            VirtualAttributes virtual,
            boolean xattrsAllowed,
            boolean systemAllowed) {
        this.request = request.array();
        this.requestOffset = request.valueOffset();
        this.steps = steps;
        this.body = body;
        this.virtual = virtual;
        this.xattrsAllowed = xattrsAllowed;
        this.systemAllowed = systemAllowed;
        this.results = new SubdocResults(steps.size());
    }

    SubdocResults results() {
        return results;
    }

    @Override
    void work() {
        for (int i = 0; i < steps.size(); i++) {
            Refusal failure = look(i, steps.get(i));
            if (failure != null) {
                results.failure(i, failure);
            }
        }
    }

    private @Nullable Refusal look(int index, SubdocStep step) {
        if (step.operation() == SubdocOperation.WHOLE_GET) {
            if (body.length == 0) {
                return Refusal.PATH_NOT_FOUND;
            }
            results.result(index, body.array, body.offset, body.length, body.json);
            return null;
        }
        if (!step.inXattr()) {
            return body.json ? at(index, step, body.array, body.offset, body.length) : Refusal.DOCUMENT_NOT_JSON;
        }
        if (!xattrsAllowed) {
            return Refusal.NO_ACCESS;
        }
        int path = requestOffset + step.pathOffset();
        byte[] object = request[path] == '$'
                ? virtualObject(path, step)
                : body.xattrs.asObject(request, path, step.xattrKeyLength());
        return object == null ? Refusal.UNKNOWN_VIRTUAL_ATTRIBUTE : at(index, step, object, 0, object.length);
    }

    private byte @Nullable [] virtualObject(int path, SubdocStep step) {
        String key = new String(request, path, step.xattrKeyLength(), StandardCharsets.UTF_8);
        String value = switch (key) {
            case "$document" -> virtual.document(body.array, body.offset, body.length, wantsChecksum(path, step));
            case "$XTOC" -> body.xattrs.keysAsJson(systemAllowed);
            case "$vbucket" -> virtual.vbucket();
            default -> null;
        };
        return value == null ? null : ("{\"" + key + "\":" + value + '}').getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a path into {@code $document} can lead to its checksum, which is not worked out for any other. */
    private boolean wantsChecksum(int path, SubdocStep step) {
        int at = path + step.xattrKeyLength() + 1;
        int length = step.pathLength() - step.xattrKeyLength() - 1;
        return length <= 0
                || step.operation() == SubdocOperation.GET_COUNT
                || request[at] == '`'
                || (length >= CHECKSUM.length
                        && Arrays.equals(request, at, at + CHECKSUM.length, CHECKSUM, 0, CHECKSUM.length));
    }

    private @Nullable Refusal at(int index, SubdocStep step, byte[] array, int offset, int length) {
        Refusal failure = PathRefusals.of(executor.execute(
                step.operation().path(),
                false,
                array,
                offset,
                length,
                request,
                requestOffset + step.pathOffset(),
                step.pathLength(),
                NOTHING,
                0,
                0));
        if (failure != null) {
            return failure;
        }
        switch (step.operation()) {
            case GET -> {
                return found(index, step, array);
            }
            case GET_COUNT -> {
                byte[] digits = Long.toString(executor.number()).getBytes(StandardCharsets.US_ASCII);
                results.result(index, digits, 0, digits.length, true);
            }
            default -> {} // That it exists is all there is to say.
        }
        return null;
    }

    private @Nullable Refusal found(int index, SubdocStep step, byte[] array) {
        if (!step.binary()) {
            results.result(index, array, executor.matchOffset(), executor.matchLength(), true);
            return null;
        }
        byte[] bytes = BinaryXattr.decode(array, executor.matchOffset(), executor.matchLength());
        if (bytes == null) {
            return Refusal.FIELD_NOT_BINARY;
        }
        results.result(index, bytes, 0, bytes.length, false);
        return null;
    }
}
