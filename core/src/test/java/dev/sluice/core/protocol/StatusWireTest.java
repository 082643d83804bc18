package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each status of an engine is on the wire, for clients with XERROR and without: the table of section 4.2. */
class StatusWireTest {

    private static final int CLOSED = -1;

    private record Codes(int withXerror, int without) {}

    private static final Map<Status, Codes> TABLE = new EnumMap<>(Status.class);

    static {
        TABLE.put(Status.NO_SUCH_KEY, new Codes(0x01, 0x01));
        TABLE.put(Status.KEY_EXISTS, new Codes(0x02, 0x02));
        TABLE.put(Status.NOT_STORED, new Codes(0x05, 0x05));
        TABLE.put(Status.LOCKED, new Codes(0x09, 0x02));
        TABLE.put(Status.LOCKED_TEMPORARY, new Codes(0x09, 0x86));
        TABLE.put(Status.NOT_LOCKED, new Codes(0x0e, 0x86));
        TABLE.put(Status.TOO_BIG, new Codes(0x03, 0x03));
        TABLE.put(Status.INVALID_ARGUMENTS, new Codes(0x04, 0x04));
        TABLE.put(Status.OUT_OF_RANGE, new Codes(0x22, 0x22));
        TABLE.put(Status.NOT_MY_VBUCKET, new Codes(0x07, 0x07));
        TABLE.put(Status.VBUCKET_UUID_MISMATCH, new Codes(0xa8, CLOSED));
        TABLE.put(Status.NO_MEMORY, new Codes(0x82, 0x82));
        TABLE.put(Status.TEMPORARY_FAILURE, new Codes(0x86, 0x86));
        TABLE.put(Status.TOO_BUSY, new Codes(0x85, 0x85));
        TABLE.put(Status.NOT_SUPPORTED, new Codes(0x83, 0x83));
        TABLE.put(Status.FAILED, new Codes(0x84, 0x84));
        TABLE.put(Status.CANCELLED, new Codes(0x51, CLOSED));
        TABLE.put(Status.UNDECIDED, new Codes(CLOSED, CLOSED));
        TABLE.put(Status.UNKNOWN_COLLECTION, new Codes(0x88, 0x04));
        TABLE.put(Status.UNKNOWN_SCOPE, new Codes(0x8c, 0x04));
        TABLE.put(Status.DURABILITY_INVALID_LEVEL, new Codes(0xa0, CLOSED));
        TABLE.put(Status.DURABILITY_IMPOSSIBLE, new Codes(0xa1, CLOSED));
        TABLE.put(Status.SYNC_WRITE_IN_PROGRESS, new Codes(0xa2, 0x86));
        TABLE.put(Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS, new Codes(0xa4, 0x86));
        TABLE.put(Status.EXPIRY_OVERFLOW, new Codes(0x28, CLOSED));
        TABLE.put(Status.LOCK_EXPIRY_OVERFLOW, new Codes(0x29, CLOSED));
    }

    private TestServer server = new TestServer();
    private Status answer = Status.SUCCESS;
    private boolean notified;
    private boolean explained;

    @BeforeEach
    void open() {
        server = new TestServer();
        server.createBucket("default", new ScriptedEngine(this::called), false);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Status called(Cookie cookie) {
        if (explained) {
            cookie.errorContext("a \"reason\" with \\ and \n");
        }
        if (notified) {
            cookie.block().notifyIoComplete(answer);
            return Status.WOULD_BLOCK;
        }
        return answer;
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "SUCCESS",
                "WOULD_BLOCK",
                "VBUCKET_PENDING",
                "NOT_STORED",
                "OUT_OF_RANGE",
                "VBUCKET_UUID_MISMATCH",
                "HAS_XATTRS"
            })
    void eachStatus_answeredOrNotified_isOnTheWireAsTheTableSays(Status status) {
        Codes codes = TABLE.get(status);
        assertThat(codes).as("a row for " + status).isNotNull();
        answer = status;
        for (boolean byNotification : new boolean[] {false, true}) {
            notified = byNotification;
            for (Frame frame : framesThatMayHear(status)) {
                check(frame, true, codes.withXerror());
                check(frame, false, codes.without());
            }
        }
    }

    /** Requests whose engine call has the status in its contract. */
    private static Frame[] framesThatMayHear(Status status) {
        return switch (status) {
            case LOCKED_TEMPORARY -> new Frame[] {Frame.of(0x04).key("k")};
            case NOT_LOCKED -> new Frame[] {Frame.of(0x95).key("k").cas(1)};
            case LOCK_EXPIRY_OVERFLOW -> new Frame[] {Frame.of(0x94).key("k")};
            default ->
                new Frame[] {
                    Frame.set("k", "v"),
                    Frame.of(0x11).key("k").extras("0000000000000000"),
                    Frame.of(0x04).key("k")
                };
        };
    }

    @Test
    void aStatusThatNoContractNames_isAFault_andUndecidedWhereSomethingChanges() {
        answer = Status.NOT_STORED;
        for (boolean byNotification : new boolean[] {false, true}) {
            notified = byNotification;
            server.connect().expectClose(Frame.set("k", "v"));
            assertThat(server.connect().status(Frame.get("k"))).isEqualTo(0x86);
        }
        assertThat(server.faults(EngineFault.UNEXPECTED_STATUS)).isEqualTo(4);
    }

    private void check(Frame frame, boolean xerror, int code) {
        WireClient client = server.connect();
        if (xerror) {
            client.call(Frame.hello(0x07));
        }
        if (code == CLOSED) {
            client.expectClose(frame);
        } else {
            assertThat(client.status(frame)).isEqualTo(code);
            assertThat(client.status(Frame.noop())).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"NO_SUCH_KEY", "TEMPORARY_FAILURE", "NO_MEMORY"})
    void anEnginesSentence_isEscapedInTheErrorBody(Status status) {
        answer = status;
        explained = true;
        WireClient client = server.connect();
        client.call(Frame.hello(0x0b));
        assertThat(client.call(Frame.set("k", "v")).text())
                .isEqualTo("{\"error\":{\"context\":\"a \\\"reason\\\" with \\\\ and  \"}}");
        explained = false;
        assertThat(client.call(Frame.set("k", "v")).value())
                .as("of the next command")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"UNDECIDED"})
    void undecided_ofADurableWrite_isAmbiguous(Status status) {
        answer = status;
        WireClient client = server.connect();
        client.call(Frame.hello(0x07));
        assertThat(client.status(Frame.set("k", "v").framing("11 01"))).isEqualTo(0xa3);
        server.connect().expectClose(Frame.set("k", "v").framing("11 01"));
    }
}
