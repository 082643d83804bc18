package dev.sluice.core.auth;

import org.jspecify.annotations.Nullable;

/**
 * What a connection may do now: a user's rights, seen from the bucket that is selected, less what was dropped. Immutable; a
 * connection gets another one when it logs in, selects, drops a privilege, or when the users were read anew.
 *
 * <p>Every command asks, so most of the answer is worked out beforehand: {@link #plain()} holds the privileges that are
 * granted in each collection of the bucket that is not the system's, and a command whose needs are in there is allowed by
 * one comparison. Only users with grants on single scopes, and collections of the system, take the longer way. Protocol:
 * {@code auth} 6.3.
 */
public final class Access {

    /** The generation of users that no reload changes. */
    private static final long TIMELESS = -1;

    /** Not logged in. */
    public static final Access NOBODY = new Access("", Rights.NONE, null, 0, TIMELESS, null, 0);

    private final String user;
    private final Rights rights;
    private final @Nullable String bucket;
    private final long dropped;
    private final long generation;
    /** Whoever acts for another is bound by what both may do. */
    private final @Nullable Access limit;
    /** Granted on top of what the limit grants. */
    private final long lent;

    private final Grants grants;
    private final long plain;

    private Access(
            String user,
            Rights rights,
            @Nullable String bucket,
            long dropped,
            long generation,
            @Nullable Access limit,
            long lent) {
        this.user = user;
        this.rights = rights;
        this.bucket = bucket;
        this.dropped = dropped;
        this.generation = generation;
        this.limit = limit;
        this.lent = lent;
        Grants matched = bucket == null ? null : rights.in(bucket);
        this.grants = matched == null ? Grants.NONE : matched;
        this.plain = plainMask();
    }

    private long plainMask() {
        long mask = rights.global();
        if (bucket == null) {
            mask |= Privilege.BUCKET_MASK; // The command itself is to answer that there is no bucket.
        } else {
            mask |= grants.scopes().isEmpty() ? grants.mask() : grants.mask() & ~Privilege.COLLECTION_MASK;
        }
        mask &= ~dropped;
        return limit == null ? mask : mask & (limit.plain | lent);
    }

    /** A user of the configuration, outside of any bucket. */
    static Access of(User user, long generation) {
        return new Access(user.name(), user.rights(), null, 0, generation, null, 0);
    }

    /** Somebody who may do everything, whoever that is, for as long as the connection lives. */
    static Access unrestricted(String user) {
        return new Access(user, Rights.ALL, null, 0, TIMELESS, null, 0);
    }

    // ---- others of the same user ------------------------------------------------------------------------------------

    /** The same in another bucket, or in none. */
    Access in(@Nullable String name) {
        return new Access(user, rights, name, dropped, generation, limit, lent);
    }

    /** The same without a privilege. */
    Access without(Privilege privilege) {
        return new Access(user, rights, bucket, dropped | privilege.bit(), generation, limit, lent);
    }

    /** The same user as the users of today have it; what was dropped stays so. */
    Access renewed(Rights today, long todaysGeneration) {
        return new Access(user, today, bucket, dropped, todaysGeneration, limit, lent);
    }

    /**
     * The same acting for another: what both may do in the selected bucket.
     *
     * @param other the other's rights; where they have nothing in the bucket, nothing is allowed at all
     * @param extra what the other is lent
     */
    Access actingFor(String name, Rights other, long extra) {
        boolean shutOut = bucket != null && !other.mayUse(bucket);
        Access both = new Access(name, shutOut ? Rights.NONE : other, bucket, 0, generation, null, 0);
        return new Access(user, rights, bucket, dropped, generation, both, extra);
    }

    boolean outdated(long todaysGeneration) {
        return generation != todaysGeneration && generation != TIMELESS;
    }

    // ---- questions --------------------------------------------------------------------------------------------------

    /** The user's name; empty for somebody who has not said it. */
    public String user() {
        return user;
    }

    /** What is granted in every collection of the selected bucket that is not the system's, as bits. */
    public long plain() {
        return plain;
    }

    /** Whether a privilege is granted, on the server or on the selected bucket as a whole. */
    public boolean has(Privilege privilege) {
        return check(privilege, null) == Verdict.OK;
    }

    /**
     * Whether a privilege is granted.
     *
     * @param place where in the selected bucket; null for the bucket as a whole
     */
    public Verdict check(Privilege privilege, @Nullable Place place) {
        long bit = privilege.bit();
        Verdict own = checkOwn(privilege, bit, place);
        if (own != Verdict.OK || limit == null || (lent & bit) != 0) {
            return own;
        }
        return limit.check(privilege, place);
    }

    private Verdict checkOwn(Privilege privilege, long bit, @Nullable Place place) {
        if ((dropped & bit) != 0) {
            return Verdict.FAIL;
        }
        if ((rights.global() & bit) != 0) {
            return Verdict.OK;
        }
        if (privilege.level() == Privilege.Level.GLOBAL) {
            return Verdict.FAIL;
        }
        if (bucket == null) {
            return Verdict.OK;
        }
        return rights.in(bucket) == null ? Verdict.FAIL : grants.check(privilege, place);
    }

    /** Whether a privilege is granted somewhere in the selected bucket. */
    public boolean hasAnywhere(Privilege privilege) {
        long bit = privilege.bit();
        if ((dropped & bit) != 0) {
            return false;
        }
        boolean own = (rights.global() & bit) != 0
                || (privilege.level() != Privilege.Level.GLOBAL && (bucket == null || (grants.anywhere() & bit) != 0));
        return own && (limit == null || (lent & bit) != 0 || limit.hasAnywhere(privilege));
    }

    /** Whether anything is granted in a scope or collection of the selected bucket, so that its name may be told. */
    public boolean sees(Place place) {
        boolean own = bucket == null || (grants.touches(place) && (!place.system() || seesSystem(place)));
        return own && (limit == null || limit.sees(place));
    }

    /** Whether every scope and collection of the selected bucket may be known. */
    public boolean seesEverything() {
        return (plain & Privilege.SYSTEM_COLLECTION_LOOKUP.bit()) != 0;
    }

    private boolean seesSystem(Place place) {
        return check(Privilege.SYSTEM_COLLECTION_LOOKUP, place) == Verdict.OK;
    }

    /** Whether a bucket can be selected: anything is granted in it. It need not exist. */
    public boolean mayUse(String name) {
        return rights.mayUse(name) && (limit == null || limit.mayUse(name));
    }

    Rights rights() {
        return rights;
    }
}
