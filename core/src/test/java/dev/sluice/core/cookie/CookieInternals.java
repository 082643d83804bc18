package dev.sluice.core.cookie;

import dev.sluice.engine.BlockedCookie;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** What a handle keeps alive, which nobody but a test asks. */
final class CookieInternals {

    private static final Field OUTCOME = field("outcome");
    private static final Field COOKIE = field("cookie");
    private static final Field CANCEL_ACTION = field("cancelAction");
    private static final Field CANCELLATION_OVER = field("CANCELLATION_OVER");

    private CookieInternals() {}

    static @Nullable Object outcome(BlockedCookie handle) {
        return read(OUTCOME, handle);
    }

    static @Nullable Object cookie(BlockedCookie handle) {
        return read(COOKIE, handle);
    }

    /** Whether the handle keeps a listener of the engine's. */
    static boolean holdsAction(BlockedCookie handle) {
        Object action = read(CANCEL_ACTION, handle);
        return action != null && action != read(CANCELLATION_OVER, handle);
    }

    private static @Nullable Object read(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Field field(String name) {
        try {
            Field field = BlockedCommand.class.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }
}
