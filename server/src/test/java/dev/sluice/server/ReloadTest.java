package dev.sluice.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.server.config.ConfigurationReader;
import dev.sluice.server.config.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A configuration file that is read again: what is taken of it, and what is said of the rest. */
@ExtendWith(ServerChecks.class)
class ReloadTest {

    private static final Certificates CERTIFICATES = Certificates.common();
    private static final String PLAIN = "\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"mgmt\": false";
    private static final String APP = UserEntry.of("app", "s3cret".getBytes(UTF_8), new Random(1));
    private static final String GONE = UserEntry.of("gone", "s3cret".getBytes(UTF_8), new Random(2));

    @TempDir
    Path home;

    private final Logger logger = (Logger) LoggerFactory.getLogger(RunningConfiguration.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    private void write(String members) throws Exception {
        Files.writeString(home.resolve("sluice.json"), "{" + members + "}");
    }

    private SluiceServer start(String members) throws Exception {
        write(members);
        Environment environment = new Environment(home, 1L << 30, 2, ReloadTest.class.getClassLoader());
        return SluiceServer.start(ConfigurationReader.read(home.resolve("sluice.json"), environment));
    }

    private List<String> leftToARestart() {
        return log.list.stream()
                .map(event -> String.valueOf(event.getArgumentArray()[0]))
                .toList();
    }

    @Nested
    class WhatIsNotFollowed {

        @Test
        void isNamed_whetherItIsNew_another_orNoMore() throws Exception {
            try (SluiceServer server = start(PLAIN + ", \"external\": {\"hostname\": \"far\"}")) {
                Files.createDirectories(home.resolve("other"));
                write(PLAIN + ", \"plugins\": \"other\", \"limits\": {\"connections\": 7}");
                assertThat(server.reload()).isEmpty();
                assertThat(leftToARestart())
                        .containsExactly(
                                "external has its effect after a restart",
                                "limits has its effect after a restart",
                                "plugins has its effect after a restart");
            }
        }

        @Test
        void isNamedAgain_asLongAsTheServerWorksOtherwise() throws Exception {
            try (SluiceServer server = start(PLAIN)) {
                write(PLAIN + ", \"limits\": {\"connections\": 7}");
                assertThat(server.reload()).isEmpty();
                assertThat(server.reload()).isEmpty();
                assertThat(leftToARestart()).hasSize(2);
                write(PLAIN);
                assertThat(server.reload()).isEmpty();
                assertThat(leftToARestart()).hasSize(2);
            }
        }

        /** Who a client is by its certificate is no small matter. */
        @Test
        void namesListeners_whoseIdentitiesOrPasswordsHaveChanged() throws Exception {
            CERTIFICATES.write(home, CERTIFICATES.server());
            String rule = ", \"clientCa\": \"ca.pem\", \"clientCertificates\": \"enabled\", \"identities\": "
                    + "[{\"path\": \"subject.cn\", \"prefix\": \"%s\"}]";
            try (SluiceServer server = start(tls(rule.replace("%s", "a-")))) {
                write(tls(rule.replace("%s", "b-")));
                assertThat(server.reload()).isEmpty();
                assertThat(leftToARestart()).containsExactly("listeners has its effect after a restart");
            }
        }
    }

    private static String tls(String more) {
        return "\"mgmt\": false, \"listeners\": [{\"address\": \"127.0.0.1:0\", \"tls\": "
                + "{\"certificate\": \"server.pem\", \"key\": \"server.key\"" + more + "}}]";
    }

    @Nested
    class Certificate {

        private X509Certificate of(SluiceServer server, int listener) throws Exception {
            try (SSLSocket socket = Certificates.connect(
                    CERTIFICATES.clientContext(null), server.ports().get(listener))) {
                return (X509Certificate) socket.getSession().getPeerCertificates()[0];
            }
        }

        @Test
        void thatTheFileDoesNotNameAnyMore_isNoReasonToKeepAUser() throws Exception {
            CERTIFICATES.write(home, CERTIFICATES.server());
            try (SluiceServer server = start(tls("") + ", \"users\": {" + APP + ", " + GONE + "}")) {
                Files.move(home.resolve("server.pem"), home.resolve("new.pem"));
                write(tls("").replace("server.pem", "new.pem") + ", \"users\": {" + APP + "}");
                assertThat(server.reload()).isEmpty();
                assertThat(server.node().authentication().knows("app")).isTrue();
                assertThat(server.node().authentication().knows("gone")).isFalse();
                assertThat(leftToARestart())
                        .anySatisfy(left -> assertThat(left).contains("no file").contains("server.pem"))
                        .contains("listeners has its effect after a restart");
            }
        }

        @Test
        void thatIsNew_isTaken_withTheUsersOfTheFile() throws Exception {
            CERTIFICATES.write(home, CERTIFICATES.server());
            try (SluiceServer server = start(tls(""))) {
                X509Certificate before = of(server, 0);
                CERTIFICATES.write(home, CERTIFICATES.server());
                assertThat(server.reload()).isEmpty();
                assertThat(of(server, 0)).isNotEqualTo(before);
            }
        }

        /** A file with a mistake changes nothing: not users, and not another listener either. */
        @Test
        void thatIsBroken_changesNothingAtAll() throws Exception {
            Path second = Files.createDirectories(home.resolve("second"));
            CERTIFICATES.write(home, CERTIFICATES.server());
            CERTIFICATES.write(second, CERTIFICATES.server());
            String listener = "{\"address\": \"127.0.0.1:0\", \"tls\": {\"certificate\": \"%sserver.pem\", \"key\": "
                    + "\"%sserver.key\"}}";
            String both = "\"mgmt\": false, \"listeners\": [" + listener.replace("%s", "") + ", "
                    + listener.replace("%s", "second/") + "]";
            try (SluiceServer server = start(both + ", \"users\": {" + APP + ", " + GONE + "}")) {
                X509Certificate before = of(server, 0);
                CERTIFICATES.write(home, CERTIFICATES.server());
                Files.writeString(second.resolve("server.pem"), "nothing");
                write(both + ", \"users\": {" + APP + "}");
                assertThat(server.reload()).isNotEmpty();
                assertThat(of(server, 0)).isEqualTo(before);
                assertThat(server.node().authentication().knows("gone")).isTrue();
            }
        }

        @Test
        void thatIsBroken_withoutAFile_leavesTheOtherListenerAlone() throws Exception {
            Path second = Files.createDirectories(home.resolve("second"));
            String first = CERTIFICATES.write(home, CERTIFICATES.server());
            String other = CERTIFICATES.write(second, CERTIFICATES.server());
            try (SluiceServer server = SluiceServer.start(TestServers.configuration(
                    "{\"mgmt\": false, \"listeners\": [{\"address\": \"127.0.0.1:0\", \"tls\": {" + first
                            + "}}, {\"address\": \"127.0.0.1:0\", \"tls\": {" + other + "}}]}"))) {
                X509Certificate before = of(server, 0);
                CERTIFICATES.write(home, CERTIFICATES.server());
                Files.writeString(second.resolve("server.pem"), "nothing");
                assertThat(server.reload()).isNotEmpty();
                assertThat(of(server, 0)).isEqualTo(before);
            }
        }
    }
}
