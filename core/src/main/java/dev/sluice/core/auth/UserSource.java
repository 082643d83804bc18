package dev.sluice.core.auth;

import dev.sluice.core.engine.Problem;
import java.io.Serial;
import java.util.List;

/** Where users are read from, again and again. On a background thread; may wait for a file. */
@FunctionalInterface
public interface UserSource {

    /**
     * Reads all users.
     *
     * @throws MistakesException where they are not all right
     */
    Users read() throws MistakesException;

    /** Something is wrong with the users as they were read. */
    final class MistakesException extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient List<String> mistakes;

        public MistakesException(List<String> mistakes) {
            super(Problem.joined(mistakes));
            this.mistakes = List.copyOf(mistakes);
        }

        /** Each with its place. */
        public List<String> mistakes() {
            return mistakes;
        }
    }
}
