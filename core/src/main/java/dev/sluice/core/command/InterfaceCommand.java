package dev.sluice.core.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.engine.Status;

/**
 * IFCONFIG: shows where the server listens. Protocol: {@code protocol-kv} 15, Ifconfig. <i>Differs:</i> listeners are the
 * configuration's, so that {@code define}, {@code delete} and {@code tls} are not supported.
 */
final class InterfaceCommand {

    /** Loaded when it is first needed: Jackson's data binding is a tenth of a start, and few servers need it here. */
    private static final class Json {

        static final ObjectMapper MAPPER = new ObjectMapper();

        private Json() {}
    }

    private InterfaceCommand() {}

    static Status execute(CommandCookie cookie) {
        return switch (cookie.request().keyText()) {
            case "list" -> list(cookie);
            case "define", "delete", "tls" -> cookie.refuse(Refusal.NOT_SUPPORTED);
            default -> Status.INVALID_ARGUMENTS;
        };
    }

    private static Status list(CommandCookie cookie) {
        try {
            cookie.reply()
                    .bytes(
                            cookie,
                            Json.MAPPER.writeValueAsBytes(
                                    cookie.session().node().interfaces()));
        } catch (JsonProcessingException e) {
            throw new AssertionError("records of numbers and texts are always JSON", e);
        }
        return Status.SUCCESS;
    }
}
