package dev.sluice.core.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of one connection, and how far a login is.
 *
 * <pre>
 *            begin                       continued                    begin: refused, the exchange goes on
 *   at rest ───────▶ message computed ─────────────▶ STEP expected ──────┐
 *      ▲                  │      ▲                        │      ▲       │
 *      └──────────────────┘      └────────────────────────┘      └───────┘
 *       succeeded, refused,                 STEP
 *       malformed
 * </pre>
 *
 * <p>To begin a login gives up who one was; what follows happens to nobody until it has succeeded. Protocol: {@code auth}
 * 1.3, 7 and 8.
 *
 * <p><b>Thread.</b> The connection's loop. The exchange itself is lent to a background thread for each of its steps.
 */
public final class Login {

    private static final String PLAIN = "PLAIN";

    /** Strongest first: clients that take the first one they know shall be well served. */
    private static final List<String> MECHANISMS = mechanismNames();

    private final Authentication authentication;
    private final boolean open;
    private final boolean certified;

    private Access access;
    private boolean authenticated;
    private @Nullable String bucket;
    private @Nullable Exchange exchange;
    private String mechanism = "";
    private boolean bucketChosen;

    /**
     * A new connection.
     *
     * @param open whether everybody may do everything here without a login
     * @param certifiedUser whom a certificate of the client's has proved; null for nobody. No password is asked for any
     *     more, nor taken. Protocol: {@code auth} 5.1
     */
    public Login(Authentication authentication, boolean open, @Nullable String certifiedUser) {
        this.authentication = authentication;
        this.open = open;
        this.certified = certifiedUser != null;
        this.authenticated = open;
        this.access = open ? Access.unrestricted("") : Access.NOBODY;
        if (certifiedUser != null) {
            become(certifiedUser);
        }
    }

    /** The connection is this user's, if there is such a user. */
    private boolean become(String name) {
        Authentication.Snapshot today = authentication.snapshot();
        User user = today.users().user(name);
        if (user == null && !open) {
            return false;
        }
        authenticated = true;
        access = (user == null ? Access.unrestricted(name) : Access.of(user, today.generation())).in(bucket);
        return true;
    }

    private static List<String> mechanismNames() {
        List<String> names = new ArrayList<>();
        for (ScramVariant variant : ScramVariant.values()) {
            names.add(variant.mechanism());
        }
        names.add(PLAIN);
        return List.copyOf(names);
    }

    // ---- what commands ask ------------------------------------------------------------------------------------------

    /** Whether the connection may do anything beyond logging in. */
    public boolean authenticated() {
        return authenticated;
    }

    /** What it may do, by the users of now. */
    public Access access() {
        Access now = access;
        if (now.outdated(authentication.generation())) {
            Authentication.Snapshot today = authentication.snapshot();
            User user = today.users().user(now.user());
            now = now.renewed(user == null ? Rights.NONE : user.rights(), today.generation());
            access = now;
        }
        return now;
    }

    /** Another bucket was selected, or none. */
    public void selected(@Nullable String name) {
        bucket = name;
        access = access.in(name);
    }

    /** The client says which bucket it wants; it is not to be given one for its name. */
    public void choosesBucket() {
        bucketChosen = true;
    }

    /** Whether the client has said which bucket it wants, or that it will. Plain memcached clients never do. */
    public boolean bucketChosen() {
        return bucketChosen;
    }

    /** Gives a privilege up until the next login. */
    public void drop(Privilege privilege) {
        access = access().without(privilege);
    }

    // ---- SASL -------------------------------------------------------------------------------------------------------

    /** The mechanisms that can be used here. */
    public List<String> mechanisms() {
        return MECHANISMS;
    }

    /** Whether a login by SASL is possible: who has shown a certificate stays who that says. */
    public boolean saslPossible() {
        return !certified;
    }

    /** Whether the client owes an answer to a challenge. */
    public boolean stepExpected() {
        return exchange != null;
    }

    /** Begins a login: from here on the connection is nobody's. */
    public void begin() {
        assert exchange == null : "a login is under way";
        authentication.begun();
        authenticated = false;
        access = Access.NOBODY.in(bucket);
    }

    /** The exchange by a mechanism, whatever its case; null where it is none of {@link #mechanisms()}. */
    @Nullable
    public Attempt attempt(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        mechanism = MECHANISMS.contains(upper) ? upper : "";
        if (mechanism.isEmpty()) {
            return null;
        }
        ScramVariant variant = null;
        for (ScramVariant candidate : ScramVariant.values()) {
            if (candidate.mechanism().equals(upper)) {
                variant = candidate;
            }
        }
        return new Attempt(authentication.exchange(variant, open));
    }

    /** The exchange that waits for the client's answer, which is its own again only by {@link #ended}. */
    public Attempt continued() {
        Exchange current = Objects.requireNonNull(exchange, "no exchange");
        exchange = null;
        return new Attempt(current);
    }

    /** What the mechanism of the last attempt is called. */
    public String mechanism() {
        return mechanism;
    }

    /**
     * A message of the client's was computed.
     *
     * @return the result, which is a refusal also where there is no such user any more
     */
    public LoginResult ended(Attempt attempt) {
        LoginResult result = attempt.result();
        switch (result.kind()) {
            case CONTINUE -> exchange = attempt.exchange;
            case SUCCESS -> {
                if (!become(result.user())) {
                    return LoginResult.refused(result.user(), "user removed during the login");
                }
            }
            case REFUSED, MALFORMED -> {}
        }
        return result;
    }

    // ---- acting for others ------------------------------------------------------------------------------------------

    /** Why the connection may not act for a user, or null where it may. */
    public @Nullable String mayNotActFor(String name) {
        Access own = access();
        if (User.internal(own.user())) {
            return null;
        }
        if (!own.has(Privilege.IMPERSONATE)) {
            return "Authorization failure: can't act for another user without the Impersonate privilege";
        }
        return authentication.users().user(name) == null ? "User \"" + name + "\" is not a Couchbase user" : null;
    }

    /** What the connection may do for another user, who {@linkplain #mayNotActFor may be acted for}. */
    public Access actingFor(String name, long lent) {
        Access own = access();
        if (User.internal(own.user())) {
            return own;
        }
        User other = authentication.users().user(name);
        return own.actingFor(name, other == null ? Rights.NONE : other.rights(), lent);
    }

    /**
     * One message of the client's on its way through the exchange. Made on the loop, run once on a background thread, read
     * on the loop again.
     */
    public static final class Attempt {

        private final Exchange exchange;
        private @Nullable LoginResult result;

        Attempt(Exchange exchange) {
            this.exchange = exchange;
        }

        /** Computes what the message comes to. Takes milliseconds. */
        public void compute(byte[] message) {
            result = exchange.step(message);
        }

        LoginResult result() {
            LoginResult computed = result;
            return computed == null ? LoginResult.refused("", "fault of the server") : computed;
        }
    }
}
