package dev.sluice.server;

import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.server.config.ConfigurationException;
import dev.sluice.server.config.ServerConfiguration;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;

/** Servers whose engines misbehave by plan. */
final class FaultyServers {

    private FaultyServers() {}

    /** As {@link TestServers#start}, with every bucket's engine wrapped. */
    static SluiceServer start(String settings, FaultPlan plan) throws ConfigurationException, StartException {
        ServerConfiguration plain = TestServers.configuration(
                "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}]" + (settings.isEmpty() ? "" : ", ") + settings + "}");
        return SluiceServer.start(new ServerConfiguration(
                plain.transport(),
                plain.listeners(),
                plain.mgmt(),
                plain.external(),
                plain.threads(),
                plain.limits(),
                plain.handshakes(),
                plain.buckets().stream()
                        .map(bucket -> new ServerConfiguration.Bucket(wrap(bucket.plan(), plan), bucket.optional()))
                        .toList(),
                plain.catalog(),
                plain.effective(),
                plain.runTime(),
                plain.users(),
                plain.source()));
    }

    private static BucketPlan wrap(BucketPlan wanted, FaultPlan plan) {
        BucketSpec spec = wanted.spec();
        BucketSpec wrapped = new BucketSpec(
                spec.configuration(),
                spec.quotaBytes(),
                spec.flushAllowed(),
                spec.writes(),
                spec.datatypes(),
                spec.dataDirectory(),
                new FaultInjectingProvider(spec.provider(), plan),
                spec.collections());
        return new BucketPlan(wanted.object(), wrapped, wanted.quotaGiven());
    }
}
