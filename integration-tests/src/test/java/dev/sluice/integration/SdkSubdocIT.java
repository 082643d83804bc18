package dev.sluice.integration;

import static com.couchbase.client.java.kv.LookupInSpec.count;
import static com.couchbase.client.java.kv.LookupInSpec.exists;
import static com.couchbase.client.java.kv.LookupInSpec.get;
import static com.couchbase.client.java.kv.MutateInOptions.mutateInOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.DocumentUnretrievableException;
import com.couchbase.client.core.error.InvalidArgumentException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.error.ValueTooLargeException;
import com.couchbase.client.core.error.subdoc.DeltaInvalidException;
import com.couchbase.client.core.error.subdoc.DocumentAlreadyAliveException;
import com.couchbase.client.core.error.subdoc.DocumentNotJsonException;
import com.couchbase.client.core.error.subdoc.DocumentTooDeepException;
import com.couchbase.client.core.error.subdoc.NumberTooBigException;
import com.couchbase.client.core.error.subdoc.PathExistsException;
import com.couchbase.client.core.error.subdoc.PathInvalidException;
import com.couchbase.client.core.error.subdoc.PathMismatchException;
import com.couchbase.client.core.error.subdoc.PathNotFoundException;
import com.couchbase.client.core.error.subdoc.PathTooDeepException;
import com.couchbase.client.core.error.subdoc.ValueInvalidException;
import com.couchbase.client.core.error.subdoc.ValueTooDeepException;
import com.couchbase.client.core.error.subdoc.XattrUnknownVirtualAttributeException;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.codec.RawJsonTranscoder;
import com.couchbase.client.java.json.JsonArray;
import com.couchbase.client.java.json.JsonObject;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.GetResult;
import com.couchbase.client.java.kv.LookupInMacro;
import com.couchbase.client.java.kv.LookupInOptions;
import com.couchbase.client.java.kv.LookupInReplicaResult;
import com.couchbase.client.java.kv.LookupInResult;
import com.couchbase.client.java.kv.LookupInSpec;
import com.couchbase.client.java.kv.MutateInMacro;
import com.couchbase.client.java.kv.MutateInResult;
import com.couchbase.client.java.kv.MutateInSpec;
import com.couchbase.client.java.kv.StoreSemantics;
import com.couchbase.client.java.kv.UpsertOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sub-document operations, extended attributes and their errors, as the newest Couchbase SDK for Java knows them. */
class SdkSubdocIT {

    private static final Duration SOON = Duration.ofMillis(700);

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static Sdk sdk;
    private static Collection collection;
    private static Collection hotels;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.serve(ServerProcess.configuration(directory, """
                "buckets": {
                  "travel": {
                    "engine": "memory",
                    "vbuckets": 64,
                    "quota": "80MiB",
                    "collections": {"inventory": ["hotel"]}
                  }
                }
                """));
        sdk = Sdk.connect(server.port());
        Bucket bucket = sdk.cluster().bucket("travel");
        bucket.waitUntilReady(Sdk.PATIENCE);
        collection = bucket.defaultCollection();
        hotels = bucket.scope("inventory").collection("hotel");
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

    private static JsonObject sample() {
        return JsonObject.create()
                .put("name", "a")
                .put("list", List.of(1, 2))
                .put("deep", JsonObject.create().put("er", true))
                .put("n", 5);
    }

    private static String raw(String id) {
        return collection
                .get(id, GetOptions.getOptions().transcoder(RawJsonTranscoder.INSTANCE))
                .contentAs(String.class);
    }

    private static void put(String id, String json) {
        collection.upsert(id, json, UpsertOptions.upsertOptions().transcoder(RawJsonTranscoder.INSTANCE));
    }

