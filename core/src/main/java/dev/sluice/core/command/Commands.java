package dev.sluice.core.command;

import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.engine.Status;

/** The commands, for codecs to choose from. What each does to a document is said in {@code protocol-kv} 6 to 8. */
public final class Commands {

    public static final Command GET = Documents::get;
    public static final Command SET = Stores::set;
    public static final Command ADD = Stores::add;
    public static final Command REPLACE = Stores::replace;
    public static final Command DELETE = Documents::delete;
    public static final Command INCREMENT = new Arithmetic(true);
    public static final Command DECREMENT = new Arithmetic(false);
    public static final Command APPEND = new Concatenation(true);
    public static final Command PREPEND = new Concatenation(false);
    public static final Command TOUCH = Documents::touch;
    public static final Command GET_AND_TOUCH = Documents::getAndTouch;
    public static final Command LOCK = Documents::lock;
    public static final Command UNLOCK = Documents::unlock;
    public static final Command FLUSH = Documents::flush;

    public static final Command NOOP = SessionCommands::noop;
    public static final Command QUIT = SessionCommands::quit;
    public static final Command QUIT_QUIETLY = SessionCommands::quitQuietly;
    public static final Command VERSION = SessionCommands::version;
    public static final Command VERBOSITY = SessionCommands::verbosity;
    public static final Command LIST_BUCKETS = SessionCommands::listBuckets;
    public static final Command SELECT_BUCKET = SessionCommands::selectBucket;
    public static final BucketFree SASL_LIST_MECHS = SaslCommands::listMechanisms;
    public static final BucketFree SASL_AUTH = SaslCommands::authenticate;
    public static final BucketFree SASL_STEP = SaslCommands::step;
    public static final BucketFree DROP_PRIVILEGE = UserCommands::dropPrivilege;
    public static final BucketFree REFRESH_USERS = UserCommands::refresh;
    public static final Command IFCONFIG = InterfaceCommand::execute;
    public static final Command STAT = StatCommand.INSTANCE;

    private Commands() {}

    /**
     * Inflates a value that came compressed, for codecs that have to look into it before they know the command.
     *
     * @param tailBytes how many bytes at the end of the inflated value are not stored, and do not count against its limit
     * @return {@code SUCCESS} when {@code request.inflated()} is there; {@code WOULD_BLOCK} when this is to be called again; or
     *     what to answer
     */
    public static Status inflate(CommandCookie cookie, int tailBytes) {
        return cookie.request().inflated() != null
                ? Status.SUCCESS
                : IncomingValue.examineForInflatedStore(cookie, tailBytes);
    }

    /** Whether the command needs no bucket. All others answer "no bucket" where none is selected. */
    public static boolean needsNoBucket(Command command) {
        return command instanceof BucketFree
                || command == NOOP
                || command == QUIT
                || command == QUIT_QUIETLY
                || command == VERSION
                || command == VERBOSITY
                || command == LIST_BUCKETS
                || command == SELECT_BUCKET
                || command == IFCONFIG
                || command == STAT;
    }
}
