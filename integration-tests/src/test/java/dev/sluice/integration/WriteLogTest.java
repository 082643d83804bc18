package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.integration.MutationClient.Answer;
import dev.sluice.integration.WriteLog.Place;
import dev.sluice.integration.WriteLog.Write;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That the crash runs would see what they look for. */
class WriteLogTest {

    private static final Place PLACE = new Place(3, "key");
    private static final Answer NOTHING = answer(MutationClient.NO_SUCH_KEY, 0, 0, "");

    private final WriteLog log = new WriteLog();

    private static Answer answer(int status, long cas, long seqno, String value) {
        return new Answer(status, cas, 7, seqno, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    private static Answer found(String value, long cas) {
        return answer(MutationClient.SUCCESS, cas, 0, value);
    }

    /** A write that was acknowledged with that sequence number, and ten times that as CAS. */
    private Write wrote(@Nullable String value, long seqno) {
        Write write = sent(value);
        log.acknowledged(PLACE, write, answer(MutationClient.SUCCESS, 10 * seqno, seqno, ""));
        return write;
    }

    private Write sent(@Nullable String value) {
        return log.begin(PLACE, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void newestWriteOfTheHistory_isExpected() {
        wrote("a", 1);
        wrote("b", 2);
        wrote("c", 3);

        assertThatCode(() -> log.check(PLACE, 2, found("b", 20))).doesNotThrowAnyException();
    }

    @Test
    void lostWrite_isSeen() {
        wrote("a", 1);

        assertThatThrownBy(() -> log.check(PLACE, 1, NOTHING)).isInstanceOf(AssertionError.class);
    }

    @Test
    void olderVersion_isSeen() {
        wrote("a", 1);
        wrote("b", 2);

        assertThatThrownBy(() -> log.check(PLACE, 2, found("a", 10))).isInstanceOf(AssertionError.class);
    }

    @Test
    void anotherCas_isSeen() {
        wrote("a", 1);

        assertThatThrownBy(() -> log.check(PLACE, 1, found("a", 11))).isInstanceOf(AssertionError.class);
    }

    @Test
    void deletedDocumentThatComesBack_isSeen() {
        wrote("a", 1);
        wrote(null, 2);

        assertThatThrownBy(() -> log.check(PLACE, 2, found("a", 10))).isInstanceOf(AssertionError.class);
    }

    @Test
    void versionBeyondTheHistory_isSeen() {
        wrote("a", 1);
        wrote("b", 2);

        assertThatThrownBy(() -> log.check(PLACE, 1, found("b", 20))).isInstanceOf(AssertionError.class);
    }

    @Test
    void historyThatEndsBeforeAPersistedWrite_isSeen() {
        wrote("a", 1);
        wrote("b", 2);
        log.persisted(3, 2);

        assertThatThrownBy(() -> log.check(PLACE, 1, found("a", 10))).isInstanceOf(AssertionError.class);
    }

    @Test
    void writeUnderWay_mayBeThereOrNot() {
        wrote("a", 1);
        sent("b");

        assertThatCode(() -> log.check(PLACE, 2, found("b", 20))).doesNotThrowAnyException();

        wrote("c", 3);
        sent("d");

        assertThatCode(() -> log.check(PLACE, 3, found("c", 30))).doesNotThrowAnyException();
    }

    @Test
    void casThatFalls_isSeen() {
        wrote("a", 2);

        assertThatThrownBy(() -> log.acknowledged(PLACE, sent("b"), answer(MutationClient.SUCCESS, 19, 3, "")))
                .isInstanceOf(AssertionError.class);
    }
}
