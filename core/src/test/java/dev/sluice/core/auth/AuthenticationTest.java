package dev.sluice.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.core.statistics.ServerCounters;
import dev.sluice.testkit.ManualClock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AuthenticationTest {

    private final ServerCounters counters = new ServerCounters();
    private final Authentication authentication =
            new Authentication(new ManualClock(), Runnable::run, 1, counters, () -> new Random(1));

    private static Users users(String... names) {
        TestUsers users = new TestUsers();
        for (String name : names) {
            users.user(name, "data:*");
        }
        return users.users();
    }

    /** The second reader begins while the first has the old file in its hands, and would be done before it. */
    @Test
    @Timeout(60)
    void ofTwoReaders_theOneThatReadLast_hasTheLastWord() throws Exception {
        AtomicReference<List<String>> second = new AtomicReference<>();
        Thread later = new Thread(() -> second.set(authentication.replace(() -> users("app"))));
        assertThat(authentication.replace(() -> {
                    later.start();
                    while (later.getState() != Thread.State.BLOCKED && later.getState() != Thread.State.TERMINATED) {
                        Thread.onSpinWait();
                    }
                    return users("app", "gone");
                }))
                .isEmpty();
        later.join();
        assertThat(second.get()).isEmpty();
        assertThat(authentication.knows("app")).isTrue();
        assertThat(authentication.knows("gone")).isFalse();
    }

    @Test
    void mistakes_leaveTheUsersInForce() {
        authentication.users(users("app"));
        assertThat(authentication.replace(() -> {
                    throw new UserSource.MistakesException(List.of("no file"));
                }))
                .containsExactly("no file");
        assertThat(authentication.knows("app")).isTrue();
    }

    @Test
    void aPasswordThatComesByAnotherWay_isCounted_andWhereItIsWrong_aRefusedLogin() {
        authentication.users(users("app"));
        assertThat(authentication.isPassword("peer", "HTTP-BASIC", "app", "app-pw".getBytes(UTF_8)))
                .isTrue();
        assertThat(counters.value(ServerCounter.AUTH_CMDS)).isEqualTo(1);
        assertThat(counters.value(ServerCounter.AUTH_ERRORS)).isZero();
        for (String user : List.of("app", "nobody")) {
            assertThat(authentication.isPassword("peer", "HTTP-BASIC", user, new byte[] {'x'}))
                    .isFalse();
        }
        assertThat(counters.value(ServerCounter.AUTH_CMDS)).isEqualTo(3);
        assertThat(counters.value(ServerCounter.AUTH_ERRORS)).isEqualTo(2);
    }
}
