package dev.sluice.core.command;

import dev.sluice.core.cluster.VBucketChains;
import dev.sluice.engine.VBucketState;
import org.jspecify.annotations.Nullable;

/**
 * What SET_VBUCKET asks for.
 *
 * @param state that the vbucket is to have
 * @param chains who has it; null where nothing is said
 */
public record VBucketChange(VBucketState state, @Nullable VBucketChains chains) {}