    @Nested
    class LookUps {
        @Test
        void ofEachKind_inEachCollection() {
            for (Collection where : List.of(collection, hotels)) {
                long cas = where.upsert("looked-up", sample()).cas();
                LookupInResult result = where.lookupIn(
                        "looked-up",
                        List.of(
                                get("deep.er"),
                                exists("list[1]"),
                                exists("list[2]"),
                                count("list"),
                                count(""),
                                get("list[-1]"),
                                get(""),
                                get("nothing")));
                assertThat(result.cas()).isEqualTo(cas);
                assertThat(result.contentAs(0, Boolean.class)).isTrue();
                assertThat(result.exists(1)).isTrue();
                assertThat(result.exists(2)).isFalse();
                assertThat(result.contentAs(3, Integer.class)).isEqualTo(2);
                assertThat(result.contentAs(4, Integer.class)).isEqualTo(4);
                assertThat(result.contentAs(5, Integer.class)).isEqualTo(2);
                assertThat(result.contentAsObject(6)).isEqualTo(sample());
                assertThatThrownBy(() -> result.contentAs(7, String.class)).isInstanceOf(PathNotFoundException.class);
            }
        }

        @Test
        void ofWhatIsMissing() {
            assertThatThrownBy(() -> collection.lookupIn("missing", List.of(get("a"))))
                    .isInstanceOf(DocumentNotFoundException.class);
        }

        @Test
        void ofMacros() {
            Instant expiry = Instant.now().plusSeconds(1000);
            long cas = collection
                    .upsert("macros", sample(), UpsertOptions.upsertOptions().expiry(expiry))
                    .cas();
            LookupInResult result = collection.lookupIn(
                    "macros",
                    List.of(
                            get(LookupInMacro.DOCUMENT).xattr(),
                            get(LookupInMacro.EXPIRY_TIME).xattr(),
                            get(LookupInMacro.CAS).xattr(),
                            get(LookupInMacro.SEQ_NO).xattr(),
                            get(LookupInMacro.LAST_MODIFIED).xattr(),
                            get(LookupInMacro.IS_DELETED).xattr(),
                            get(LookupInMacro.VALUE_SIZE_BYTES).xattr(),
                            get(LookupInMacro.REV_ID).xattr(),
                            get(LookupInMacro.FLAGS).xattr()));
            assertThat(result.contentAsObject(0).getString("CAS"))
                    .isEqualTo("0x" + HexFormat.of().toHexDigits(cas));
            assertThat(result.contentAs(1, Long.class)).isEqualTo(expiry.getEpochSecond());
            assertThat(result.contentAs(2, String.class))
                    .isEqualTo("0x" + HexFormat.of().toHexDigits(cas));
            assertThat(result.contentAs(5, Boolean.class)).isFalse();
            assertThat(result.contentAs(6, Integer.class))
                    .isEqualTo(raw("macros").length());
            for (int i = 0; i < 9; i++) {
                assertThat(result.exists(i)).as("macro %d", i).isTrue();
            }
        }

        @Test
        void fromReplicas_askTheOnlyCopyThereIs() {
            collection.upsert("replicated", sample());
            assertThat(collection
                            .lookupInAnyReplica("replicated", List.of(get("n")))
                            .contentAs(0, Integer.class))
                    .isEqualTo(5);
            List<LookupInReplicaResult> all = collection
                    .lookupInAllReplicas("replicated", List.of(get("n"), exists("x")))
                    .toList();
            assertThat(all).hasSize(1);
            assertThat(all.get(0).isReplica()).isFalse();
            assertThat(all.get(0).contentAs(0, Integer.class)).isEqualTo(5);
            assertThatThrownBy(() -> collection.lookupInAnyReplica("missing", List.of(get("n"))))
                    .isInstanceOf(DocumentUnretrievableException.class);
        }

