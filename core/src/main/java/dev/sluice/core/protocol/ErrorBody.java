package dev.sluice.core.protocol;

import dev.sluice.core.cookie.CommandCookie;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The value of a failure: {@code {"error":{"context":"…","ref":"…"},"manifest_uid":"1a"}}, each member only where there is
 * something to say. Protocol: {@code protocol-kv} 4.3.
 */
final class ErrorBody {

    private static final byte[] NOTHING = new byte[0];

    /** A sentence is for somebody to read. Longer ones would have to be copied, more than once, on the event loop. */
    static final int CONTEXT_CHARS_MAX = 64 << 10;

    private ErrorBody() {}

    /**
     * The object as UTF-8, or no bytes where there is nothing to say.
     *
     * @param context a sentence; ours or an engine's, so it may hold anything and is escaped
     * @param reference what the failure can be found by in the log
     * @param manifestUid of the manifest in which something was not found, or {@link CommandCookie#NO_MANIFEST}
     */
    static byte[] of(@Nullable String context, @Nullable String reference, long manifestUid) {
        boolean manifest = manifestUid != CommandCookie.NO_MANIFEST;
        if (context == null && reference == null && !manifest) {
            return NOTHING;
        }
        StringBuilder json = new StringBuilder(128).append('{');
        if (context != null || reference != null) {
            json.append("\"error\":{");
            if (context != null) {
                json.append("\"context\":");
                appendText(json, shortened(context));
            }
            if (reference != null) {
                json.append(context == null ? "" : ",").append("\"ref\":");
                appendText(json, reference);
            }
            json.append('}');
        }
        if (manifest) {
            json.append(json.length() > 1 ? "," : "")
                    .append("\"manifest_uid\":\"")
                    .append(Long.toHexString(manifestUid))
                    .append('"');
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String shortened(String context) {
        return context.length() <= CONTEXT_CHARS_MAX ? context : context.substring(0, CONTEXT_CHARS_MAX) + "...";
    }

    private static void appendText(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(' ');
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
