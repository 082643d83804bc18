package dev.sluice.core.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.core.collections.ManifestException.Reason;
import dev.sluice.engine.CollectionSet;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

    /** The example of the protocol's reference, with members in any order. */
    private static final String EXAMPLE = """
            {"scopes": [
               {"uid": "8", "name": "inv",
                "collections": [{"flush_uid": "3", "uid": "9", "metered": false, "name": "brewery"}]},
               {"name": "_default", "uid": "0",
                "collections": [{"uid": "A", "name": "beer", "maxTTL": 3600, "history": true, "new": [1]},
                                {"uid": "0", "name": "_default"}]}],
             "uid": "4"}""";

    static Manifest parse(String json) throws ManifestException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return Manifest.parse(bytes, 0, bytes.length);
    }

    private static String text(Manifest manifest) {
        return new String(manifest.json(), StandardCharsets.UTF_8);
    }

    /** A manifest whose default scope has these collections, the default one among them if they say so. */
    static String manifest(String uid, String collections) {
        return "{\"uid\":\"" + uid + "\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":["
                + collections + "]}]}";
    }

    @Nested
    class Reading {
        @Test
        void everythingThatIsKnown_isRead() throws Exception {
            Manifest manifest = parse(EXAMPLE);
            assertThat(manifest.uid()).isEqualTo(4);
            assertThat(manifest.scopes()).extracting(Scope::name).containsExactly("_default", "inv");
            assertThat(manifest.collection(10))
                    .isEqualTo(new Collection(10, "beer", 0, false, 3_600, true, null, null));
            assertThat(manifest.collection("inv", "brewery"))
                    .isEqualTo(new Collection(9, "brewery", 8, false, Collection.NO_MAX_TTL, null, false, 3L));
            assertThat(manifest.collection(8)).isNull();
            assertThat(manifest.collection("inv", "beer")).isNull();
            assertThat(manifest.ids()).isEqualTo(CollectionSet.of(0, 9, 10));
        }

        @Test
        void theEpoch_hasTheDefaultCollectionAlone() throws Exception {
            assertThat(text(Manifest.EPOCH))
                    .isEqualTo("{\"uid\":\"0\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":["
                            + "{\"uid\":\"0\",\"name\":\"_default\"}]}]}");
            assertThat(parse(text(Manifest.EPOCH))).isEqualTo(Manifest.EPOCH);
        }

        @Test
        void underscores_markTheSystemsOwn() throws Exception {
            Manifest manifest = parse("""
                    {"uid": "2", "scopes": [
                      {"uid": "0", "name": "_default",
                       "collections": [{"uid": "0", "name": "_default"}, {"uid": "8", "name": "_mobile"}]},
                      {"uid": "8", "name": "_system", "collections": [{"uid": "9", "name": "query"}]},
                      {"uid": "9", "name": "mine", "collections": [{"uid": "a", "name": "_default"}]}]}""");
            assertThat(manifest.collections().filter(Collection::system))
                    .extracting(Collection::name)
                    .containsExactly("_mobile", "query");
            assertThat(manifest.scopes().stream().filter(Scope::system))
                    .extracting(Scope::name)
                    .containsExactly("_system");
        }

        @Test
        void namesAndIds_atTheirLimits() throws Exception {
            String longest = "%-_$".repeat(62) + "abc";
            Manifest manifest = parse(manifest(
                    "ffffffffffffffff", "{\"uid\":\"ffffffff\",\"name\":\"" + longest + "\",\"maxTTL\":2147483647}"));
            assertThat(longest).hasSize(251);
            assertThat(manifest.uid()).isEqualTo(-1);
            assertThat(manifest.collection(-1)).extracting(Collection::name).isEqualTo(longest);
            assertThat(manifest.collection(0)).as("dropped").isNull();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "[]                                      | manifest: an empty array (expected: a JSON object)",
                    "{\"uid\":\"1\",\"scopes\":[]}x          | manifest: not JSON (expected: a JSON object)",
                    "{\"uid\":\"1\",\"uid\":\"1\"}           | manifest: not JSON (expected: a JSON object)",
                    "{\"scopes\":[]}                         | uid: nothing (expected: hexadecimal digits",
                    "{\"uid\":1}                             | uid: 1 (expected: hexadecimal digits",
                    "{\"uid\":\"0x1\"}                       | uid: \"0x1\" (expected: hexadecimal digits",
                    "{\"uid\":\"+1\"}                        | uid: \"+1\" (expected: hexadecimal digits",
                    "{\"uid\":\"\"}                          | uid: \"\" (expected: hexadecimal digits",
                    "{\"uid\":\"10000000000000000\"}         | uid: \"10000000000000000\" (expected: hexadecimal",
                    "{\"uid\":\"1\"}                         | scopes: nothing (expected: an array with the scope",
                    "{\"uid\":\"1\",\"scopes\":[]}           | scopes: an empty array (expected: an array with",
                    "{\"uid\":\"1\",\"scopes\":{}}           | scopes: an object (expected: an array with",
                    "{\"uid\":\"1\",\"scopes\":[1]}          | scopes[0]: 1 (expected: an object",
                    "{\"uid\":\"1\",\"scopes\":[{\"uid\":\"8\",\"name\":\"s\",\"collections\":[]}]} "
                            + "| scopes: no scope of uid 0 (expected: the scope _default of uid 0)",
                    "{\"uid\":\"1\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\"}]} "
                            + "| scopes[0].collections: nothing (expected: an array)",
                    "{\"uid\":\"1\",\"scopes\":[{\"uid\":\"0\",\"name\":\"other\",\"collections\":[]}]} "
                            + "| scopes[0]: uid 0 and name \"other\" (expected: uid 0 for _default",
                    "{\"uid\":\"1\",\"scopes\":[{\"uid\":\"8\",\"name\":\"_default\",\"collections\":[]}]} "
                            + "| scopes[0]: uid 8 and name \"_default\" (expected: uid 0 for _default",
                })
        void aManifestThatBreaksARule_isInvalid_andTheSentenceSaysWhere(String json, String sentence) {
            refused(json, sentence);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "1                                                        | [0]: 1 (expected: an object",
                    "{\"uid\":\"8\"}                                          | [0].name: nothing (expected: 1 to 251",
                    "{\"uid\":\"8\",\"name\":\"\"}                            | [0].name: \"\" (expected: 1 to 251",
                    "{\"uid\":\"8\",\"name\":\"$a\"}                          | [0].name: \"$a\" (expected: 1 to 251",
                    "{\"uid\":\"8\",\"name\":\"a.b\"}                         | [0].name: \"a.b\" (expected: 1 to 251",
                    "{\"uid\":\"8\",\"name\":\"\u00e4\"}                      | [0].name: \"\u00e4\" (expected: 1",
                    "{\"name\":\"a\"}                                         | [0].uid: nothing (expected: hexadecimal",
                    "{\"uid\":\"100000000\",\"name\":\"a\"}                   | [0].uid: \"100000000\" (expected: hexa",
                    "{\"uid\":\"1\",\"name\":\"a\"}                           | [0].uid: 1 (expected: 0, or 8 and above",
                    "{\"uid\":\"7\",\"name\":\"a\"}                           | [0].uid: 7 (expected: 0, or 8 and above",
                    "{\"uid\":\"0\",\"name\":\"a\"}                           | [0]: uid 0 and name \"a\" in scope",
                    "{\"uid\":\"8\",\"name\":\"_default\"}                    | [0]: uid 8 and name \"_default\" in",
                    "{\"uid\":\"8\",\"name\":\"a\",\"maxTTL\":-1}             | [0].maxTTL: -1 (expected: a whole",
                    "{\"uid\":\"8\",\"name\":\"a\",\"maxTTL\":2147483648}     | [0].maxTTL: 2147483648 (expected: a",
                    "{\"uid\":\"8\",\"name\":\"a\",\"maxTTL\":1.0}            | [0].maxTTL: 1.0 (expected: a whole",
                    "{\"uid\":\"8\",\"name\":\"a\",\"maxTTL\":\"1\"}          | [0].maxTTL: \"1\" (expected: a whole",
                    "{\"uid\":\"8\",\"name\":\"a\",\"history\":1}             | [0].history: 1 (expected: true or",
                    "{\"uid\":\"8\",\"name\":\"a\",\"metered\":\"x\"}         | [0].metered: \"x\" (expected: true or",
                    "{\"uid\":\"8\",\"name\":\"a\",\"flush_uid\":1}           | [0].flush_uid: 1 (expected: hexa",
                    "{\"uid\":\"8\",\"name\":\"a\"},{\"uid\":\"9\",\"name\":\"a\"} | [1].name: \"a\" for the second time",
                    "{\"uid\":\"8\",\"name\":\"a\"},{\"uid\":\"8\",\"name\":\"b\"} | [1].uid: 8 for the second time",
                })
        void aCollectionThatBreaksARule_isInvalid_andTheSentenceSaysWhere(String collections, String sentence) {
            refused(manifest("1", collections), "scopes[0].collections" + sentence);
        }

        @Test
        void idsAreUniqueOverTheManifest_namesInTheirScope() throws Exception {
            String twoScopes = """
                    {"uid": "1", "scopes": [{"uid": "0", "name": "_default", "collections": [{"uid": "8", "name": "a"}]},
                     {"uid": "9", "name": "s", "collections": [{"uid": "%s", "name": "a"}]}]}""";
            assertThat(parse(twoScopes.formatted("9")).collection("s", "a")).isNotNull();
            refused(
                    twoScopes.formatted("8"),
                    "scopes[1].collections[0].uid: 8 for the second time (expected: another one than at"
                            + " scopes[0].collections[0].uid)");
        }

        @Test
        void uidZero_isTheEpochs() {
            refused(manifest("0", "{\"uid\":\"8\",\"name\":\"a\"}"), "uid: 0 (expected: a higher one");
        }

        private void refused(String json, String sentence) {
            ManifestException thrown = catchThrowableOfType(ManifestException.class, () -> parse(json));
            assertThat(thrown.reason()).isEqualTo(Reason.INVALID);
            assertThat(thrown.getMessage()).startsWith(sentence);
        }
    }

    @Nested
    class Printing {
        @Test
        void idsAreLowerCaseHex_andWhatIsNotSet_isNotPrinted() throws Exception {
            assertThat(text(parse(EXAMPLE)))
                    .isEqualTo("{\"uid\":\"4\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":["
                            + "{\"uid\":\"0\",\"name\":\"_default\"},"
                            + "{\"uid\":\"a\",\"name\":\"beer\",\"maxTTL\":3600,\"history\":true}]},"
                            + "{\"uid\":\"8\",\"name\":\"inv\",\"collections\":["
                            + "{\"uid\":\"9\",\"name\":\"brewery\",\"metered\":false,\"flush_uid\":\"3\"}]}]}");
        }

        @Test
        void whatSomebodyMayNotSee_isLeftOut() throws Exception {
            Manifest manifest = parse(EXAMPLE);
            assertThat(manifest.json(scope -> scope.id() != 0, collection -> false))
                    .isEqualTo("{\"uid\":\"4\",\"scopes\":[{\"uid\":\"8\",\"name\":\"inv\",\"collections\":[]}]}");
        }
    }

    @Nested
    class Succession {
        private static final String HOTEL = "{\"uid\":\"0\",\"name\":\"_default\"},{\"uid\":\"8\",\"name\":\"hotel\"}";

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "4 | {\"uid\":\"8\",\"name\":\"hotel\"}                | OUT_OF_RANGE | uid: 4 (expected: at least 5)",
                    "5 | {\"uid\":\"8\",\"name\":\"other\"}                | CANNOT_APPLY | uid: 5, which another",
                    "6 | {\"uid\":\"8\",\"name\":\"other\"}                | CANNOT_APPLY | collection 8: named \"other\"",
                    "6 | {\"uid\":\"9\",\"name\":\"old\"}                  | CANNOT_APPLY | collection 9: there again",
                })
        void whatCannotFollow_isRefused(String uid, String collections, Reason reason, String sentence)
                throws Exception {
            Manifest before = parse(manifest("5", HOTEL));
            Manifest next = parse(manifest(uid, collections));
            assertThatThrownBy(() -> before.checkSuccessor(next, CollectionSet.of(9)))
                    .isInstanceOfSatisfying(
                            ManifestException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                    .hasMessageStartingWith(sentence);
        }

        @Test
        void anotherScope_isRefused() throws Exception {
            Manifest before = parse(manifest("5", HOTEL));
            Manifest next = parse("""
                    {"uid": "6", "scopes": [{"uid": "0", "name": "_default", "collections": []},
                     {"uid": "8", "name": "s", "collections": [{"uid": "8", "name": "hotel"}]}]}""");
            assertThatThrownBy(() -> before.checkSuccessor(next, CollectionSet.of()))
                    .hasMessage("collection 8: in scope 8 (expected: scope 0 as before)");
            Manifest after = parse("""
                    {"uid": "7", "scopes": [{"uid": "0", "name": "_default", "collections": []},
                     {"uid": "8", "name": "t", "collections": []}]}""");
            assertThatThrownBy(() -> next.checkSuccessor(after, CollectionSet.of()))
                    .hasMessage("scope 8: named \"t\" (expected: the name \"s\" as before)");
        }

        @Test
        void theDefaultCollection_doesNotReturn() throws Exception {
            Manifest without = parse(manifest("5", ""));
            assertThatThrownBy(() -> without.checkSuccessor(parse(manifest("6", HOTEL)), CollectionSet.of(0)))
                    .isInstanceOfSatisfying(
                            ManifestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID));
        }

        @Test
        void theSameAgain_otherLimits_newAndDroppedOnes_mayFollow() throws Exception {
            Manifest before = parse(manifest("5", HOTEL));
            CollectionSet none = CollectionSet.of();
            before.checkSuccessor(before, none);
            before.checkSuccessor(parse(manifest("6", "{\"uid\":\"8\",\"name\":\"hotel\",\"maxTTL\":1}")), none);
            before.checkSuccessor(parse(manifest("6", "{\"uid\":\"9\",\"name\":\"hotel\"}")), none);
            before.checkSuccessor(parse(manifest("8000000000000000", "")), none);
        }
    }

    @Nested
    class Limits {
        @Test
        void aCollectionsLimit_replacesTheBuckets_alsoByNone() throws Exception {
            Manifest manifest = parse(manifest(
                    "5",
                    "{\"uid\":\"8\",\"name\":\"a\",\"maxTTL\":7},{\"uid\":\"9\",\"name\":\"b\",\"maxTTL\":0},"
                            + "{\"uid\":\"a\",\"name\":\"c\"}"));
            assertThat(manifest.maxTtlSeconds(8, 100)).isEqualTo(7);
            assertThat(manifest.maxTtlSeconds(9, 100)).isZero();
            assertThat(manifest.maxTtlSeconds(10, 100)).isEqualTo(100);
            assertThat(Manifest.EPOCH.maxTtlSeconds(0, 100)).isEqualTo(100);
        }
    }

    @Nested
    class Fuzz {
        private final Random random = new Random(20_261_121);

        /** Whatever comes, it is a manifest or refused with a sentence; and what is a manifest, prints to itself. */
        @Test
        void brokenTexts_areRefused_orReadWhatTheyPrint() throws Exception {
            int read = 0;
            for (int i = 0; i < 20_000; i++) {
                byte[] bytes = EXAMPLE.getBytes(StandardCharsets.UTF_8);
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                    int at = random.nextInt(bytes.length);
                    bytes[at] = random.nextBoolean()
                            ? bytes[random.nextInt(bytes.length)]
                            : (byte) "\"{}[]:,0189afxA_$\\".charAt(random.nextInt(18));
                }
                try {
                    Manifest manifest = Manifest.parse(bytes, 0, bytes.length);
                    assertThat(parse(text(manifest))).isEqualTo(manifest);
                    read++;
                } catch (ManifestException e) {
                    assertThat(e.reason()).isEqualTo(Reason.INVALID);
                    assertThat(e.getMessage()).contains("(expected: ");
                }
            }
            assertThat(read).as("both ways are walked").isBetween(1_000, 19_000);
        }

        @Test
        void anyIds_areFoundAndNoOthers() throws Exception {
            for (int round = 0; round < 200; round++) {
                Map<Integer, String> expected = new HashMap<>();
                StringBuilder json = new StringBuilder();
                for (int i = random.nextInt(60); i > 0; i--) {
                    int id = random.nextBoolean() ? 8 + random.nextInt(100) : random.nextInt();
                    if (Integer.compareUnsigned(id, 8) >= 0 && expected.putIfAbsent(id, "c" + i) == null) {
                        json.append(json.length() == 0 ? "" : ",")
                                .append("{\"uid\":\"")
                                .append(Integer.toHexString(id))
                                .append("\",\"name\":\"c" + i + "\"}");
                    }
                }
                Manifest manifest = parse(manifest("1", json.toString()));
                for (int id = 0; id < 120; id++) {
                    Collection found = manifest.collection(id);
                    assertThat(found == null ? null : found.name()).isEqualTo(expected.get(id));
                }
                expected.forEach((id, name) -> assertThat(manifest.collection(id))
                        .extracting(Collection::name)
                        .isEqualTo(name));
            }
        }
    }
}
