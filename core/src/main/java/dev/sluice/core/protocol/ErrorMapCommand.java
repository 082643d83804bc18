package dev.sluice.core.protocol;

import dev.sluice.core.command.BucketFree;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Status;

/** GET_ERROR_MAP: what statuses mean. Protocol: {@code protocol-kv} 4.5. */
enum ErrorMapCommand implements BucketFree {
    INSTANCE;

    @Override
    public Status execute(CommandCookie cookie) {
        Request request = cookie.request();
        byte[] map = ErrorMap.upToVersion(Wire.u16(request.array(), request.valueOffset()));
        if (map == null) {
            cookie.errorContext("There is no error map of version 0 (expected: 1 or 2)");
            return Status.NO_SUCH_KEY;
        }
        cookie.reply().json(cookie, map);
        return Status.SUCCESS;
    }
}
