package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CollectionSetTest {

    @Test
    void all_containsEveryId() {
        assertThat(CollectionSet.ALL.contains(0)).isTrue();
        assertThat(CollectionSet.ALL.contains(8)).isTrue();
        assertThat(CollectionSet.ALL.contains(-1)).isTrue();
    }

    @Test
    void anEmptySet_containsNothing() {
        CollectionSet none = CollectionSet.of();
        assertThat(none.contains(0)).isFalse();
        assertThat(none.contains(8)).isFalse();
        assertThat(none.ids()).isEmpty();
    }

    @Test
    void ids_areAscendingAndUnsigned() {
        assertThat(CollectionSet.of(-1, 9, 8, 0, 9).ids()).containsExactly(0, 8, 9, -1);
    }

    @Test
    void anySet_containsItsIdsAndNoOther() {
        Random random = new Random(20_261_121);
        for (int round = 0; round < 300; round++) {
            int range = 1 + random.nextInt(400);
            int scale = random.nextInt(3) == 0 ? 0x01010101 : 1;
            Set<Integer> expected = new HashSet<>();
            for (int i = random.nextInt(range); i > 0; i--) {
                expected.add(random.nextInt(range) * scale);
            }
            CollectionSet set = CollectionSet.of(
                    expected.stream().mapToInt(Integer::intValue).toArray());
            for (int i = 0; i < range; i++) {
                assertThat(set.contains(i * scale)).isEqualTo(expected.contains(i * scale));
            }
        }
    }
}
