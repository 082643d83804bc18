package dev.sluice.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which {@link Fault} meets which call.
 *
 * <pre>{@code
 * FaultPlan.script(BLOCK_THEN_SUCCESS, PASS)          // the first call blocks, its repetition and all others pass
 * FaultPlan.script(NOTIFY_NEVER).only(Operation.GET)  // the first GET
 * FaultPlan.everyFirstCall()                          // every command blocks once
 * FaultPlan.seeded(seed, 30, Fault.LEGAL)             // any legal behaviour, in three calls of ten
 * }</pre>
 *
 * <p>A fault that cannot be put on a call without hiding what the inner engine has already done is left out there: once
 * the inner engine has begun a command, only blocking for success and the two that come after the inner call disturb it.
 *
 * <p><b>Thread.</b> Asked from any, several at a time.
 */
@FunctionalInterface
public interface FaultPlan {
    /**
     * One call, as a plan sees it.
     *
     * @param operation what is called
     * @param connectionId whose command it is; 0 where the call has no cookie
     * @param first whether this operation is called for its command the first time, and not after a notification
     */
    record Call(Operation operation, long connectionId, boolean first) {}

    /** The fault for this call. Asked once for each call, repetitions included. */
    Fault next(Call call);

    /** Disturbs nothing. */
    static FaultPlan none() {
        return call -> Fault.PASS;
    }

    /** The same for every call. */
    static FaultPlan always(Fault fault) {
        return call -> fault;
    }

    /** One fault for each call, in order, repetitions included; after the last of them everything passes. */
    static FaultPlan script(Fault... faults) {
        Deque<Fault> left = new ArrayDeque<>(List.of(faults));
        return call -> {
            synchronized (left) {
                Fault next = left.poll();
                return next == null ? Fault.PASS : next;
            }
        };
    }

    /** Each operation of each command blocks when called first, and goes on when called again. */
    static FaultPlan everyFirstCall() {
        return everyFirstCall(Fault.BLOCK_THEN_SUCCESS);
    }

    /** As {@link #everyFirstCall()}, with a fault of the test's choice. */
    static FaultPlan everyFirstCall(Fault fault) {
        return call -> call.first() ? fault : Fault.PASS;
    }

    /**
     * Chance, repeatable as long as calls come in the same order.
     *
     * @param percent how many of a hundred calls are disturbed
     * @param faults one of these, all equally likely
     */
    static FaultPlan seeded(long seed, int percent, List<Fault> faults) {
        Random random = new Random(seed);
        return call -> {
            synchronized (random) {
                boolean disturbed = random.nextInt(100) < percent;
                return disturbed ? faults.get(random.nextInt(faults.size())) : Fault.PASS;
            }
        };
    }

    /** This plan for the operations named; others pass, and take nothing from a script. */
    default FaultPlan only(Operation first, Operation... rest) {
        Set<Operation> chosen = EnumSet.of(first, rest);
        return call -> chosen.contains(call.operation()) ? next(call) : Fault.PASS;
    }

    /** This plan for the commands of one connection; others pass, and take nothing from a script. */
    default FaultPlan onlyConnection(long connectionId) {
        return call -> call.connectionId() == connectionId ? next(call) : Fault.PASS;
    }
}
