package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.ConfigOnlyBucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Session;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/** Commands about the connection. Protocol: {@code protocol-kv} 6.3, 6.4 and 10.5. */
final class SessionCommands {

    /** This name stands for no bucket at all. */
    private static final String NO_BUCKET = "@no bucket@";

    /**
     * What VERSION says first: the memcached release whose binary commands are spoken. libmemcached takes a text that does
     * not begin with a number above 0 for a failure, with which its ping, its stat and its dump end.
     */
    private static final String MEMCACHED_LEVEL = "1.6.0";

    /** libmemcached reads the text into a buffer of 32 bytes, whatever length the frame announces. */
    private static final int VERSION_LENGTH_MAX = 31;

    private SessionCommands() {}

    static Status noop(CommandCookie cookie) {
        cookie.reply().done(cookie);
        return Status.SUCCESS;
    }

    static Status quit(CommandCookie cookie) {
        cookie.reply().done(cookie);
        return quitQuietly(cookie);
    }

    static Status quitQuietly(CommandCookie cookie) {
        cookie.session().closeAfterReplies("quit");
        return Status.SUCCESS;
    }

    static Status version(CommandCookie cookie) {
        String text = MEMCACHED_LEVEL + " Sluice " + cookie.session().node().version();
        int length = Math.min(text.length(), VERSION_LENGTH_MAX);
        cookie.reply().bytes(cookie, text.substring(0, length).getBytes(StandardCharsets.US_ASCII));
        return Status.SUCCESS;
    }

    /** Taken and ignored: how much is logged is the configuration's, not a client's. */
    static Status verbosity(CommandCookie cookie) {
        cookie.reply().done(cookie);
        return Status.SUCCESS;
    }

    static Status listBuckets(CommandCookie cookie) {
        StringJoiner names = new StringJoiner(" ");
        for (Bucket bucket : cookie.session().node().buckets().ready()) {
            if (cookie.access().mayUse(bucket.name())) {
                names.add(bucket.name());
            }
        }
        cookie.reply().bytes(cookie, names.toString().getBytes(StandardCharsets.UTF_8));
        return Status.SUCCESS;
    }

    static Status selectBucket(CommandCookie cookie) {
        Session session = cookie.session();
        String name = cookie.request().keyText();
        if (!name.equals(NO_BUCKET) && !cookie.access().mayUse(name)) {
            // Also where there is no such bucket: who may not use it is not to learn that.
            return Permission.refuse(cookie, "Authorization failure: the user may not use this bucket");
        }
        // Once more at the end: between the two looks, the one kind of bucket may have become the other.
        boolean selected = name.equals(NO_BUCKET)
                ? session.select(null)
                : select(session, name) || selectConfigOnly(session, name) || select(session, name);
        if (!selected) {
            return Status.NO_SUCH_KEY;
        }
        session.login().choosesBucket();
        cookie.reply().done(cookie);
        return Status.SUCCESS;
    }

    private static boolean select(Session session, String name) {
        Bucket bucket = session.node().buckets().ready(name);
        return bucket != null && session.select(bucket);
    }

    private static boolean selectConfigOnly(Session session, String name) {
        ConfigOnlyBucket bucket = session.node().buckets().configOnly(name);
        return bucket != null && session.selectConfigOnly(bucket);
    }
}
