package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.engine.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceTreeTest {

    private final List<Problem> problems = new ArrayList<>();

    private static String array(int elements) {
        return "[" + "1,".repeat(elements - 1) + "1]";
    }

    /** Each would cost hundred times its length, and a mistake of its own. */
    @Test
    void tooManyValues_areOneMistake() {
        assertThat(SourceTree.read(array(SourceTree.VALUES_MAX), problems::add).root())
                .isNull();
        assertThat(problems)
                .containsExactly(new Problem("$", "more than " + SourceTree.VALUES_MAX + " values", "a configuration"));
    }

    @Test
    void asManyAsMayBe_areRead() {
        assertThat(SourceTree.read(array(SourceTree.VALUES_MAX - 1), problems::add)
                        .root())
                .isInstanceOf(List.class);
        assertThat(problems).isEmpty();
    }
}
