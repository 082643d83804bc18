package dev.sluice.memory;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;

/** The contract through the fault injector: every operation of every command blocks once, in ways that vary. */
class MemoryEngineFaultContractTest extends MemoryEngineContractTest {
    @Override
    protected EngineProvider provider() {
        FaultPlan legal = FaultPlan.seeded(1, 100, Fault.LEGAL);
        return new FaultInjectingProvider(super.provider(), call -> call.first() ? legal.next(call) : Fault.PASS);
    }
}
