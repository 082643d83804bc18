package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.diagnostics.DiagnosticsResult;
import com.couchbase.client.core.diagnostics.EndpointDiagnostics;
import com.couchbase.client.core.diagnostics.EndpointPingReport;
import com.couchbase.client.core.diagnostics.PingResult;
import com.couchbase.client.core.diagnostics.PingState;
import com.couchbase.client.core.endpoint.EndpointState;
import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.DocumentNotLockedException;
import com.couchbase.client.core.error.DurabilityLevelNotAvailableException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.error.ValueTooLargeException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.core.msg.kv.MutationToken;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.java.AsyncCollection;
import com.couchbase.client.java.BinaryCollection;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.ReactiveCollection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.codec.RawStringTranscoder;
import com.couchbase.client.java.codec.SerializableTranscoder;
import com.couchbase.client.java.diagnostics.PingOptions;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.CounterResult;
import com.couchbase.client.java.kv.DecrementOptions;
import com.couchbase.client.java.kv.GetAndTouchOptions;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.GetResult;
import com.couchbase.client.java.kv.IncrementOptions;
import com.couchbase.client.java.kv.InsertOptions;
import com.couchbase.client.java.kv.MutationResult;
import com.couchbase.client.java.kv.RemoveOptions;
import com.couchbase.client.java.kv.ReplaceOptions;
import com.couchbase.client.java.kv.ReplicateTo;
import com.couchbase.client.java.kv.ScanOptions;
import com.couchbase.client.java.kv.ScanResult;
import com.couchbase.client.java.kv.ScanTerm;
import com.couchbase.client.java.kv.ScanType;
import com.couchbase.client.java.kv.TouchOptions;
import com.couchbase.client.java.kv.UpsertOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** The newest Couchbase SDK for Java: it bootstraps from the KV port alone and finds the key-value service as it knows it. */
class SdkOperationsIT {

