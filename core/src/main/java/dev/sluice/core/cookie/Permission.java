package dev.sluice.core.cookie;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Place;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.auth.Verdict;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.Manifest;
import dev.sluice.core.collections.Scope;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * Checks of privileges in a bucket, with the answer that a client gets. For commands that find out by themselves which
 * collection they are about; all others are checked before they are executed. On the connection's loop.
 */
public final class Permission {

    private Permission() {}

    /**
     * Whether the command may use a privilege in a collection of the selected bucket, and in one of the system's beside it
     * what that needs.
     *
     * @param command what the client calls it, for the answer
     * @param beside {@code SYSTEM_COLLECTION_LOOKUP} for what reads, {@code SYSTEM_COLLECTION_MUTATION} for what writes
     * @return {@code SUCCESS}, or what an executor is to return
     */
    public static Status require(
            CommandCookie cookie, String command, Privilege privilege, Privilege beside, int collection) {
        Access access = cookie.access();
        Place place = place(cookie.session().bucket(), collection);
        if (place != null && place.system()) {
            Verdict verdict = access.check(beside, place);
            if (verdict != Verdict.OK) {
                return refuse(cookie, command, beside.spelling(), verdict);
            }
        }
        Verdict verdict = access.check(privilege, place);
        return verdict == Verdict.OK ? Status.SUCCESS : refuse(cookie, command, privilege.spelling(), verdict);
    }

    /** Whether a privilege is granted in a collection of the selected bucket; nobody is told. Allocates nothing for most users. */
    public static boolean has(CommandCookie cookie, Privilege privilege, int collection) {
        Access access = cookie.access();
        return (access.plain() & privilege.bit()) != 0
                || access.check(privilege, place(cookie.session().bucket(), collection)) == Verdict.OK;
    }

    /**
     * Whether the command may use a privilege on the server or on the selected bucket as a whole.
     *
     * @return {@code SUCCESS}, or what an executor is to return
     */
    public static Status require(CommandCookie cookie, String command, Privilege privilege) {
        Verdict verdict = cookie.access().check(privilege, null);
        return verdict == Verdict.OK ? Status.SUCCESS : refuse(cookie, command, privilege.spelling(), verdict);
    }

    /**
     * Whether the command may use a privilege in any collection of the selected bucket; where, it finds out by itself.
     *
     * @return {@code SUCCESS}, or what an executor is to return
     */
    public static Status requireAnywhere(CommandCookie cookie, String command, Privilege privilege) {
        return cookie.access().hasAnywhere(privilege)
                ? Status.SUCCESS
                : refuse(cookie, command, privilege.spelling(), Verdict.FAIL);
    }

    /** Answers that a privilege is missing: to be returned by an executor. Where nothing may be known, nothing is there. */
    public static Status refuse(CommandCookie cookie, String command, String privilege, Verdict verdict) {
        if (verdict == Verdict.FAIL_NO_PRIVILEGES) {
            return Status.UNKNOWN_COLLECTION;
        }
        String sentence = "Authorization failure: can't execute " + command + " operation without the " + privilege
                + " privilege";
        return refuse(cookie, sentence);
    }

    /** Answers that something is not allowed, with a sentence for it: to be returned by an executor. */
    public static Status refuse(CommandCookie cookie, String sentence) {
        Session session = cookie.session();
        String reference = session.node()
                .authentication()
                .commandRefused(
                        session.connectionId(),
                        session.peer(),
                        session.login().access().user(),
                        sentence);
        cookie.errorContext(sentence);
        if (reference != null) {
            cookie.errorReference(reference);
        }
        return cookie.refuse(Refusal.NO_ACCESS);
    }

    /** Where a collection is; null where it is not known, and only what is granted on the whole bucket helps. */
    public static @Nullable Place place(@Nullable Bucket bucket, int collection) {
        if (bucket == null) {
            return null;
        }
        if (collection == 0) {
            return Place.DEFAULT;
        }
        Manifest manifest = bucket.collections();
        Collection found = manifest.collection(collection);
        Scope scope = found == null ? null : manifest.scope(found.scopeId());
        return found == null || scope == null ? null : new Place(scope.name(), found.name());
    }

    /** Whether a collection is one of the system's; no for one that does not exist. Allocates nothing. */
    public static boolean isSystem(@Nullable Bucket bucket, int collection) {
        if (collection == 0 || bucket == null) {
            return false;
        }
        Collection found = bucket.collections().collection(collection);
        return found != null && found.system();
    }

    /** Whether the client may know of a scope. */
    public static boolean sees(CommandCookie cookie, Scope scope) {
        return cookie.access().sees(new Place(scope.name(), null));
    }

    /** Whether the client may know of a collection. */
    public static boolean sees(CommandCookie cookie, Scope scope, Collection collection) {
        return cookie.access().sees(new Place(scope.name(), collection.name()));
    }
}
