package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {

    private final EngineFaults faults = new EngineFaults("bucket", "type", AccountTest.class.getClassLoader());
    private final Account account = new Account(10, faults);
    private final List<Long> heard = new ArrayList<>();

    @Test
    void anEngineThatBeganToListenTooLate_hearsOfTheQuotaOnceItIsThere() {
        account.quotaBytes(5);
        account.onQuotaChange(heard::add);
        assertThat(heard).isEmpty();
        account.opened();
        assertThat(heard).containsExactly(5L);
    }

    @Test
    void anEngineWhoseQuotaIsStillTheFirst_hearsNothing() {
        account.onQuotaChange(heard::add);
        account.opened();
        assertThat(heard).isEmpty();
        account.quotaBytes(20);
        assertThat(heard).containsExactly(20L);
    }

    @Test
    void aListenerThatThrows_isTheEnginesFault_andTheQuotaHolds() {
        account.onQuotaChange(bytes -> {
            throw new AssertionError("fault of a plugin");
        });
        account.quotaBytes(5);
        assertThat(account.quotaBytes()).isEqualTo(5);
        assertThat(faults.count(EngineFault.BACKGROUND_EXCEPTION)).isEqualTo(1);
    }
}
