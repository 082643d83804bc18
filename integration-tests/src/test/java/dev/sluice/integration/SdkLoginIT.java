package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.cnc.events.io.SelectBucketFailedEvent;
import com.couchbase.client.core.error.AmbiguousTimeoutException;
import com.couchbase.client.core.error.BucketNotFoundException;
import com.couchbase.client.core.error.CollectionNotFoundException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.UnambiguousTimeoutException;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.UpsertOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users of the configuration, as the newest Couchbase SDK for Java logs them in: by SCRAM, checking the server's proof. */
class SdkLoginIT {

    private static final String PASSWORD = "s3cret";
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void start() throws Exception {
        String entry = ServerProcess.userEntry("app", PASSWORD);
        // Credentials hold no name, so one password makes several users.
        String users = entry.replace("data:*", "data:travel")
                + ", " + entry.replace("\"app\":", "\"every\":")
                + ", " + entry.replace("\"app\":", "\"reader\":").replace("data:*", "data-read:travel")
                + ", " + entry.replace("\"app\":", "\"hotel\":").replace("data:*", "data:travel.inventory.hotel");
        server = ServerProcess.serve(ServerProcess.configuration(
                directory,
                "\"mgmt\": {\"address\": \"127.0.0.1:0\"}, \"buckets\": {\"travel\": {\"engine\": \"memory\", \"quota\":"
                        + " \"100MiB\", \"vbuckets\": 64, \"collections\": {\"inventory\": [\"hotel\", \"airline\"]}},"
                        + " \"other\": {\"engine\": \"memory\", \"quota\": \"10MiB\"}}, \"users\": {" + users + "}"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static Sdk connect(String user, String password) {
        return Sdk.connect(server.port(), user, password, settings -> {});
    }

    @Test
    void rightPassword_works() {
        try (Sdk sdk = connect("app", PASSWORD)) {
            Bucket bucket = sdk.cluster().bucket("travel");
            bucket.waitUntilReady(Sdk.PATIENCE);
            bucket.defaultCollection().upsert("k", "v");
            assertThat(bucket.defaultCollection().get("k").contentAs(String.class))
                    .isEqualTo("v");
        }
    }

    @Test
    void wrongPassword_isAnAuthenticationError() {
        try (Sdk sdk = connect("app", "wrong")) {
            Collection collection = sdk.cluster().bucket("travel").defaultCollection();
            // The first operation may be over before the SDK has tried to log in.
            await().atMost(Sdk.PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(() ->
                                    collection.get("k", GetOptions.getOptions().timeout(SOON)))
                            .isInstanceOf(UnambiguousTimeoutException.class)
                            .hasMessageContaining("AUTHENTICATION_ERROR"));
        }
    }

    /** Who may use it if it comes is told that it is not there, and the SDK waits for that. */
    @Test
    void missingBucket_isWaitedFor() {
        try (Sdk sdk = connect("every", PASSWORD)) {
            assertNotOpened(sdk, "missing");
            await().untilAsserted(() -> assertThat(sdk.events())
                    .anySatisfy(event -> assertThat(event.cause()).isInstanceOf(BucketNotFoundException.class)));
        }
    }

    /** Others do not learn whether it is there: the SDK says of both that it may be the one or the other. */
    @ParameterizedTest
    @ValueSource(strings = {"missing", "other"})
    void bucketWithoutRights_isAnAccessError(String bucket) {
        try (Sdk sdk = connect("app", PASSWORD)) {
            assertNotOpened(sdk, bucket);
            await().untilAsserted(() -> assertThat(sdk.events())
                    .filteredOn(SelectBucketFailedEvent.class::isInstance)
                    .isNotEmpty()
                    .allSatisfy(event -> assertThat(event.description()).contains("access error", "0x24")));
        }
    }

    private static void assertNotOpened(Sdk sdk, String bucket) {
        Collection collection = sdk.cluster().bucket(bucket).defaultCollection();
        UnambiguousTimeoutException error = catchThrowableOfType(
                UnambiguousTimeoutException.class,
                () -> collection.get("k", GetOptions.getOptions().timeout(SOON)));
        assertThat(error.context().requestContext().retryReasons()).contains(RetryReason.BUCKET_OPEN_IN_PROGRESS);
    }

    @Test
    void missingPrivilege_isNoAccess() {
        try (Sdk sdk = connect("reader", PASSWORD)) {
            Bucket bucket = sdk.cluster().bucket("travel");
            bucket.waitUntilReady(Sdk.PATIENCE);
            Collection collection = bucket.defaultCollection();
            assertThat(collection.exists("none").exists()).isFalse();
            assertThatThrownBy(() -> collection.upsert("k2", "v"))
                    .isInstanceOf(CouchbaseException.class)
                    .hasMessageContaining("NO_ACCESS");
        }
    }

    @Test
    void rightsInOneCollection_areEnoughForIt() {
        try (Sdk sdk = connect("hotel", PASSWORD)) {
            Bucket bucket = sdk.cluster().bucket("travel");
            bucket.waitUntilReady(Sdk.PATIENCE);
            Collection hotel = bucket.scope("inventory").collection("hotel");
            hotel.upsert("k", "v");
            assertThat(hotel.get("k").contentAs(String.class)).isEqualTo("v");
            Collection airline = bucket.scope("inventory").collection("airline");
            // To this user the collection does not exist, so the SDK waits for it to come.
            assertThatThrownBy(() -> airline.upsert(
                            "k", "v", UpsertOptions.upsertOptions().timeout(SOON)))
                    .isInstanceOfAny(
                            AmbiguousTimeoutException.class,
                            UnambiguousTimeoutException.class,
                            CollectionNotFoundException.class);
        }
    }
}
