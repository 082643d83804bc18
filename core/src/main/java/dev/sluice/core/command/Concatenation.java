package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;

/**
 * APPEND and PREPEND. Flags and expiry stay; a missing document is NOT_STORED, whatever the CAS. Protocol: {@code
 * protocol-kv} 7.4.
 */
final class Concatenation extends ReadModifyWrite {

    private final boolean append;

    Concatenation(boolean append) {
        this.append = append;
    }

    @Override
    Status compute(CommandCookie cookie, boolean found, DocumentView existing) {
        if (!found) {
            return Status.NOT_STORED;
        }
        Request request = cookie.request();
        long sum = (long) existing.valueLength() + request.valueLength();
        Status status = Stores.checkSize(cookie, (int) Math.min(sum, Integer.MAX_VALUE));
        if (status != Status.SUCCESS) {
            return status;
        }
        byte[] joined = new byte[(int) sum];
        int existingAt = append ? 0 : request.valueLength();
        int addedAt = append ? existing.valueLength() : 0;
        System.arraycopy(existing.valueArray(), existing.valueOffset(), joined, existingAt, existing.valueLength());
        System.arraycopy(request.array(), request.valueOffset(), joined, addedAt, request.valueLength());
        request.computed(joined);
        return Status.SUCCESS;
    }

    @Override
    void stored(CommandCookie cookie) {
        cookie.reply().mutated(cookie, cookie.request().mutation());
    }

    @Override
    boolean detectsJson() {
        return true;
    }
}
