package dev.sluice.memory.table;

import dev.sluice.engine.VBucketState;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Any live document of a collection: from a random entry of a random vbucket on, the first that fits. A document behind a
 * gap is therefore somewhat likelier than others.
 *
 * <p>A few documents among many empty vbuckets are found, as an empty vbucket costs one look. A collection that has hardly
 * any of very many documents may not be: the walk ends after {@value #LOOKS_MAX} looks, some microseconds.
 *
 * <p><b>Thread.</b> Any; reads tables without their locks.
 */
public final class RandomChoice {

    private static final int LOOKS_MAX = 2048;

    private final int collection;
    private final long nowSeconds;
    private final SplittableRandom random;
    private int looks;

    private RandomChoice(int collection, long nowSeconds, long seed) {
        this.collection = collection;
        this.nowSeconds = nowSeconds;
        this.random = new SplittableRandom(seed);
    }

    public static byte @Nullable [] of(
            AtomicReferenceArray<? extends @Nullable VBucketCore> vbuckets,
            int collection,
            long nowSeconds,
            long seed) {
        RandomChoice choice = new RandomChoice(collection, nowSeconds, seed);
        int start = choice.random.nextInt(vbuckets.length());
        for (int i = 0; i < vbuckets.length() && choice.looks < LOOKS_MAX; i++) {
            VBucketCore vbucket = vbuckets.getAcquire((start + i) & (vbuckets.length() - 1));
            if (vbucket != null && vbucket.state() == VBucketState.ACTIVE) {
                byte[] document = choice.in(vbucket.table());
                if (document != null) {
                    return document;
                }
            }
        }
        return null;
    }

    private byte @Nullable [] in(DocumentTable table) {
        int bagCount = table.bagCount();
        int start = random.nextInt(bagCount);
        for (int i = 0; i < bagCount && looks < LOOKS_MAX; i++) {
            looks++;
            int index = start + i < bagCount ? start + i : start + i - bagCount;
            byte[] document = in(table.bagOrEmpty(index));
            if (document != null) {
                return document;
            }
        }
        return null;
    }

    private byte @Nullable [] in(Object[] bag) {
        int capacity = DocumentTable.capacity(bag);
        if (capacity == 0) {
            return null;
        }
        int start = random.nextInt(capacity);
        for (int i = 0; i < capacity; i++) {
            looks++;
            byte[] document = DocumentTable.documentAt(bag, (start + i) % capacity);
            if (document != null
                    && !Documents.deleted(document)
                    && !Documents.expired(document, nowSeconds)
                    && Documents.collection(document) == collection) {
                return document;
            }
        }
        return null;
    }
}
