package dev.sluice.core.protocol;

import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import java.util.function.Supplier;

/** What the engine under a conversation does that no client may notice. */
enum Disturbance {
    NONE(FaultPlan::none),
    BLOCKS_EVERY_FIRST_CALL(FaultPlan::everyFirstCall),
    NOTIFIES_EARLY(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_EARLY)),
    NOTIFIES_LATE(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_LATE)),
    NOTIFIES_FROM_ODD_THREAD(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_FROM_ODD_THREAD)),
    NOTIFIES_IN_NEXT_CALL(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_IN_NEXT_CALL)),
    NOTIFIES_FAILURES(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_FAILURE)),
    NOTIFIES_TWICE(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_TWICE)),
    NOTIFIES_IN_VAIN(() -> FaultPlan.everyFirstCall(Fault.NOTIFY_VOID)),
    SEED_1(() -> FaultPlan.seeded(1, 60, Fault.LEGAL)),
    SEED_2(() -> FaultPlan.seeded(2, 60, Fault.LEGAL)),
    SEED_3(() -> FaultPlan.seeded(3, 60, Fault.LEGAL));

    @SuppressWarnings("ImmutableEnumChecker") // A function without state.
    private final Supplier<FaultPlan> plan;

    Disturbance(Supplier<FaultPlan> plan) {
        this.plan = plan;
    }

    FaultPlan plan() {
        return plan.get();
    }
}
