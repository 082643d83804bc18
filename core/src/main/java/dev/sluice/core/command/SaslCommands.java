package dev.sluice.core.command;

import dev.sluice.core.auth.Login;
import dev.sluice.core.auth.LoginResult;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Session;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;

/**
 * SASL_LIST_MECHS, SASL_AUTH and SASL_STEP. Hashing takes milliseconds, so each message is computed on a background thread
 * while the command is blocked, as it would be by an engine. Protocol: {@code auth} 1 and 2, {@code protocol-kv} 6.2.
 */
final class SaslCommands {

    /** The bucket of plain memcached clients that have none of their own name. */
    private static final String DEFAULT_BUCKET = "default";

    private SaslCommands() {}

    static Status listMechanisms(CommandCookie cookie) {
        Login login = cookie.session().login();
        if (!login.saslPossible()) {
            return cookie.refuse(Refusal.NOT_SUPPORTED);
        }
        cookie.reply().bytes(cookie, String.join(" ", login.mechanisms()).getBytes(StandardCharsets.US_ASCII));
        return Status.SUCCESS;
    }

    static Status authenticate(CommandCookie cookie) {
        if (cookie.progress() instanceof Computation computed) {
            return finish(cookie, computed);
        }
        Login login = cookie.session().login();
        if (!login.saslPossible()) {
            return cookie.refuse(Refusal.NOT_SUPPORTED);
        }
        if (login.stepExpected()) {
            cookie.errorContext("SASL_AUTH in the middle of a login (expected: SASL_STEP)");
            return Status.INVALID_ARGUMENTS;
        }
        login.begin();
        Login.Attempt attempt = login.attempt(cookie.request().keyText());
        if (attempt == null) {
            cookie.errorContext("Unsupported mechanism. Must be one of: " + String.join(" ", login.mechanisms()));
            return refuse(cookie, LoginResult.refused("", "mechanism that is not offered"));
        }
        return compute(cookie, attempt);
    }

    static Status step(CommandCookie cookie) {
        if (cookie.progress() instanceof Computation computed) {
            return finish(cookie, computed);
        }
        Login login = cookie.session().login();
        if (!login.stepExpected()) {
            cookie.errorContext("SASL_STEP without a login that waits for it (expected: SASL_AUTH)");
            return Status.INVALID_ARGUMENTS;
        }
        return compute(cookie, login.continued());
    }

    /** A message that is being computed. A command that has ended meanwhile is not worth the work. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
    private record Computation(Login.Attempt attempt, byte[] message, BlockedCookie blocked) implements Runnable {

        @Override
        public void run() {
            if (!blocked.cancelled()) {
                try {
                    attempt.compute(message);
                } finally {
                    blocked.notifyIoComplete(Status.SUCCESS);
                }
            }
        }
    }

    private static Status compute(CommandCookie cookie, Login.Attempt attempt) {
        Computation computation = new Computation(attempt, cookie.request().copyOfValue(), cookie.block());
        cookie.progress(computation);
        cookie.session().node().authentication().compute(computation);
        return Status.WOULD_BLOCK;
    }

    private static Status finish(CommandCookie cookie, Computation computed) {
        Session session = cookie.session();
        LoginResult result = session.login().ended(computed.attempt());
        switch (result.kind()) {
            case CONTINUE -> cookie.reply().challenge(cookie, result.message());
            case SUCCESS -> {
                chooseBucket(session);
                cookie.reply().bytes(cookie, result.message());
            }
            case MALFORMED -> {
                cookie.errorContext(new String(result.message(), StandardCharsets.UTF_8));
                return Status.INVALID_ARGUMENTS;
            }
            case REFUSED -> {
                // The same words whatever the cause: that a user exists is nobody's business.
                cookie.errorContext("Authentication failed");
                return refuse(cookie, result);
            }
        }
        return Status.SUCCESS;
    }

    /** Refuses a login, which is counted and has a line in the log. */
    private static Status refuse(CommandCookie cookie, LoginResult result) {
        Session session = cookie.session();
        String reference = session.node()
                .authentication()
                .refused(session.connectionId(), session.peer(), session.login().mechanism(), result);
        if (reference != null) {
            cookie.errorReference(reference);
        }
        return cookie.refuse(Refusal.AUTHENTICATION_FAILED);
    }

    /**
     * A bucket that the user may not use is left. Plain memcached clients cannot select one: they work in the bucket that
     * is called like the user if there is one, otherwise where they are, otherwise in the default bucket.
     */
    private static void chooseBucket(Session session) {
        Login login = session.login();
        Bucket here = session.bucket();
        String user = login.access().user();
        if (!login.bucketChosen() && select(session, user)) {
            return;
        }
        if (here != null && !login.access().mayUse(here.name())) {
            here = null;
            session.select(null);
        }
        if (here == null && !login.bucketChosen()) {
            boolean unused = select(session, DEFAULT_BUCKET);
        }
    }

    private static boolean select(Session session, String name) {
        NodeServices node = session.node();
        Bucket bucket = session.login().access().mayUse(name) ? node.buckets().ready(name) : null;
        return bucket != null && session.select(bucket);
    }
}
