package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import java.util.List;

/**
 * Which nodes serve a bucket, and who has which vbucket. Without any configuration that is one node, this one, with
 * everything.
 *
 * <p>A view changes as a whole: read {@link #current()} once and work with that.
 */
@Evolving
@AnyThread
public interface Topology {

    View current();

    /** Registers a listener for new views; called on a background thread, in order of revision. */
    void onChange(Listener listener);

    /** Hears of new views. */
    @FunctionalInterface
    interface Listener {

        void changed(View view);
    }

    /** One immutable state of the topology. */
    interface View {

        /** Rises with every change; compared as unsigned pairs of (epoch, revision). */
        long epoch();

        long revision();

        /** Opaque names of the nodes; the index in this list is the number that {@link #chain} speaks of. */
        List<String> nodes();

        /** The index of this node. */
        int self();

        /** Who has the vbucket: first the active node, then the replicas; -1 stands for nobody. A fresh array. */
        int[] chain(int vbucket);

        /**
         * Who is to have the vbucket, while it moves; a durable write has to satisfy both chains. Empty where it does not
         * move. A fresh array.
         */
        default int[] proposedChain(int vbucket) {
            return new int[0];
        }
    }
}