    private static final Duration SOON = Duration.ofMillis(700);

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Sdk sdk;
    private static Bucket bucket;
    private static Collection collection;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.serve(ServerProcess.configuration(directory, """
                "mgmt": {"address": "127.0.0.1:0"},
                "buckets": {
                  "travel": {
                    "engine": "memory",
                    "vbuckets": 64,
                    "quota": "100MiB",
                    "compressionMode": "passive",
                    "collections": {"inventory": ["hotel", "airline"]}
                  }
                }
                """));
        sdk = Sdk.connect(server.port());
        sdk.cluster().waitUntilReady(Sdk.PATIENCE);
        bucket = sdk.cluster().bucket("travel");
        bucket.waitUntilReady(Sdk.PATIENCE);
        collection = bucket.defaultCollection();
    }

    @AfterAll
    static void stop() throws Exception {
        try (ServerProcess stopped = server) {
            if (sdk != null) {
                sdk.close();
            }
            stopped.stop();
            assertThat(stopped.errors()).noneMatch(line -> line.contains("ERROR") || line.contains("WARN"));
        }
    }

    private static JsonObject json(String name) {
        return JsonObject.create().put("name", name).put("numbers", List.of(1, 2, 3));
    }

    private static Set<RetryReason> reasons(Throwable e) {
        return ((TimeoutException) e).retryReasons();
    }

    @Nested
    class Documents {
        @Test
        void upsertGetReplaceRemove_withTheirCas() {
            MutationResult stored = collection.upsert("doc", json("a"));
            GetResult read = collection.get("doc");
            assertThat(read.cas()).isEqualTo(stored.cas());
            assertThat(read.contentAsObject()).isEqualTo(json("a"));

            MutationResult replaced = collection.replace(
                    "doc", json("b"), ReplaceOptions.replaceOptions().cas(read.cas()));
            assertThat(replaced.cas()).isNotEqualTo(read.cas());
            assertThatThrownBy(() -> collection.replace(
                            "doc", json("c"), ReplaceOptions.replaceOptions().cas(read.cas())))
                    .isInstanceOf(CasMismatchException.class);
            assertThatThrownBy(() -> collection.remove(
                            "doc", RemoveOptions.removeOptions().cas(read.cas())))
                    .isInstanceOf(CasMismatchException.class);
            collection.remove("doc", RemoveOptions.removeOptions().cas(replaced.cas()));
            assertThatThrownBy(() -> collection.get("doc")).isInstanceOf(DocumentNotFoundException.class);
            assertThatThrownBy(() -> collection.remove("doc")).isInstanceOf(DocumentNotFoundException.class);
            assertThatThrownBy(() -> collection.replace("doc", json("d")))
                    .isInstanceOf(DocumentNotFoundException.class);
        }

        @Test
        void insert_ofWhatIsThere_saysSo() {
            collection.insert("once", json("a"));
            assertThatThrownBy(() -> collection.insert("once", json("b"))).isInstanceOf(DocumentExistsException.class);
            assertThat(collection.get("once").contentAsObject()).isEqualTo(json("a"));
        }

        @Test
        void mutations_haveTokens() {
            MutationToken first = collection.upsert("token", 1).mutationToken().orElseThrow();
            MutationToken second = collection.upsert("token", 2).mutationToken().orElseThrow();
            assertThat(first.bucketName()).isEqualTo("travel");
            assertThat(second.partitionUUID()).isEqualTo(first.partitionUUID()).isNotZero();
            assertThat(second.sequenceNumber()).isGreaterThan(first.sequenceNumber());
        }

        @Test
        void exists_seesDocumentsAndTheirAbsence() {
            assertThat(collection.exists("nobody").exists()).isFalse();
            MutationResult stored = collection.upsert("somebody", 1);
            assertThat(collection.exists("somebody").exists()).isTrue();
            assertThat(collection.exists("somebody").cas()).isEqualTo(stored.cas());
            collection.remove("somebody");
            assertThat(collection.exists("somebody").exists()).isFalse();
        }

        @Test
        void everyTranscoder_getsBackWhatItStored() {
            byte[] bytes = {0, 1, (byte) 0xff, 0x7b};
            collection.upsert("raw", bytes, UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));
            assertThat(collection
                            .get("raw", GetOptions.getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                            .contentAsBytes())
                    .isEqualTo(bytes);
            collection.upsert(
                    "text", "no JSON {", UpsertOptions.upsertOptions().transcoder(RawStringTranscoder.INSTANCE));
            assertThat(collection
                            .get("text", GetOptions.getOptions().transcoder(RawStringTranscoder.INSTANCE))
                            .contentAs(String.class))
                    .isEqualTo("no JSON {");
            collection.upsert(
                    "json", "{\"a\": 1}", UpsertOptions.upsertOptions().transcoder(RawJsonTranscoder.INSTANCE));
            assertThat(collection
                            .get("json", GetOptions.getOptions().transcoder(RawJsonTranscoder.INSTANCE))
                            .contentAs(String.class))
                    .isEqualTo("{\"a\": 1}");
            collection.upsert(
                    "java",
                    new ArrayList<>(List.of("x", 7)),
                    UpsertOptions.upsertOptions().transcoder(SerializableTranscoder.INSTANCE));
            assertThat((Object) collection
                            .get("java", GetOptions.getOptions().transcoder(SerializableTranscoder.INSTANCE))
                            .contentAs(ArrayList.class))
                    .isEqualTo(List.of("x", 7));
        }

        @Test
        void valuesUpTo20MiB_areTaken_andNoMore() {
            byte[] value = new byte[20 << 20];
            new Random(1).nextBytes(value);
            UpsertOptions raw = UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE);
            collection.upsert("large", value, raw);
            assertThat(Arrays.equals(
                            collection
                                    .get("large", GetOptions.getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                                    .contentAsBytes(),
                            value))
                    .isTrue();
            collection.remove("large");
            byte[] tooLarge = Arrays.copyOf(value, value.length + 1);
            assertThatThrownBy(() -> collection.upsert("large", tooLarge, raw))
                    .isInstanceOf(ValueTooLargeException.class);
            assertThat(collection.exists("large").exists()).isFalse();
        }

        @Test
        void compressibleValues_comeBackAsTheyWere() {
            String text = "the same again and ".repeat(5000);
            collection.upsert("compressible", JsonObject.create().put("text", text));
            assertThat(collection.get("compressible").contentAsObject().getString("text"))
                    .isEqualTo(text);
            collection.binary().append("compressible", " ".getBytes(StandardCharsets.UTF_8));
            assertThat(collection.get("compressible").contentAsObject().getString("text"))
                    .isEqualTo(text);
        }
    }

    @Nested
    class Lifetime {
        @Test
        void expiry_ends_andTouchMovesIt() {
            collection.upsert("short", 1, UpsertOptions.upsertOptions().expiry(Duration.ofSeconds(1)));
            collection.upsert("long", 1, UpsertOptions.upsertOptions().expiry(Duration.ofSeconds(1)));
            collection.touch("long", Duration.ofHours(1), TouchOptions.touchOptions());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !collection.exists("short").exists());
            assertThat(collection.get("long").contentAs(Integer.class)).isEqualTo(1);
            assertThatThrownBy(() -> collection.touch("short", Duration.ofHours(1)))
                    .isInstanceOf(DocumentNotFoundException.class);
        }

        @Test
        void getAndTouch_showsTheDocument_andPreserveExpiryKeepsItsEnd() {
            collection.upsert("kept", 1);
            GetResult touched =
                    collection.getAndTouch("kept", Duration.ofSeconds(2), GetAndTouchOptions.getAndTouchOptions());
            assertThat(touched.contentAs(Integer.class)).isEqualTo(1);
            collection.upsert("kept", 2, UpsertOptions.upsertOptions().preserveExpiry(true));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !collection.exists("kept").exists());
        }

        @Test
        void locks_keepOthersOut_untilTheyEnd() {
            collection.upsert("locked", 1);
            GetResult locked = collection.getAndLock("locked", Duration.ofSeconds(20));
            assertThat(locked.contentAs(Integer.class)).isEqualTo(1);
            assertThatThrownBy(() -> collection.upsert(
                            "locked", 2, UpsertOptions.upsertOptions().timeout(SOON)))
                    .isInstanceOf(TimeoutException.class)
                    .satisfies(e -> assertThat(reasons(e)).contains(RetryReason.KV_LOCKED));
            assertThatThrownBy(() -> collection.unlock("locked", locked.cas() + 1))
                    .isInstanceOf(CasMismatchException.class);
            collection.unlock("locked", locked.cas());
            assertThatThrownBy(() -> collection.unlock("locked", locked.cas()))
                    .isInstanceOf(DocumentNotLockedException.class);
            assertThatThrownBy(() -> collection.unlock("nobody", 1)).isInstanceOf(DocumentNotFoundException.class);
            collection.upsert("locked", 3);
            GetResult again = collection.getAndLock("locked", Duration.ofSeconds(20));
            collection.replace("locked", 4, ReplaceOptions.replaceOptions().cas(again.cas()));
            assertThat(collection.get("locked").contentAs(Integer.class)).isEqualTo(4);
        }
    }

    @Nested
    class Binary {
        private final BinaryCollection binary = collection.binary();

        @Test
        void counters_countUpAndDown_notBelowZero() {
            assertThatThrownBy(() -> binary.increment("counter")).isInstanceOf(DocumentNotFoundException.class);
            CounterResult made = binary.increment(
                    "counter", IncrementOptions.incrementOptions().initial(10));
            assertThat(made.content()).isEqualTo(10);
            assertThat(binary.increment(
                                    "counter",
                                    IncrementOptions.incrementOptions().delta(5))
                            .content())
                    .isEqualTo(15);
            assertThat(binary.decrement(
                                    "counter",
                                    DecrementOptions.decrementOptions().delta(100))
                            .content())
                    .isZero();
            assertThat(collection.get("counter").contentAs(Integer.class)).isZero();
            collection.upsert("counter", json("no number"));
            assertThatThrownBy(() -> binary.increment("counter")).isInstanceOf(CouchbaseException.class);
        }

        @Test
        void appendAndPrepend_areAtTheirEnds() {
            GetOptions raw = GetOptions.getOptions().transcoder(RawBinaryTranscoder.INSTANCE);
            assertThatThrownBy(() -> binary.append("concatenated", new byte[] {1}))
                    .isInstanceOf(DocumentNotFoundException.class);
            collection.upsert(
                    "concatenated",
                    new byte[] {5},
                    UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));
            binary.append("concatenated", new byte[] {6});
            binary.prepend("concatenated", new byte[] {4});
            assertThat(collection.get("concatenated", raw).contentAsBytes()).containsExactly(4, 5, 6);
        }
    }

    @Nested
    class Durability {
        @Test
        void majority_isThisNodeAlone() {
            MutationResult result = collection.insert(
                    "durable", 1, InsertOptions.insertOptions().durability(DurabilityLevel.MAJORITY));
            assertThat(result.mutationToken()).isPresent();
            collection.replace("durable", 2, ReplaceOptions.replaceOptions().durability(DurabilityLevel.MAJORITY));
            assertThat(collection.get("durable").contentAs(Integer.class)).isEqualTo(2);
            collection.remove("durable", RemoveOptions.removeOptions().durability(DurabilityLevel.MAJORITY));
        }

        @Test
        void levelsThatNeedADisk_areNotThere() {
            for (DurabilityLevel level :
                    List.of(DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE, DurabilityLevel.PERSIST_TO_MAJORITY)) {
                assertThatThrownBy(() -> collection.upsert(
                                "durable", 1, UpsertOptions.upsertOptions().durability(level)))
                        .as(level.toString())
                        .isInstanceOf(DurabilityLevelNotAvailableException.class);
            }
            assertThat(collection.exists("durable").exists()).isFalse();
        }

        @Test
        void replicas_thereAreNone() {
            collection.upsert("replicated", 1);
            assertThat(collection.getAnyReplica("replicated").isReplica()).isFalse();
            assertThat(collection.getAllReplicas("replicated")).hasSize(1);
            assertThatThrownBy(() -> collection.getAnyReplica("nobody")).isInstanceOf(CouchbaseException.class);
            assertThatThrownBy(() -> collection.upsert(
                            "replicated",
                            2,
                            UpsertOptions.upsertOptions()
                                    .durability(com.couchbase.client.java.kv.PersistTo.NONE, ReplicateTo.ONE)))
                    .isInstanceOf(CouchbaseException.class);
        }
    }

    @Nested
    class Collections {
        @Test
        void documentsOfCollections_areApart() {
            Collection hotel = bucket.scope("inventory").collection("hotel");
            Collection airline = bucket.scope("inventory").collection("airline");
            hotel.upsert("same", "hotel");
            airline.upsert("same", "airline");
            collection.upsert("same", "default");
            assertThat(hotel.get("same").contentAs(String.class)).isEqualTo("hotel");
            assertThat(airline.get("same").contentAs(String.class)).isEqualTo("airline");
            hotel.remove("same");
            assertThat(hotel.exists("same").exists()).isFalse();
            assertThat(collection.get("same").contentAs(String.class)).isEqualTo("default");
            airline.remove("same");
        }

        @Test
        void unknownCollectionsAndScopes_areLookedForUntilTheTimeIsUp() {
            for (Collection unknown : List.of(
                    bucket.scope("inventory").collection("nothing"),
                    bucket.scope("nowhere").collection("nothing"))) {
                assertThatThrownBy(
                                () -> unknown.get("k", GetOptions.getOptions().timeout(SOON)))
                        .isInstanceOf(TimeoutException.class)
                        .satisfies(e -> assertThat(reasons(e))
                                .containsAnyOf(
                                        RetryReason.COLLECTION_NOT_FOUND,
                                        RetryReason.COLLECTION_MAP_REFRESH_IN_PROGRESS));
            }
        }
    }

    @Nested
    class Scans {
        private final Collection hotel = bucket.scope("inventory").collection("hotel");
        private final Set<String> ids =
                IntStream.range(0, 500).mapToObj(i -> "scan-" + i).collect(Collectors.toCollection(TreeSet::new));

        Scans() {
            Flux.fromIterable(ids)
                    .flatMap(id ->
                            hotel.reactive().upsert(id, JsonObject.create().put("id", id)))
                    .blockLast(Sdk.PATIENCE);
        }

        @Test
        void aRange_hasEachDocumentOnce() {
            Set<String> found = new TreeSet<>();
            hotel.scan(ScanType.rangeScan(ScanTerm.inclusive("scan-"), ScanTerm.exclusive("scan-~")))
                    .forEach(result -> {
                        assertThat(found.add(result.id())).isTrue();
                        assertThat(result.contentAsObject().getString("id")).isEqualTo(result.id());
                        assertThat(result.cas()).isNotZero();
                    });
            assertThat(found).isEqualTo(ids);
        }

        @Test
        void aPrefix_andIdsAlone() {
            List<String> found = hotel.scan(
                            ScanType.prefixScan("scan-1"),
                            ScanOptions.scanOptions().idsOnly(true))
                    .map(ScanResult::id)
                    .sorted()
                    .toList();
            assertThat(found)
                    .isEqualTo(
                            ids.stream().filter(id -> id.startsWith("scan-1")).toList());
        }

        @Test
        void aSample_isAPartOfAll() {
            List<String> found = hotel.scan(ScanType.samplingScan(20, 42))
                    .map(ScanResult::id)
                    .toList();
            assertThat(found).hasSizeLessThanOrEqualTo(20).isNotEmpty().doesNotHaveDuplicates();
            assertThat(ids).containsAll(found);
        }
    }

    @Nested
    class Many {
        @Test
        void tenThousandOperations_inFlightAtOnce() throws Exception {
            AsyncCollection async = collection.async();
            List<CompletableFuture<?>> writes = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                writes.add(async.upsert("many-" + i, i));
            }
            CompletableFuture.allOf(writes.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
            List<CompletableFuture<GetResult>> reads = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                reads.add(async.get("many-" + i));
            }
            CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
            for (int i = 0; i < 10_000; i++) {
                assertThat(reads.get(i).get().contentAs(Integer.class)).isEqualTo(i);
            }
        }

        @Test
        void reactive_isTheSame() {
            ReactiveCollection reactive = collection.reactive();
            List<Integer> values = Flux.range(0, 200)
                    .flatMap(i -> reactive.upsert("reactive-" + i, i).thenReturn(i))
                    .flatMap(i -> reactive.get("reactive-" + i))
                    .map(result -> result.contentAs(Integer.class))
                    .sort()
                    .collectList()
                    .block(Sdk.PATIENCE);
            assertThat(values).isEqualTo(IntStream.range(0, 200).boxed().toList());
        }
    }

    @Nested
    class Health {
        @Test
        void ping_findsTheKeyValueService() {
            PingResult ping = bucket.ping(PingOptions.pingOptions().serviceTypes(Set.of(ServiceType.KV)));
            List<EndpointPingReport> reports = ping.endpoints().get(ServiceType.KV);
            assertThat(reports).isNotEmpty().allMatch(report -> report.state() == PingState.OK);
            sdk.cluster()
                    .ping()
                    .endpoints()
                    .values()
                    .forEach(all -> assertThat(all).allMatch(report -> report.state() == PingState.OK));
        }

        @Test
        void diagnostics_showConnectedEndpoints() {
            DiagnosticsResult diagnostics = sdk.cluster().diagnostics();
            List<EndpointDiagnostics> endpoints = diagnostics.endpoints().get(ServiceType.KV);
            assertThat(endpoints).isNotEmpty().allMatch(endpoint -> endpoint.state() == EndpointState.CONNECTED);
        }
    }
}
