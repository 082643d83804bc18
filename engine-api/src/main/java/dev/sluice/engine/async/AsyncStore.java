package dev.sluice.engine.async;

import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.OnBackground;
import dev.sluice.engine.annotation.Stable;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A storage of records by key, as an {@link AsyncEngine} uses it. Keys and records are opaque bytes; what is in them is the
 * engine's business.
 *
 * <ul>
 *   <li><b>Thread.</b> Called from event loops, among others, so each method returns at once; the work is done on threads
 *       of the storage's driver or of the context's pools. The stages may be completed on any thread, also before the
 *       method returns.
 *   <li><b>Order.</b> The engine has at most one {@code load}, {@code compareAndSet} or {@code delete} under way for a
 *       key. A call that was made when an earlier one for the same key had completed sees what that one did. Scans come at
 *       any time.
 *   <li><b>Ownership.</b> Arrays that are passed in or handed out are shared from then on, and nobody changes them.
 *   <li><b>Errors.</b> A stage that completes with an exception: of a read, the client hears of a temporary failure. Of a
 *       write, {@link NotAppliedException} says that it surely did not happen, which is a temporary failure as well; after
 *       any other it is undecided whether it did. A method that throws counts as one that completed so. A stage that never
 *       completes costs the commands for that key until their connections close.
 * </ul>
 */
@Stable
@AnyThread
public interface AsyncStore {
    /** The longest key, in bytes: 6 for vbucket and collection, and the client's. */
    int KEY_LENGTH_MAX = 256;

    /** Reads one record; null where there is none. */
    CompletionStage<@Nullable StoredRecord> load(byte[] key);

    /**
     * Writes one record if the key has the version given, in one step.
     *
     * <p>A store that nobody else writes to need not compare: see <b>Order</b>.
     *
     * @param expected what {@link #load} has answered; null where the key must have no record
     * @param record at most the bucket's largest value and {@link RecordFormat#HEADER_LENGTH} bytes
     * @return whether it was written; false where somebody else was faster
     */
    CompletionStage<Boolean> compareAndSet(byte[] key, @Nullable StoredRecord expected, byte[] record);

    /**
     * Takes one record away if it has the version given.
     *
     * @return whether it was taken away; false where somebody else was faster
     */
    CompletionStage<Boolean> delete(byte[] key, StoredRecord expected);

    /**
     * Reads the next records of a range, in the order of their keys as unsigned bytes, shorter before longer. No view of
     * one moment is asked for: the engine remembers what it overwrites while a scan is open.
     *
     * @param from the first key, inclusive
     * @param to the end of the range, exclusive
     * @param recordsMax more are not wanted; fewer are fine, and wise where they are large, since all are in memory at once
     * @return the records, none only where the range has no more
     */
    CompletionStage<List<StoredRecord>> scan(byte[] from, byte[] to, int recordsMax);

    /** The strongest durability level that a completed write fulfils. {@code MAJORITY} is reached by one node alone. */
    default DurabilityLevel durability() {
        return DurabilityLevel.MAJORITY;
    }

    /** Releases everything; the last call, made once. May wait, in bounded time. Calls under way may fail. */
    @OnBackground
    void close();
}