        @Test
        void asProjections_andWithTheExpiry() {
            collection.upsert(
                    "projected", sample(), UpsertOptions.upsertOptions().expiry(Duration.ofHours(1)));
            GetResult some = collection.get("projected", GetOptions.getOptions().project("name", "deep.er", "nothing"));
            assertThat(some.contentAsObject())
                    .isEqualTo(JsonObject.create()
                            .put("name", "a")
                            .put("deep", JsonObject.create().put("er", true)));
            GetResult withExpiry =
                    collection.get("projected", GetOptions.getOptions().withExpiry(true));
            assertThat(withExpiry.contentAsObject()).isEqualTo(sample());
            assertThat(withExpiry.expiryTime()).isPresent();

            List<String> paths = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                paths.add("f" + i);
            }
            assertThatThrownBy(() ->
                            collection.get("projected", GetOptions.getOptions().project(paths)))
                    .as("refused by the SDK itself")
                    .isInstanceOf(InvalidArgumentException.class);
            paths.remove(16);
            assertThat(collection
                            .get("projected", GetOptions.getOptions().project(paths))
                            .contentAsObject())
                    .isEqualTo(JsonObject.create());
        }
    }

    @Nested
    class Mutations {
        @Test
        void ofEachKind() {
            put("mutated", "{\"list\": [1, 2],\"gone\":1,\"n\":5}");
            MutateInResult result = collection.mutateIn(
                    "mutated",
                    List.of(
                            MutateInSpec.insert("new", "x"),
                            MutateInSpec.upsert("a.b", 1).createPath(),
                            MutateInSpec.replace("list[0]", 0),
                            MutateInSpec.remove("gone"),
                            MutateInSpec.arrayAppend("list", List.of(3, 4)),
                            MutateInSpec.arrayPrepend("list", List.of(-1)),
                            MutateInSpec.arrayInsert("list[1]", List.of("in")),
                            MutateInSpec.arrayAddUnique("list", 9),
                            MutateInSpec.increment("n", 10),
                            MutateInSpec.decrement("m", 1)));
            assertThat(result.contentAs(8, Long.class)).isEqualTo(15);
            assertThat(result.contentAs(9, Long.class)).isEqualTo(-1);
            assertThat(result.mutationToken()).isPresent();
            assertThat(JsonObject.fromJson(raw("mutated")))
                    .isEqualTo(JsonObject.fromJson(
                            "{\"list\":[-1,\"in\",0,2,3,4,9],\"n\":15,\"new\":\"x\"," + "\"a\":{\"b\":1},\"m\":-1}"));
            collection.mutateIn("mutated", List.of(MutateInSpec.replace("", JsonArray.from(1))));
            assertThat(raw("mutated")).as("the whole of it").isEqualTo("[1]");
            collection.mutateIn("mutated", List.of(MutateInSpec.remove("")));
            assertThat(collection.exists("mutated").exists()).isFalse();
        }

        @Test
        void withStoreSemantics_expiry_casAndDurability() {
            List<MutateInSpec> specs = List.of(MutateInSpec.upsert("a", 1));
            assertThatThrownBy(() -> collection.mutateIn("semantics", specs))
                    .isInstanceOf(DocumentNotFoundException.class);
            collection.mutateIn("semantics", specs, mutateInOptions().storeSemantics(StoreSemantics.INSERT));
            assertThatThrownBy(() -> collection.mutateIn(
                            "semantics", specs, mutateInOptions().storeSemantics(StoreSemantics.INSERT)))
                    .isInstanceOf(DocumentExistsException.class);
            long cas = collection
                    .mutateIn(
                            "semantics",
                            specs,
                            mutateInOptions()
                                    .storeSemantics(StoreSemantics.UPSERT)
                                    .expiry(Duration.ofHours(1))
                                    .durability(DurabilityLevel.MAJORITY))
                    .cas();
            assertThatThrownBy(() -> collection.mutateIn(
                            "semantics", specs, mutateInOptions().cas(cas + 1)))
                    .isInstanceOf(CasMismatchException.class);
            collection.mutateIn("semantics", specs, mutateInOptions().cas(cas).preserveExpiry(true));
            assertThat(collection
                            .get("semantics", GetOptions.getOptions().withExpiry(true))
                            .expiryTime())
                    .isPresent();
            assertThatThrownBy(() -> collection.mutateIn(
                            "semantics",
                            specs,
                            mutateInOptions()
                                    .storeSemantics(StoreSemantics.REVIVE)
                                    .accessDeleted(true)))
                    .isInstanceOf(DocumentAlreadyAliveException.class);
        }

        @Test
        void ofXattrs_andWithMacros() {
            collection.upsert("xattrs", sample());
            MutateInResult result = collection.mutateIn(
                    "xattrs",
                    List.of(
                            MutateInSpec.upsert("meta.cas", MutateInMacro.CAS)
                                    .xattr()
                                    .createPath(),
                            MutateInSpec.upsert("meta.seqno", MutateInMacro.SEQ_NO)
                                    .xattr()
                                    .createPath(),
                            MutateInSpec.upsert("meta.crc", MutateInMacro.VALUE_CRC_32C)
                                    .xattr()
                                    .createPath(),
                            MutateInSpec.upsert("_other", "x").xattr(),
                            MutateInSpec.increment("n", 1)));
            assertThat(result.contentAs(4, Long.class)).isEqualTo(6);
            LookupInResult read = collection.lookupIn(
                    "xattrs",
                    List.of(
                            get("meta.cas").xattr(),
                            get("$document.value_crc32c").xattr(),
                            get("meta.crc").xattr(),
                            get("$XTOC").xattr(),
                            get("n")));
            assertThat(read.contentAs(0, String.class))
                    .isEqualTo("0x" + HexFormat.of().toHexDigits(Long.reverseBytes(result.cas())));
            assertThat(read.contentAs(2, String.class)).isEqualTo(read.contentAs(1, String.class));
            assertThat(read.contentAsArray(3)).isEqualTo(JsonArray.from("meta", "_other"));
            assertThat(read.contentAs(4, Integer.class)).isEqualTo(6);
            collection.upsert("xattrs", sample());
            assertThat(collection
                            .lookupIn("xattrs", List.of(exists("meta").xattr()))
                            .exists(0))
                    .as("after an upsert")
                    .isTrue();
        }

        @Test
        void ofDeletedDocuments() {
            LookupInOptions deleted = LookupInOptions.lookupInOptions().accessDeleted(true);
            List<MutateInSpec> staging =
                    List.of(MutateInSpec.upsert("txn.id", "x").xattr().createPath());
            collection.mutateIn(
                    "tombstone",
                    staging,
                    mutateInOptions()
                            .storeSemantics(StoreSemantics.INSERT)
                            .accessDeleted(true)
                            .createAsDeleted(true));
            assertThat(collection.exists("tombstone").exists()).isFalse();
            assertThatThrownBy(() -> collection.lookupIn(
                            "tombstone", List.of(get("txn.id").xattr())))
                    .isInstanceOf(DocumentNotFoundException.class);
            LookupInResult seen =
                    collection.lookupIn("tombstone", List.of(get("txn.id").xattr(), get("body")), deleted);
            assertThat(seen.contentAs(0, String.class)).isEqualTo("x");
            assertThatThrownBy(() -> seen.contentAs(1, String.class)).isInstanceOf(DocumentNotJsonException.class);
            collection.mutateIn(
                    "tombstone",
                    List.of(MutateInSpec.upsert("txn.more", 1).xattr().createPath()),
                    mutateInOptions().accessDeleted(true));
            collection.mutateIn(
                    "tombstone",
                    List.of(MutateInSpec.remove("txn").xattr()),
                    mutateInOptions().storeSemantics(StoreSemantics.REVIVE).accessDeleted(true));
            assertThat(collection.exists("tombstone").exists()).isTrue();
        }
    }

    @Nested
    class Errors {
        private void lookup(String json, String path, Class<? extends Throwable> error) {
            put("errors", json);
            LookupInResult result = collection.lookupIn("errors", List.of(get(path)));
            assertThatThrownBy(() -> result.contentAs(0, Object.class)).isInstanceOf(error);
        }

        private void mutate(String json, MutateInSpec spec, Class<? extends Throwable> error) {
            put("errors", json);
            assertThatThrownBy(() -> collection.mutateIn("errors", List.of(spec)))
                    .isInstanceOf(error);
            assertThat(raw("errors")).isEqualTo(json);
        }

        @Test
        void ofPaths() {
            lookup("{}", "a", PathNotFoundException.class);
            lookup("{\"a\":1}", "a.b", PathMismatchException.class);
            lookup("{}", "a[b]", PathInvalidException.class);
            lookup("{}", "a" + ".a".repeat(40), PathTooDeepException.class);
            lookup("no json", "a", DocumentNotJsonException.class);
            lookup("[".repeat(50) + "]".repeat(50), "[0]" + "[0]".repeat(30), DocumentTooDeepException.class);
            mutate("{}", MutateInSpec.upsert("a.b", 1), PathNotFoundException.class);
            mutate("{\"a\":1}", MutateInSpec.insert("a", 1), PathExistsException.class);
            mutate("{\"a\":[1]}", MutateInSpec.arrayAddUnique("a", 1), PathExistsException.class);
            mutate("{\"a\":{}}", MutateInSpec.arrayAppend("a", List.of(1)), PathMismatchException.class);
            mutate("{}", MutateInSpec.replace("a..b", 1), PathInvalidException.class);
        }

        @Test
        void ofValues() {
            mutate("{\"a\":[]}", MutateInSpec.arrayAddUnique("a", JsonObject.create()), ValueInvalidException.class);
            JsonArray deep = JsonArray.create();
            for (int i = 0; i < 40; i++) {
                deep = JsonArray.from(deep);
            }
            mutate("{}", MutateInSpec.upsert("a", deep), ValueTooDeepException.class);
            mutate("{\"n\":1}", MutateInSpec.increment("n", 0), DeltaInvalidException.class);
            mutate("{\"n\":99999999999999999999}", MutateInSpec.increment("n", 1), NumberTooBigException.class);
            mutate("{\"n\":\"x\"}", MutateInSpec.increment("n", 1), PathMismatchException.class);
            mutate("{\"n\":" + Long.MAX_VALUE + "}", MutateInSpec.increment("n", 1), ValueInvalidException.class);
            put("errors", "{}");
            assertThatThrownBy(() -> collection.mutateIn(
                            "errors", List.of(MutateInSpec.upsert("a", "x".repeat((20 << 20) + 1)))))
                    .isInstanceOf(ValueTooLargeException.class);
        }

        @Test
        void ofXattrs() {
            put("errors", "{}");
            assertThatThrownBy(() -> collection.mutateIn(
                            "errors",
                            List.of(MutateInSpec.upsert("$document.x", 1).xattr())))
                    .as("a status that the SDK has no error for, unless it is a path's")
                    .isInstanceOf(CouchbaseException.class)
                    .hasMessageContaining("SUBDOC_XATTR_CANT_MODIFY_VATTR");
            LookupInResult result =
                    collection.lookupIn("errors", List.of(get("$nothing").xattr()));
            assertThatThrownBy(() -> result.contentAs(0, Object.class))
                    .isInstanceOf(XattrUnknownVirtualAttributeException.class);
        }

        @Test
        void ofRequests() {
            put("errors", "{}");
            List<LookupInSpec> many = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                many.add(get("p" + i));
            }
            assertThatThrownBy(() -> collection.lookupIn("errors", many)).isInstanceOf(InvalidArgumentException.class);
            collection.upsert(
                    "binary",
                    new byte[] {1, 2},
                    UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));
            assertThatThrownBy(() -> collection.mutateIn("binary", List.of(MutateInSpec.upsert("a", 1))))
                    .isInstanceOf(DocumentNotJsonException.class);
        }

        @Test
        void ofLockedDocuments() {
            put("locked", "{}");
            collection.getAndLock("locked", Duration.ofSeconds(15));
            assertThat(collection.lookupIn("locked", List.of(exists("a"))).exists(0))
                    .isFalse();
            assertThatThrownBy(() -> collection.mutateIn(
                            "locked",
                            List.of(MutateInSpec.upsert("a", 1)),
                            mutateInOptions().timeout(SOON)))
                    .isInstanceOf(TimeoutException.class);
        }
    }
}
