package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;

/** Finds out whether the body that a command has computed is JSON, and says so in the datatype of its store. */
final class BodyJson extends ValueWork {

    private final byte[] array;
    private final int offset;
    private final int length;
    private boolean json;

    private BodyJson(StoreRequest store, int section) {
        this.array = store.valueArray();
        this.offset = store.valueOffset() + section;
        this.length = store.valueLength() - section;
    }

    @Override
    void work() {
        json = JsonDetector.isJson(array, offset, length);
    }

    /**
     * Looks at the value of the store request, which is not compressed.
     *
     * @param section how many bytes of it are xattrs
     * @return {@code SUCCESS}, or {@code WOULD_BLOCK} when this is to be called again
     */
    static Status detect(CommandCookie cookie, int section) {
        StoreRequest store = cookie.request().store();
        BodyJson done = finished(cookie, BodyJson.class);
        if (done == null) {
            boolean here = fitsLoop(cookie, store.valueLength(), false);
            if (!here) {
                cookie.request().own();
            }
            done = new BodyJson(store, section);
            if (!done.begin(cookie, here)) {
                return Status.WOULD_BLOCK;
            }
        }
        int others = store.datatype() & ~Datatype.JSON;
        store.datatype((byte) (done.json ? others | Datatype.JSON : others));
        return Status.SUCCESS;
    }
}
