package dev.sluice.core.transport;

/**
 * Slices of arrays that are sent one after the other as one value. The arrays must not change until they are gone.
 *
 * <p><b>Thread.</b> Read on the connection's loop.
 */
public interface Slices {

    /** No slice at all. */
    Slices NONE = new Slices() {
        @Override
        public int count() {
            return 0;
        }

        @Override
        public byte[] array(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public int offset(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public int length(int index) {
            throw new IndexOutOfBoundsException(index);
        }
    };

    int count();

    byte[] array(int index);

    int offset(int index);

    /** In bytes, not 0. */
    int length(int index);
}
