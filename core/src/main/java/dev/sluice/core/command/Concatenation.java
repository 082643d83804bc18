package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.XattrSection;
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
    Status input(CommandCookie cookie) {
        return IncomingValue.examineConcatenated(cookie);
    }

    @Override
    Status compute(CommandCookie cookie, boolean found, DocumentView existing, int section) {
        if (!found) {
            return Status.NOT_STORED;
        }
        Request request = cookie.request();
        byte[] inflated = request.inflated();
        byte[] added = inflated != null ? inflated : request.array();
        int addedFrom = inflated != null ? 0 : request.valueOffset();
        int addedLength = inflated != null ? inflated.length : request.valueLength();
        long sum = (long) existing.valueLength() + addedLength;
        int system = section == 0 ? 0 : XattrSection.systemBytes(existing.valueArray(), existing.valueOffset());
        Status status = Stores.checkSize(cookie, (int) Math.min(sum - system, Integer.MAX_VALUE));
        if (status != Status.SUCCESS) {
            return status;
        }
        byte[] joined = new byte[(int) sum];
        int bodyLength = existing.valueLength() - section;
        int bodyAt = append ? section : section + addedLength;
        int addedAt = append ? section + bodyLength : section;
        System.arraycopy(existing.valueArray(), existing.valueOffset(), joined, 0, section);
        System.arraycopy(existing.valueArray(), existing.valueOffset() + section, joined, bodyAt, bodyLength);
        System.arraycopy(added, addedFrom, joined, addedAt, addedLength);
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
