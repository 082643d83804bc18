package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnBackground;

/** Capability: settings that can change while the bucket serves. */
@Evolving
public interface Reconfigurable {

    /**
     * Takes over new values of keys that are declared {@linkplain ConfigurationKey#dynamic() dynamic}; all others are as
     * they were at creation. The quota is no such key: it changes through {@link MemoryAccount#onQuotaChange}.
     *
     * @throws IllegalArgumentException for values that do not go together; nothing has changed then, and the message goes to
     *     whoever asked
     */
    @OnBackground
    void reconfigure(BucketConfiguration configuration);
}
