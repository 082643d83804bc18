package dev.sluice.core.protocol;

import static dev.sluice.core.fixture.TestUsers.login;
import static dev.sluice.core.fixture.TestUsers.plain;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.StringPreparation;
import dev.sluice.core.auth.UserSource;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.TestUsers;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.testkit.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins, privileges and what follows from them, as clients see it. Protocol: {@code auth} 1, 2 and 6 to 8. */
class AuthWireTest {

    private static final int XERROR = 0x07;
    private static final int SELECT_BUCKET = 0x08;

    private TestServer server = new TestServer();
    /** On a listener that asks for a login; has said HELLO with XERROR. */
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = TestServer.naive();
        server.createBucket("app", FaultPlan.none());
        users().of(server);
        client = stranger();
    }

    private static TestUsers users() {
        return new TestUsers()
                .user("root", "admin")
                .user("app", "data:*")
                .user("reader", "data-read:default")
                .user("writer", "data-write:default")
                .user("viewer", "read-only-admin")
                .user("elsewhere", "data:other")
                .user("scoped", "data:default.s.c")
                .user("nothing")
                .user("@service", "admin");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient stranger(int... features) {
        WireClient connected = server.connect(0, false);
        int[] all = java.util.Arrays.copyOf(features, features.length + 1);
        all[features.length] = XERROR;
        assertThat(connected.status(Frame.hello(all))).isZero();
        return connected;
    }

    private WireClient loggedIn(String user) {
        WireClient connected = stranger();
        assertThat(connected.status(login(user))).as("login of " + user).isZero();
        return connected;
    }

    private static Frame select(String bucket) {
        return Frame.of(0x89).key(bucket);
    }

    private static Frame auth(String mechanism, String message) {
        return Frame.of(0x21).key(mechanism).value(message);
    }

    private static Frame step(String mechanism, String message) {
        return Frame.of(0x22).key(mechanism).value(message);
    }

    @Nested
    class Sasl {

        @Test
        void mechanisms_strongestFirst() {
            client.expect(
                    Frame.of(0x20),
                    "81 20 0000 00 00 0000 | 0000002a | 0000000a | 0000000000000000",
                    "'SCRAM-SHA512 SCRAM-SHA256 SCRAM-SHA1 PLAIN'");
        }

        @Test
        void plain_logsIn_andAnswersNothingElse() {
            assertThat(client.status(Frame.noop())).isEqualTo(0x24);
            client.expect(login("app"), "81 21 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(Frame.noop())).isZero();
            assertThat(server.counter(ServerCounter.AUTH_CMDS)).isEqualTo(1);
            assertThat(server.counter(ServerCounter.AUTH_ERRORS)).isZero();
        }

        @Test
        void mechanism_isOfAnyCase() {
            assertThat(client.status(auth("plain", "\0app\0app-pw"))).isZero();
        }

        @ParameterizedTest
        @ValueSource(strings = {"SHA512", "SHA256", "SHA1"})
        void scram_logsIn_andTheServerProvesItself(String hash) throws Exception {
            String mechanism = "SCRAM-" + hash;
            ScramClient scram = ScramClient.builder()
                    .advertisedMechanisms(List.of(mechanism.replace("SHA", "SHA-")))
                    .username("app")
                    .password("app-pw".toCharArray())
                    .stringPreparation(StringPreparation.NO_PREPARATION)
                    .build();
            Response challenge =
                    client.call(auth(mechanism, scram.clientFirstMessage().toString()));
            assertThat(challenge.status()).isEqualTo(0x21);
            scram.serverFirstMessage(challenge.text());
            assertThat(client.status(Frame.noop())).as("in between").isEqualTo(0x24);

            Response last =
                    client.call(step(mechanism, scram.clientFinalMessage().toString()));
            assertThat(last.status()).isZero();
            scram.serverFinalMessage(last.text());
            assertThat(client.status(Frame.noop())).isZero();
        }

        @Test
        void wrongPassword_unknownUser_andNoRights_lookAlike() {
            Response wrong = client.call(plain("app", "x"));
            Response unknown = client.call(plain("nobody", "x"));
            assertThat(wrong.status()).isEqualTo(0x20);
            assertThat(unknown.status()).isEqualTo(0x20);
            String reference = "\"ref\":\"[0-9a-f-]+\"";
            assertThat(wrong.text()).contains("Authentication failed");
            assertThat(wrong.text().replaceAll(reference, ""))
                    .isEqualTo(unknown.text().replaceAll(reference, ""));
            assertThat(client.closed()).isFalse();
            assertThat(server.counter(ServerCounter.AUTH_ERRORS)).isEqualTo(2);
            assertThat(client.status(login("app"))).as("at once again").isZero();
        }

        @Test
        void unknownUser_getsAChallenge_theSameSaltEachTime_andFailsAtTheEnd() {
            String salt = "";
            for (int i = 0; i < 2; i++) {
                Response challenge = client.call(auth("SCRAM-SHA1", "n,,n=nobody,r=abc"));
                assertThat(challenge.status()).isEqualTo(0x21);
                String[] parts = challenge.text().split(",", -1);
                assertThat(parts[2]).isEqualTo("i=10");
                assertThat(salt.isEmpty() || salt.equals(parts[1])).isTrue();
                salt = parts[1];
                Response end =
                        client.call(step("SCRAM-SHA1", "c=biws," + parts[0] + ",p=AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
                assertThat(end.status()).isEqualTo(0x20);
                assertThat(end.text()).doesNotContain("v=");
            }
        }

        @Test
        void unsupportedMechanism_isAuthError_andNamesTheOthers() {
            Response response = client.call(auth("CRAM-MD5", ""));
            assertThat(response.status()).isEqualTo(0x20);
            assertThat(response.text())
                    .contains("Unsupported mechanism. Must be one of: SCRAM-SHA512 SCRAM-SHA256 SCRAM-SHA1 PLAIN");
            assertThat(client.status(auth("OAUTHBEARER", ""))).isEqualTo(0x20);
            assertThat(server.counter(ServerCounter.AUTH_ERRORS)).isEqualTo(2);
        }

        @Test
        void malformed_isEinval_andTheExchangeIsOver() {
            assertThat(client.status(auth("PLAIN", "app"))).isEqualTo(0x04);
            assertThat(client.status(auth("SCRAM-SHA1", "y,,n=app,r=abc"))).isEqualTo(0x04);
            assertThat(client.status(step("SCRAM-SHA1", ""))).isEqualTo(0x04);
            assertThat(client.status(auth("SCRAM-SHA1", "n,,n=app,r=abc"))).isEqualTo(0x21);
            assertThat(client.status(step("SCRAM-SHA1", "c=biws,r=other,p=AAAA")))
                    .isEqualTo(0x04);
            assertThat(client.status(step("SCRAM-SHA1", "c=biws,r=other,p=AAAA")))
                    .as("no exchange any more")
                    .isEqualTo(0x04);
            assertThat(client.status(login("app"))).isZero();
        }

        @Test
        void authWhileAStepIsExpected_isEinval_andTheStepIsStillGood() throws Exception {
            ScramClient scram = ScramClient.builder()
                    .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                    .username("app")
                    .password("app-pw".toCharArray())
                    .stringPreparation(StringPreparation.NO_PREPARATION)
                    .build();
            Response challenge =
                    client.call(auth("SCRAM-SHA256", scram.clientFirstMessage().toString()));
            scram.serverFirstMessage(challenge.text());
            assertThat(client.status(login("app"))).isEqualTo(0x04);
            assertThat(client.status(
                            step("SCRAM-SHA256", scram.clientFinalMessage().toString())))
                    .isZero();
        }

        @Test
        void stepWithoutAuth_isEinval() {
            assertThat(client.status(step("PLAIN", "x"))).isEqualTo(0x04);
        }

        @Test
        void shape_ofTheRequests() {
            assertThat(client.status(Frame.of(0x20).key("k"))).isEqualTo(0x04);
            assertThat(client.status(Frame.of(0x20).value("v"))).isEqualTo(0x04);
            for (int opcode : new int[] {0x21, 0x22}) {
                assertThat(client.status(Frame.of(opcode).value("v")))
                        .as("no mechanism")
                        .isEqualTo(0x04);
                assertThat(client.status(Frame.of(opcode).key("PLAIN").extras("00")))
                        .isEqualTo(0x04);
                assertThat(client.status(Frame.of(opcode).key("PLAIN").cas(1))).isEqualTo(0x04);
                assertThat(client.status(Frame.of(opcode).key("PLAIN").datatype(1)))
                        .isEqualTo(0x04);
            }
        }

        @Test
        void secondLogin_givesUpTheFirst_evenWhereItFails() {
            WireClient app = loggedIn("app");
            assertThat(app.status(select("default"))).isZero();
            assertThat(app.status(plain("reader", "x"))).isEqualTo(0x20);
            assertThat(app.status(Frame.get("k"))).as("nobody any more").isEqualTo(0x24);
            assertThat(app.status(login("reader"))).isZero();
            assertThat(app.status(Frame.get("k"))).as("the bucket stays").isEqualTo(0x01);
            assertThat(app.status(Frame.set("k", "v"))).isEqualTo(0x24);
            assertThat(app.status(login("elsewhere"))).isZero();
            assertThat(app.status(Frame.get("k"))).as("of no use to this one").isEqualTo(0x08);
        }

        @Test
        void pipelined_likeAnSdk_answersInOrder() {
            WireClient sdk = server.connect(0, false);
            List<Integer> statuses = sdk
                    .ask(
                            Frame.hello(XERROR, SELECT_BUCKET),
                            Frame.of(0x20),
                            login("app"),
                            select("default"),
                            Frame.get("k"))
                    .stream()
                    .map(Response::status)
                    .toList();
            assertThat(statuses).containsExactly(0, 0, 0, 0, 1);
        }

        @Test
        void connectionThatClosesMeanwhile_leavesNothingBehind() {
            List<WireClient> leaving = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                WireClient one = stranger();
                one.send(login("app"));
                leaving.add(one);
            }
            server.step(); // Some have arrived, some have been computed.
            for (int i = 0; i < 30; i++) {
                server.step();
            }
            leaving.forEach(WireClient::disconnect);
            server.settle();
            assertThat(client.status(login("app"))).isZero();
        }

        @Test
        void manyAtOnce_areAllAnswered() {
            List<WireClient> many = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                WireClient one = stranger();
                one.send(login(i % 2 == 0 ? "app" : "nobody"));
                many.add(one);
            }
            server.settle();
            for (int i = 0; i < many.size(); i++) {
                Response response = Response.parse(many.get(i).take()).get(0);
                assertThat(response.status()).isEqualTo(i % 2 == 0 ? 0 : 0x20);
            }
        }

        /** Six are computed and 4,096 wait, of whomever; the next one is to come again. */
        @Test
        void oneTooMany_isEtmpfail_andMayComeAgain() {
            for (int i = 0; i < 6 + 4096; i++) {
                server.node().authentication().compute(() -> {});
            }
            client.send(login("app"));
            server.loop(0).runAll();
            assertThat(Response.parse(client.take()).get(0).status()).isEqualTo(0x86);
            server.settle();
            assertThat(client.status(Frame.noop())).as("nobody still").isEqualTo(0x24);
            assertThat(client.status(login("app"))).isZero();
        }

        @Test
        void whoNeverLogsIn_isCutAfterAMinute() {
            WireClient quiet = server.connect(0, false);
            WireClient guesser = stranger();
            WireClient user = loggedIn("app");
            WireClient open = server.connect();
            for (int i = 0; i < 6; i++) {
                server.advance(Duration.ofSeconds(9));
                assertThat(guesser.status(plain("app", "x"))).isEqualTo(0x20);
            }
            server.advance(Duration.ofSeconds(5));
            assertThat(quiet.closed()).as("before").isFalse();
            server.advance(Duration.ofSeconds(2));
            assertThat(quiet.closed()).isTrue();
            assertThat(guesser.closed()).as("failures are no login").isTrue();
            assertThat(user.status(Frame.noop())).isZero();
            assertThat(open.status(Frame.noop())).isZero();
            // The client of all tests is the third.
            assertThat(server.counter(ServerCounter.LOGIN_TIMEOUTS)).isEqualTo(3);
        }

        @Test
        void whoBeginsALoginAnew_hasAMinuteFromThen() {
            WireClient user = loggedIn("app");
            server.advance(Duration.ofMinutes(10));
            assertThat(user.status(plain("app", "x"))).isEqualTo(0x20);
            server.advance(Duration.ofSeconds(58));
            assertThat(user.closed()).isFalse();
            server.advance(Duration.ofSeconds(4));
            assertThat(user.closed()).isTrue();
        }

        @Test
        void userWithoutRoles_logsIn_andMayNothing() {
            WireClient nothing = loggedIn("nothing");
            assertThat(nothing.status(Frame.noop())).isZero();
            assertThat(nothing.status(select("default"))).isEqualTo(0x24);
            assertThat(nothing.call(Frame.of(0x87)).text()).isEmpty();
        }

        /** Bytes that nobody expects, for a server that keeps answering. */
        @Test
        void garbage_isAnswered() {
            java.util.Random random = new java.util.Random(7);
            String[] mechanisms = {"PLAIN", "SCRAM-SHA512", "SCRAM-SHA256", "SCRAM-SHA1", "x"};
            for (int i = 0; i < 300; i++) {
                byte[] message = new byte[random.nextInt(60)];
                random.nextBytes(message);
                Frame frame = Frame.of(random.nextBoolean() ? 0x21 : 0x22)
                        .key(mechanisms[random.nextInt(mechanisms.length)])
                        .value(message);
                assertThat(client.status(frame)).isIn(0x04, 0x20, 0x21);
            }
            assertThat(client.status(Frame.noop())).isEqualTo(0x24);
        }
    }

    @Nested
    class OpenListener {

        @Test
        void everybody_isWhoTheySay_byPlainWithAnyPassword() {
            WireClient anybody = server.connect();
            assertThat(anybody.status(plain("anybody", "whatever"))).isZero();
            assertThat(anybody.status(Frame.set("k", "v"))).isZero();
        }

        @Test
        void scram_hasTheDocumentedPassword() throws Exception {
            WireClient anybody = server.connect();
            for (String password : List.of("password", "other")) {
                ScramClient scram = ScramClient.builder()
                        .advertisedMechanisms(List.of("SCRAM-SHA-512"))
                        .username("anybody")
                        .password(password.toCharArray())
                        .stringPreparation(StringPreparation.NO_PREPARATION)
                        .build();
                Response challenge = anybody.call(
                        auth("SCRAM-SHA512", scram.clientFirstMessage().toString()));
                scram.serverFirstMessage(challenge.text());
                Response last = anybody.call(
                        step("SCRAM-SHA512", scram.clientFinalMessage().toString()));
                if (password.equals("password")) {
                    assertThat(last.status()).isZero();
                    scram.serverFinalMessage(last.text());
                    assertThat(anybody.status(Frame.noop())).isZero();
                } else {
                    assertThat(last.status()).isEqualTo(0x20);
                    assertThat(anybody.status(Frame.noop()))
                            .as("nobody any more")
                            .isEqualTo(0x20);
                }
            }
        }

        @Test
        void configuredUsers_areCheckedAsEverywhere() {
            WireClient reader = server.connect();
            assertThat(reader.status(plain("reader", "x"))).isEqualTo(0x20);
            assertThat(reader.status(login("reader"))).isZero();
            reader.expectClose(Frame.set("k", "v"));
        }
    }

    @Nested
    class Buckets {

        @Test
        void listBuckets_showsWhatTheUserMayUse() {
            assertThat(loggedIn("app").call(Frame.of(0x87)).text()).isEqualTo("app default");
            assertThat(loggedIn("reader").call(Frame.of(0x87)).text()).isEqualTo("default");
            assertThat(loggedIn("elsewhere").call(Frame.of(0x87)).text()).isEmpty();
        }

        @Test
        void selectBucket_withoutRights_isEaccess_whetherItExistsOrNot() {
            WireClient reader = loggedIn("reader");
            assertThat(reader.status(select("app"))).isEqualTo(0x24);
            assertThat(reader.status(select("missing"))).isEqualTo(0x24);
            assertThat(reader.status(select("default"))).isZero();
            assertThat(reader.status(Frame.get("k"))).isEqualTo(0x01);
            assertThat(loggedIn("app").status(select("missing"))).isEqualTo(0x01);
            assertThat(loggedIn("elsewhere").status(select("other"))).isEqualTo(0x01);
            assertThat(reader.status(select("@no bucket@"))).isZero();
        }

        @Test
        void plainMemcachedClient_landsInTheBucketOfItsName() {
            WireClient app = server.connect(0, false);
            assertThat(app.status(login("app"))).isZero();
            assertThat(app.status(Frame.set("k", "v"))).isZero();
            WireClient other = loggedIn("root");
            assertThat(other.status(select("app"))).isZero();
            assertThat(other.call(Frame.get("k")).text()).isEqualTo("v");
        }

        @Test
        void plainMemcachedClient_withoutOne_landsInDefault_ifItMay() {
            WireClient reader = server.connect(0, false);
            assertThat(reader.status(login("reader"))).isZero();
            assertThat(reader.status(Frame.get("k"))).isEqualTo(0x01);
            WireClient elsewhere = stranger();
            assertThat(elsewhere.status(login("elsewhere"))).isZero();
            assertThat(elsewhere.status(Frame.get("k"))).isEqualTo(0x08);
        }

        @Test
        void clientThatSelects_isGivenNone() {
            WireClient sdk = stranger(SELECT_BUCKET);
            assertThat(sdk.status(login("app"))).isZero();
            assertThat(sdk.status(Frame.get("k"))).isEqualTo(0x08);
        }

        @Test
        void onAnOpenListener_theNameDecidesToo() {
            WireClient app = server.connect();
            assertThat(app.status(Frame.set("k", "v"))).isZero();
            assertThat(app.status(login("app"))).isZero();
            assertThat(app.status(Frame.get("k"))).as("in another bucket").isEqualTo(0x01);
            WireClient reader = server.connect();
            assertThat(reader.status(login("reader"))).isZero();
            assertThat(reader.status(Frame.get("k"))).as("in default still").isZero();
        }
    }

    @Nested
    class Privileges {

        private List<Integer> statuses(String user, Frame... frames) {
            WireClient one = loggedIn(user);
            one.call(select("default"));
            List<Integer> statuses = new ArrayList<>();
            for (Frame frame : frames) {
                statuses.add(one.status(frame));
            }
            return statuses;
        }

        private final Frame counter = Frame.of(0x05).key("n").extras("0000000000000001 0000000000000000 00000000");
        private final Frame add =
                Frame.of(0x02).key("a").extras("00000000 00000000").value("v");
        private final Frame touch = Frame.of(0x1c).key("a").extras("00000000");
        private final Frame getAndTouch = Frame.of(0x1d).key("a").extras("00000000");
        private final Frame delete = Frame.of(0x04).key("a");
        private final Frame[] all = {Frame.get("a"), add, touch, getAndTouch, counter, delete};

        @Test
        void eachCommand_needsWhatItNeeds() {
            assertThat(statuses("reader", all)).containsExactly(0x01, 0x24, 0x24, 0x24, 0x24, 0x24);
            assertThat(statuses("writer", all)).containsExactly(0x24, 0x00, 0x00, 0x24, 0x24, 0x00);
            assertThat(statuses("app", all)).containsExactly(0x01, 0x00, 0x00, 0x00, 0x00, 0x00);
            assertThat(statuses("viewer", all)).containsOnly(0x24);
        }

        @Test
        void refusal_saysWhatIsMissing_andCloses_withoutXerror() {
            WireClient reader = loggedIn("reader");
            reader.call(select("default"));
            Response response = reader.call(Frame.set("k", "v"));
            assertThat(response.status()).isEqualTo(0x24);
            assertThat(response.text())
                    .contains("Authorization failure: can't execute SET operation without the Upsert privilege");
            assertThat(reader.call(add).text()).contains("without the Insert or Upsert privilege");
            WireClient old = server.connect(0, false);
            assertThat(old.status(login("reader"))).isZero();
            old.expectClose(Frame.set("k", "v"));
        }

        @Test
        void validation_comesFirst() {
            assertThat(statuses("reader", Frame.of(0x01).key("k"))).containsExactly(0x04);
        }

        @Test
        void withoutABucket_itIsTheBucketThatIsMissing() {
            WireClient reader = stranger(SELECT_BUCKET);
            assertThat(reader.status(login("reader"))).isZero();
            assertThat(reader.status(Frame.set("k", "v"))).isEqualTo(0x08);
            assertThat(reader.status(Frame.of(0x1b).extras("00000000")))
                    .as("global")
                    .isEqualTo(0x24);
        }

        @Test
        void verbosity_andRefresh_areForAdministrators() {
            assertThat(statuses("app", Frame.of(0x1b).extras("00000000"), Frame.of(0xf1), Frame.of(0xf7)))
                    .containsOnly(0x24);
            assertThat(statuses("root", Frame.of(0x1b).extras("00000000"), Frame.of(0xf1), Frame.of(0xf7)))
                    .containsOnly(0x00);
        }

        @Test
        void statistics_needTheirs() {
            WireClient writer = loggedIn("writer");
            writer.call(select("default"));
            assertThat(writer.status(Frame.of(0x10))).isEqualTo(0x24);
            assertThat(writer.status(Frame.of(0x10).key("nonsense"))).isEqualTo(0x24);
            assertThat(writer.status(Frame.of(0x10).key("settings"))).isEqualTo(0x24);
            assertThat(writer.ask(Frame.of(0x10).key("connections")))
                    .as("its own and the end")
                    .hasSize(2);
            assertThat(writer.ask(Frame.of(0x10).key("connections self"))).hasSize(2);
            assertThat(writer.status(Frame.of(0x10).key("connections 1"))).isEqualTo(0x24);
            WireClient reader = loggedIn("reader");
            reader.call(select("default"));
            assertThat(reader.ask(Frame.of(0x10)).get(0).status()).isZero();
            assertThat(reader.status(Frame.of(0x10).key("nonsense"))).isEqualTo(0x01);
            assertThat(reader.status(Frame.of(0x10).key("reset"))).isEqualTo(0x24);
            assertThat(loggedIn("viewer").ask(Frame.of(0x10).key("connections")))
                    .hasSizeGreaterThan(2);
            assertThat(loggedIn("viewer")
                            .ask(Frame.of(0x10).key("settings"))
                            .get(0)
                            .status())
                    .isZero();
        }

        @Test
        void whoHasRightsInOneCollectionOnly_doesNotFindTheOthers() {
            WireClient scoped = loggedIn("scoped");
            assertThat(scoped.status(select("default"))).isZero();
            assertThat(scoped.status(Frame.get("k"))).isEqualTo(0x88);
            assertThat(scoped.status(Frame.set("k", "v"))).isEqualTo(0x88);
        }

        @Test
        void dropPrivilege_holdsUntilTheNextLogin() {
            WireClient app = loggedIn("app");
            app.call(select("default"));
            assertThat(app.status(Frame.of(0xfb).key("Reed"))).isEqualTo(0x01);
            app.expect(Frame.of(0xfb).key("Read"), "81 fb 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(app.status(Frame.get("k"))).isEqualTo(0x24);
            assertThat(app.status(Frame.set("k", "v"))).isZero();
            app.call(select("app"));
            assertThat(app.status(Frame.get("k"))).as("in every bucket").isEqualTo(0x24);
            users().of(server);
            assertThat(app.status(Frame.get("k"))).as("after a reload").isEqualTo(0x24);
            assertThat(app.status(login("app"))).isZero();
            assertThat(app.status(Frame.get("k"))).isEqualTo(0x01);
        }

        @Test
        void dropPrivilege_worksWithoutALoginToo() {
            WireClient anybody = server.connect();
            anybody.call(Frame.hello(XERROR));
            assertThat(anybody.status(Frame.of(0xfb).key("Upsert"))).isZero();
            assertThat(anybody.status(Frame.set("k", "v"))).isEqualTo(0x24);
        }
    }

    /** Collection 8 is s.c, 9 is s.d, a is t.e, b is _system._query. */
    @Nested
    class Collections {

        private static final int COLLECTIONS = 0x12;

        private static final String MANIFEST = "{\"uid\":\"1\",\"scopes\":["
                + "{\"uid\":\"0\",\"name\":\"_default\",\"collections\":[{\"uid\":\"0\",\"name\":\"_default\"}]},"
                + "{\"uid\":\"8\",\"name\":\"s\",\"collections\":[{\"uid\":\"8\",\"name\":\"c\"},{\"uid\":\"9\",\"name\":\"d\"}]},"
                + "{\"uid\":\"9\",\"name\":\"t\",\"collections\":[{\"uid\":\"a\",\"name\":\"e\"}]},"
                + "{\"uid\":\"a\",\"name\":\"_system\",\"collections\":[{\"uid\":\"b\",\"name\":\"_query\"}]}]}";

        private WireClient user(String name) {
            WireClient one = stranger(COLLECTIONS);
            assertThat(one.status(login(name))).isZero();
            assertThat(one.status(select("default"))).isZero();
            return one;
        }

        @BeforeEach
        void setManifest() {
            users().user("scope", "data:default.s")
                    .user("query", "data:default", "system:default._system")
                    .of(server);
            assertThat(user("root").status(Frame.of(0xb9).value(MANIFEST))).isZero();
        }

        private Frame get(int collection) {
            return Frame.get((char) collection + "k");
        }

        private List<Integer> reads(String name) {
            WireClient one = user(name);
            List<Integer> statuses = new ArrayList<>();
            for (int collection : new int[] {0, 8, 9, 0xa, 0xb}) {
                statuses.add(one.status(get(collection)));
            }
            return statuses;
        }

        @Test
        void whatIsNotAllowedAtAll_isNotThere() {
            assertThat(reads("scoped")).containsExactly(0x88, 0x01, 0x88, 0x88, 0x88);
            assertThat(reads("scope")).containsExactly(0x88, 0x01, 0x01, 0x88, 0x88);
            assertThat(reads("writer")).containsExactly(0x24, 0x24, 0x24, 0x24, 0x24);
            assertThat(user("scoped").call(get(9)).text()).contains("\"manifest_uid\":\"1\"");
        }

        @Test
        void collectionsOfTheSystem_needMore() {
            assertThat(reads("app")).containsExactly(0x01, 0x01, 0x01, 0x01, 0x24);
            assertThat(reads("query")).containsOnly(0x01);
            assertThat(reads("root")).containsOnly(0x01);
            assertThat(user("app").call(get(0xb)).text()).contains("SystemCollectionLookup");
            assertThat(user("app").call(Frame.set("\u000bk", "v")).text()).contains("SystemCollectionMutation");
            assertThat(user("query").status(Frame.set("\u000bk", "v"))).isZero();
        }

        @Test
        void manifest_showsWhatTheUserMayKnow() {
            assertThat(user("scoped").call(Frame.of(0xba)).text())
                    .contains("\"c\"")
                    .doesNotContain("\"d\"", "\"t\"", "_system", "_default");
            assertThat(user("app").call(Frame.of(0xba)).text())
                    .contains("\"e\"")
                    .doesNotContain("_system");
            assertThat(user("root").call(Frame.of(0xba)).text()).contains("_system");
        }

        @Test
        void ids_areToldOfWhatTheUserMayKnow() {
            WireClient scoped = user("scoped");
            assertThat(scoped.status(Frame.of(0xbb).value("s.c"))).isZero();
            assertThat(scoped.status(Frame.of(0xbb).value("s.d"))).isEqualTo(0x88);
            assertThat(scoped.status(Frame.of(0xbb).value("t.e"))).isEqualTo(0x8c);
            assertThat(scoped.status(Frame.of(0xbc).value("s"))).isZero();
            assertThat(scoped.status(Frame.of(0xbc).value("t"))).isEqualTo(0x8c);
            assertThat(user("app").status(Frame.of(0xbb).value("_system._query")))
                    .isEqualTo(0x8c);
            assertThat(user("root").status(Frame.of(0xbb).value("_system._query")))
                    .isZero();
        }

        @Test
        void manifest_isSetByTheNodesSupervisor() {
            assertThat(user("app").status(Frame.of(0xb9).value(MANIFEST))).isEqualTo(0x24);
        }
    }

    @Nested
    class Reload {

        @Test
        void connections_seeTheUsersOfNow() {
            WireClient reader = loggedIn("reader");
            reader.call(select("default"));
            assertThat(reader.status(Frame.set("k", "v"))).isEqualTo(0x24);
            new TestUsers().user("reader", "data:default").of(server);
            assertThat(reader.status(Frame.set("k", "v"))).isZero();
            new TestUsers().user("other", "admin").of(server);
            assertThat(reader.status(Frame.get("k"))).as("removed").isEqualTo(0x24);
            assertThat(reader.status(Frame.noop())).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {0xf1, 0xf7})
        void refresh_readsThem_andABrokenFileChangesNothing(int opcode) {
            WireClient root = loggedIn("root");
            server.node()
                    .authentication()
                    .source(() -> new TestUsers()
                            .user("root", "admin")
                            .user("fresh", "data:*")
                            .users());
            assertThat(root.status(Frame.of(opcode))).isZero();
            assertThat(stranger().status(login("fresh"))).isZero();
            assertThat(stranger().status(login("app"))).isEqualTo(0x20);
            server.node().authentication().source(() -> {
                throw new UserSource.MistakesException(List.of("$.users.root: what a mess"));
            });
            Response broken = root.call(Frame.of(opcode));
            assertThat(broken.status()).isEqualTo(0x84);
            assertThat(broken.text()).contains("$.users.root: what a mess");
            assertThat(stranger().status(login("fresh"))).isZero();
        }
    }

    @Nested
    class ActingForOthers {

        private Frame as(String user, Frame frame, String... lent) {
            StringBuilder framing = new StringBuilder(entry(4, user));
            for (String privilege : lent) {
                framing.append(' ').append(entry(6, privilege));
            }
            return frame.framing(framing.toString());
        }

        /** A nibble of 15 says that the rest of the length follows. */
        private String entry(int id, String text) {
            int length = text.getBytes(UTF_8).length;
            return length < 15
                    ? Integer.toHexString(id) + Integer.toHexString(length) + " '" + text + "'"
                    : String.format(java.util.Locale.ROOT, "%xf %02x '%s'", id, length - 15, text);
        }

        private WireClient acting(String user) {
            WireClient one = loggedIn(user);
            one.call(select("default"));
            return one;
        }

        @Test
        void theOthersRights_decide() {
            WireClient root = acting("root");
            assertThat(root.status(as("reader", Frame.get("k")))).isEqualTo(0x01);
            Response refused = root.call(as("reader", Frame.set("k", "v")));
            assertThat(refused.status()).isEqualTo(0x24);
            assertThat(root.status(as("reader", Frame.set("k", "v"), "Upsert")))
                    .as("lent")
                    .isZero();
            assertThat(root.status(as("elsewhere", Frame.get("k"))))
                    .as("no access")
                    .isEqualTo(0x24);
            assertThat(root.status(Frame.set("k", "v"))).as("for itself again").isZero();
        }

        @Test
        void commandsThatLookCloser_lookAtTheOther() {
            WireClient root = acting("root");
            assertThat(root.call(as("reader", Frame.of(0x87))).text()).isEqualTo("default");
            assertThat(root.status(as("writer", Frame.of(0x10)))).isEqualTo(0x24);
        }

        @Test
        void whoMayNot_orForNobody_isEaccess() {
            assertThat(acting("app").status(as("reader", Frame.get("k")))).isEqualTo(0x24);
            Response nobody = acting("root").call(as("x", Frame.get("k")));
            assertThat(nobody.status()).isEqualTo(0x24);
            assertThat(nobody.text()).contains("User \\\"x\\\" is not a Couchbase user");
        }

        @Test
        void services_keepTheirOwnRights() {
            WireClient service = acting("@service");
            assertThat(service.status(as("reader", Frame.set("k", "v")))).isZero();
            assertThat(service.status(as("unknown", Frame.set("k", "v")))).isZero();
        }

        @Test
        void externalUsers_andTokens_areNotSupported() {
            WireClient root = acting("root");
            assertThat(root.status(as("^ext", Frame.get("k")))).isEqualTo(0x83);
            assertThat(root.status(Frame.get("k").framing("72 0001"))).isEqualTo(0x83);
        }
    }
}
