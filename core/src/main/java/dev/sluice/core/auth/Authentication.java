package dev.sluice.core.auth;

import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.core.statistics.ServerCounters;
import dev.sluice.engine.EngineClock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's users, and the threads on which logins are computed. One for the process.
 *
 * <p><b>Thread.</b> Any, where nothing else is said. Users are replaced as a whole; connections notice by their generation
 * and see the new ones at their next command.
 */
public final class Authentication {

    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final int SECRET_BYTES = 64;

    /** The number of a connection that does not speak the binary protocol; the others begin at 1. */
    private static final long NO_CONNECTION = 0;

    /** Users and their number, so that both are always seen together. */
    record Snapshot(Users users, long generation) {}

    private final EngineClock clock;
    private final ServerCounters counters;
    private final HashingQueue hashing;
    private final SecurityLog log;
    private final Supplier<RandomGenerator> randomSource;

    private final Object lock = new Object();

    /** Orders the readings of users: what was read last is what holds. */
    private final Object reading = new Object();

    private volatile Snapshot snapshot = new Snapshot(Users.NONE, 0);
    private volatile UserSource source = () -> snapshot.users();
    private @Nullable RandomGenerator random;
    private byte @Nullable [] fallbackSalt;

    /**
     * Without users.
     *
     * @param pool where logins are computed
     * @param computedMax how many at a time
     * @param random asked once, on a background thread, when somebody first logs in; guarded here
     */
    public Authentication(
            EngineClock clock,
            Executor pool,
            int computedMax,
            ServerCounters counters,
            Supplier<RandomGenerator> random) {
        this.clock = clock;
        this.counters = counters;
        this.hashing = new HashingQueue(pool, computedMax);
        this.log = new SecurityLog(clock);
        this.randomSource = random;
    }

    // ---- users ------------------------------------------------------------------------------------------------------

    /** Replaces all users. Whoever is connected sees them at the next command. */
    public void users(Users users) {
        synchronized (lock) {
            snapshot = new Snapshot(users, snapshot.generation() + 1);
        }
    }

    public Users users() {
        return snapshot.users();
    }

    /** Says where {@link #reload()} finds users. */
    public void source(UserSource from) {
        source = from;
    }

    /**
     * Reads the users anew. On a background thread, as it waits for a file.
     *
     * @return what is wrong with them, in which case the old ones stay in force; empty where nothing is
     */
    public List<String> reload() {
        List<String> mistakes = replace(source);
        if (!mistakes.isEmpty()) {
            LOG.warn("users not read, the old ones stay in force: mistakes={}", mistakes);
        }
        return mistakes;
    }

    /**
     * Reads users from a source and replaces all by them. Reading and replacing is one step, whoever asks for it: of two who
     * read at the same time the one that began first could otherwise be done last, and a user that was taken away between the
     * two would be back. On a background thread.
     *
     * @return what is wrong with them, in which case the old ones stay in force; empty where nothing is
     */
    public List<String> replace(UserSource from) {
        synchronized (reading) {
            Users read;
            try {
                read = from.read();
            } catch (UserSource.MistakesException e) {
                return e.mistakes();
            }
            users(read);
            LOG.info("users read: count={}", read.size());
            return List.of();
        }
    }

    long generation() {
        return snapshot.generation();
    }

    Snapshot snapshot() {
        return snapshot;
    }

    // ---- logins -----------------------------------------------------------------------------------------------------

    /**
     * Does what the first login would have to wait for: Java's cryptography is set up, and the system is asked for random
     * numbers. On a background thread.
     */
    public void warmUp() {
        byte[] unused = Scram.hmac(ScramVariant.SHA512, random(SECRET_BYTES), new byte[1]);
    }

    /**
     * Runs the computation of a login when its turn comes.
     *
     * @throws java.util.concurrent.RejectedExecutionException when too many wait, or the server is stopping
     */
    public void compute(Runnable task) {
        hashing.submit(task);
    }

    /** Logins that are being computed now. */
    public int computing() {
        return hashing.running();
    }

    /** Logins that wait for their turn to be computed. */
    public int waiting() {
        return hashing.waiting();
    }

    /** A login that is about to begin. Cheap; the rest happens in the exchange's steps. */
    Exchange exchange(@Nullable ScramVariant variant, boolean open) {
        // What costs is put off to the first step, which runs on a background thread.
        return new Exchange() {
            private @Nullable Exchange begun;

            @Override
            public LoginResult step(byte[] message) {
                Exchange current = begun;
                if (current == null) {
                    Credentials credentials = credentials(open);
                    current = variant == null
                            ? new PlainExchange(credentials)
                            : new ScramExchange(variant, credentials, random(ScramExchange.NONCE_BYTES));
                    begun = current;
                }
                return current.step(message);
            }
        };
    }

    /**
     * Whether a password is a user's, and good still. Who guesses by another way than SASL is counted, and named in the log,
     * all the same. Takes milliseconds: for {@link #compute}.
     *
     * @param peer where the password comes from
     * @param mechanism how it came
     */
    public boolean isPassword(String peer, String mechanism, String user, byte[] password) {
        begun();
        Credentials credentials = credentials(false);
        boolean matches = credentials.matches(user, password);
        String refusal = credentials.refusal(user, matches);
        if (matches && refusal == null) {
            return true;
        }
        LoginResult result = LoginResult.refused(user, refusal == null ? "wrong password" : refusal);
        String unused = refused(NO_CONNECTION, peer, mechanism, result);
        return false;
    }

    /** Whether there is a user of this name. */
    public boolean knows(String user) {
        return snapshot.users().user(user) != null;
    }

    /** Whether a user may do anything in a bucket, which need not exist. */
    public boolean mayUse(String name, String bucket) {
        User user = snapshot.users().user(name);
        return user != null && user.rights().mayUse(bucket);
    }

    private Credentials credentials(boolean open) {
        Users users = snapshot.users();
        synchronized (lock) {
            byte[] salt = fallbackSalt;
            if (salt == null) {
                salt = random(SECRET_BYTES);
                fallbackSalt = salt;
            }
            KnownUsers known = new KnownUsers(users, salt, clock.wallSeconds());
            if (!open) {
                return known;
            }
            return new OpenUsers(known, users);
        }
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        synchronized (lock) {
            RandomGenerator generator = random;
            if (generator == null) {
                generator = randomSource.get();
                random = generator;
            }
            generator.nextBytes(bytes);
        }
        return bytes;
    }

    // ---- what is counted and written down ---------------------------------------------------------------------------

    /** Somebody begins to log in. */
    public void begun() {
        counters.count(ServerCounter.AUTH_CMDS);
    }

    /** A login was refused; answers by what its line in the log can be found, or null where there is none. */
    public @Nullable String refused(long connection, String peer, String mechanism, LoginResult result) {
        counters.count(ServerCounter.AUTH_ERRORS);
        return log.loginRefused(connection, peer, mechanism, result.user(), result.cause());
    }

    /** A command was refused; answers as {@link #refused}. */
    public @Nullable String commandRefused(long connection, String peer, String user, String what) {
        return log.commandRefused(connection, peer, user, what);
    }
}
