package dev.sluice.core.bucket;

import dev.sluice.engine.Engine;
import java.util.List;

/** Says what clients may use of a bucket, in the words of a cluster map. */
@FunctionalInterface
public interface BucketCapabilities {

    /** What is served of a bucket with this engine. Any thread. */
    List<String> of(Engine engine);
}
