package dev.sluice.core.subdoc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Each corner of paths and operations with its bytes. In documents and values of this class {@code '} stands for a quote, so
 * that they can be read.
 */
class PathExecutorTest {

    private static final String DOCUMENT =
            "{ 'a' : { 'b' : [ 1 , [2,3] , {'c':null} ] , 'n' : -7 } , 's':'x\\'y', 'e':{}, 'f':[ ] }";

    private final PathExecutor executor = new PathExecutor();

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    private PathStatus execute(
            PathOperation operation, boolean createParents, String document, String path, String value) {
        byte[] text = json(document);
        byte[] where = path.getBytes(UTF_8);
        byte[] what = json(value);
        return executor.execute(
                operation, createParents, text, 0, text.length, where, 0, where.length, what, 0, what.length);
    }

    private void gets(String document, String path, String match) {
        assertThat(execute(PathOperation.EXISTS, false, document, path, "")).isEqualTo(PathStatus.SUCCESS);
        assertThat(execute(PathOperation.GET, false, document, path, "")).isEqualTo(PathStatus.SUCCESS);
        String found = new String(json(document), executor.matchOffset(), executor.matchLength(), UTF_8);
        assertThat(found).isEqualTo(match.replace('\'', '"'));
    }

    private void getFails(String document, String path, PathStatus status) {
        assertThat(execute(PathOperation.GET, false, document, path, "")).isEqualTo(status);
        assertThat(execute(PathOperation.EXISTS, false, document, path, "")).isEqualTo(status);
    }

    private void edits(PathOperation operation, String document, String path, String value, String expected) {
        editsTo(operation, false, document, path, value, expected);
    }

    private void editsWithParents(
            PathOperation operation, String document, String path, String value, String expected) {
        editsTo(operation, true, document, path, value, expected);
    }

    private void editsTo(
            PathOperation operation,
            boolean createParents,
            String document,
            String path,
            String value,
            String expected) {
        assertThat(execute(operation, createParents, document, path, value)).isEqualTo(PathStatus.SUCCESS);
        assertThat(new String(executor.toByteArray(), UTF_8)).isEqualTo(expected.replace('\'', '"'));
        byte[] target = new byte[executor.newLength() + 2];
        executor.copyTo(target, 1);
        assertThat(new String(target, 1, target.length - 2, UTF_8)).isEqualTo(expected.replace('\'', '"'));
        assertThat(target[0] + target[target.length - 1]).isZero();
    }

    private void fails(PathOperation operation, String document, String path, String value, PathStatus status) {
        assertThat(execute(operation, false, document, path, value)).isEqualTo(status);
    }

    private void failsWithParents(
            PathOperation operation, String document, String path, String value, PathStatus status) {
        assertThat(execute(operation, true, document, path, value)).isEqualTo(status);
    }

    @Nested
    class Lookups {

        @Test
        void matches_areGivenWithoutSpaceAroundThem() {
            gets(DOCUMENT, "a", "{ 'b' : [ 1 , [2,3] , {'c':null} ] , 'n' : -7 }");
            gets(DOCUMENT, "a.b", "[ 1 , [2,3] , {'c':null} ]");
            gets(DOCUMENT, "a.b[0]", "1");
            gets(DOCUMENT, "a.b[1][1]", "3");
            gets(DOCUMENT, "a.b[2].c", "null");
            gets(DOCUMENT, "a.n", "-7");
            gets(DOCUMENT, "s", "'x\\'y'");
            gets(DOCUMENT, "e", "{}");
            gets(DOCUMENT, "f", "[ ]");
        }

        @Test
        void lastElement() {
            gets(DOCUMENT, "a.b[-1]", "{'c':null}");
            gets(DOCUMENT, "a.b[-1].c", "null");
            gets("[[1,2],[3,[4,5]]]", "[-1][-1][-1]", "5");
            gets("[[1,2],[3,[4,5]]]", "[-1][0]", "3");
            getFails(DOCUMENT, "f[-1]", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "a[-1]", PathStatus.PATH_MISMATCH);
        }

        @Test
        void whatIsNotThere() {
            getFails(DOCUMENT, "b", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "a.b[3]", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "e.x", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "e.x.y[0]", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "f[0]", PathStatus.PATH_ENOENT);
            getFails(DOCUMENT, "a.b[99999999999999999999]", PathStatus.PATH_ENOENT);
            getFails("[]", "[0]", PathStatus.PATH_ENOENT);
            getFails("{}", "a", PathStatus.PATH_ENOENT);
        }

        @Test
        void wrongKindsOnTheWay() {
            getFails(DOCUMENT, "[0]", PathStatus.PATH_MISMATCH);
            getFails("[1]", "a", PathStatus.PATH_MISMATCH);
            getFails(DOCUMENT, "a[0]", PathStatus.PATH_MISMATCH);
            getFails(DOCUMENT, "a.b.c", PathStatus.PATH_MISMATCH);
            getFails(DOCUMENT, "a.n.x", PathStatus.PATH_MISMATCH);
            getFails(DOCUMENT, "s[0]", PathStatus.PATH_MISMATCH);
            getFails(DOCUMENT, "a.b[2].c.d", PathStatus.PATH_MISMATCH);
        }

        @Test
        void theFirstOfEqualKeysCounts() {
            gets("{'a':1,'a':2}", "a", "1");
            gets("{'\\u0061':1,'a':2}", "a", "1");
            getFails("{'a':1,'a':{'b':2}}", "a.b", PathStatus.PATH_MISMATCH);
            getFails("{'a':{},'a':{'b':2}}", "a.b", PathStatus.PATH_ENOENT);
        }

        @Test
        void theRootCannotBeNamed() {
            getFails(DOCUMENT, "", PathStatus.PATH_EINVAL);
        }

        @Test
        void whatIsBehindTheMatch_isNotLookedAt() {
            gets("{'a':1 nonsense", "a", "1");
            gets("{'a':[1,2]", "a[0]", "1");
            gets("{'a':{}", "a", "{}");
            gets("[1,2,\u0000", "[1]", "2");
            getFails("[1,2]x", "[2]", PathStatus.PATH_ENOENT);
        }

        @Test
        void whatIsBeforeTheEndOfTheMatch_hasToBeJson() {
            getFails("{'a' 1}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':01}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':tru}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':[1,]}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'a':[1,]}", "a[1]", PathStatus.DOC_NOTJSON);
            getFails("{'b':1,}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'b':1 'a':2}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'b':'\\x','a':2}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'b':'\\u00g0','a':2}", "a", PathStatus.DOC_NOTJSON);
            getFails("{'b':'\u001f','a':2}", "a", PathStatus.DOC_NOTJSON);
            getFails("{b:1,'a':2}", "a", PathStatus.DOC_NOTJSON);
            getFails("[1", "[1]", PathStatus.DOC_NOTJSON);
            getFails("[1", "[-1]", PathStatus.DOC_NOTJSON);
        }

        @Test
        void rootsThatAreNoContainers() {
            for (String document : new String[] {"", " ", "1", "'a'", "null", "true", "x", "\u00a0{}", "}"}) {
                getFails(document, "a", PathStatus.DOC_NOTJSON);
                fails(PathOperation.GET_COUNT, document, "", "", PathStatus.DOC_NOTJSON);
                fails(PathOperation.ARRAY_PUSH_LAST, document, "", "1", PathStatus.DOC_NOTJSON);
                fails(PathOperation.DICT_UPSERT, document, "a", "1", PathStatus.DOC_NOTJSON);
            }
        }

        @Test
        void bytesThatAreNoUtf8() {
            String[] malformed = {
                "80", "c080", "c1bf", "e08080", "eda080", "f0808080", "f4908080", "f5808080", "c3", "e282", "ff"
            };
            for (String hex : malformed) {
                byte[] document = json("{'x':'12345678##','a':1}");
                byte[] bytes = java.util.HexFormat.of().parseHex(hex);
                byte[] spoilt = new byte[document.length + bytes.length];
                System.arraycopy(document, 0, spoilt, 0, 15);
                System.arraycopy(bytes, 0, spoilt, 15, bytes.length);
                System.arraycopy(document, 15, spoilt, 15 + bytes.length, document.length - 15);
                byte[] path = {'a'};
                PathStatus status =
                        executor.execute(PathOperation.GET, false, spoilt, 0, spoilt.length, path, 0, 1, path, 0, 0);
                assertThat(status).as(hex).isEqualTo(PathStatus.DOC_NOTJSON);
            }
            gets("{'x':'\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff','a':1}", "a", "1");
        }

        @Test
        void counts() {
            assertThat(count(DOCUMENT, "")).isEqualTo(4);
            assertThat(count(DOCUMENT, "a")).isEqualTo(2);
            assertThat(count(DOCUMENT, "a.b")).isEqualTo(3);
            assertThat(count(DOCUMENT, "e")).isZero();
            assertThat(count(DOCUMENT, "f")).isZero();
            assertThat(count("[1,[2,3],4]", "")).isEqualTo(3);
            assertThat(count("{'a':1,'a':2}", "")).isEqualTo(2);
            fails(PathOperation.GET_COUNT, DOCUMENT, "a.n", "", PathStatus.PATH_MISMATCH);
            fails(PathOperation.GET_COUNT, DOCUMENT, "s", "", PathStatus.PATH_MISMATCH);
            fails(PathOperation.GET_COUNT, DOCUMENT, "z", "", PathStatus.PATH_ENOENT);
            fails(PathOperation.GET_COUNT, "[1,2", "", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.GET_COUNT, "[1,]", "", "", PathStatus.DOC_NOTJSON);
        }

        private long count(String document, String path) {
            assertThat(execute(PathOperation.GET_COUNT, false, document, path, ""))
                    .isEqualTo(PathStatus.SUCCESS);
            return executor.number();
        }
    }

    @Nested
    class Paths {

        @Test
        void syntaxErrors() {
            String[] paths = {
                ".", ".a", "..", "a..", "a..b", "a]", "]", "[", "[]", "[0", "a[0]b", "a[0]]", "[x]", "[-]", "[-0]",
                "[-2]", "[-10]", "[-1", "[+1]", "[ 1]", "[1 ]", "a[1x]", "[0x1]", "a\"", "\"", "a\u0000", "a\nb",
                "a\u001f", "\\", "a\\", "\\a", "\\u0061", "\\'", "`", "a`", "`a", "`a`b", "a`b`", "`a``", "```",
                "a`.b`", "`a`]", ".[0]", "[0]..a"
            };
            for (String path : paths) {
                byte[] where = path.getBytes(UTF_8);
                byte[] document = json("{}");
                PathStatus status =
                        executor.execute(PathOperation.GET, false, document, 0, 2, where, 0, where.length, where, 0, 0);
                assertThat(status).as(path).isEqualTo(PathStatus.PATH_EINVAL);
            }
        }

        @Test
        void bytesThatAreNoUtf8() {
            byte[] document = json("{}");
            byte[] path = {'a', (byte) 0xc3, '.', 'b'};
            assertThat(executor.execute(PathOperation.DICT_ADD, true, document, 0, 2, path, 0, 4, document, 0, 2))
                    .isEqualTo(PathStatus.PATH_EINVAL);
        }

        @Test
        void separators() {
            gets("{'a':[[7]]}", "a[0][0]", "7");
            gets("{'a':[[7]]}", "a.[0].[0]", "7");
            gets("[{'a':7}]", "[0].a", "7");
            gets("[7]", "[00]", "7");
        }

        @Test
        void aDotAtTheEnd_meansNothing() {
            gets("{'a':[7]}", "a.", "[7]");
            gets("{'a':[7]}", "a[0].", "7");
            gets("{'a':7}", "`a`.", "7");
        }

        @Test
        void backTicks() {
            gets("{'a.b':1}", "`a.b`", "1");
            gets("{'a[0]':{'b':1}}", "`a[0]`.b", "1");
            gets("{'a]':[1]}", "`a]`[0]", "1");
            gets("{'a`b':1}", "a``b", "1");
            gets("{'a`.b':1}", "`a``.b`", "1");
            gets("{'`':1}", "``", "1");
            gets("{'``':1}", "````", "1");
            gets("{'`a':1}", "``a", "1");
            gets("{'`a':1}", "```a`", "1");
            gets("{'a`':1}", "`a```", "1");
            gets("{'x':{'y.z':[{'w':1}]}}", "x.`y.z`[0].`w`", "1");
        }

        @Test
        void escapes_areComparedAsText() {
            gets("{'\\'q':1}", "\\\"q", "1");
            gets("{'a\\nb':1}", "a\\nb", "1");
            gets("{'a\\\\b':1}", "a\\\\b", "1");
            gets("{'a\\/b':1}", "a\\/b", "1");
            getFails("{'a\\/b':1}", "a/b", PathStatus.PATH_ENOENT);
            getFails("{'a/b':1}", "a\\/b", PathStatus.PATH_ENOENT);
        }

        @Test
        void universalEscapesOfTheDocument_standForTheirCharacters() {
            gets("{'\\u0061b':1}", "ab", "1");
            gets("{'a\\u002eb':1}", "`a.b`", "1");
            gets("{'\\u00e9':1}", "\u00e9", "1");
            gets("{'\\u20AC':1}", "\u20ac", "1");
            gets("{'\\ud83d\\ude00!':1}", "\ud83d\ude00!", "1");
            gets("{'\\u0060':1}", "``", "1");
            gets("{'\u00e9':1}", "\u00e9", "1");
            getFails("{'\\ud83d':1}", "\ufffd", PathStatus.PATH_ENOENT);
            getFails("{'\\\\u0061':1}", "a", PathStatus.PATH_ENOENT);
            gets("{'\\\\u0061':1}", "\\\\u0061", "1");
        }

        @Test
        void universalEscapesOfWhatAPathMustEscape_areNotTakenForTheEscapesBackslash() {
            gets("{'\\u0022':1}", "\\\"", "1");
            gets("{'\\u005c':1}", "\\\\", "1");
            gets("{'\\u000a':1}", "\\n", "1");
            getFails("{'\\u005cn':1}", "\\n", PathStatus.PATH_ENOENT);
            gets("{'\\u005cn':1}", "\\\\n", "1");
        }

        @Test
        void componentsAreLimited() {
            String document = "{'a':".repeat(31) + "1" + "}".repeat(31);
            gets(document, "a" + ".a".repeat(30), "1");
            gets(document, "a" + ".a".repeat(30) + ".", "1");
            getFails(document, "a" + ".a".repeat(31), PathStatus.PATH_E2BIG);
            getFails("[]", "[0]".repeat(32), PathStatus.PATH_E2BIG);
            failsWithParents(PathOperation.DICT_ADD, "{}", "a" + ".a".repeat(31), "1", PathStatus.PATH_E2BIG);
        }

        @Test
        void longPaths() {
            String key = "k".repeat(5000);
            gets("{'a':1,'" + key + "':2}", key, "2");
        }
    }

    @Nested
    class Depth {

        @Test
        void thirtyTwoLevelsCanBeRead() {
            gets("[".repeat(32) + "]".repeat(32), "[0]".repeat(31), "[]");
            gets("[".repeat(31) + "1" + "]".repeat(31), "[0]".repeat(31), "1");
            gets("{'x':" + "[".repeat(31) + "]".repeat(31) + ",'a':1}", "a", "1");
        }

        @Test
        void moreAreNotReadOver() {
            getFails("{'x':" + "[".repeat(32) + "]".repeat(32) + ",'a':1}", "a", PathStatus.DOC_E2DEEP);
            getFails("{'x':" + "[".repeat(31) + "1" + "]".repeat(31) + ",'a':1}", "a", PathStatus.DOC_E2DEEP);
            getFails("{'a':" + "[".repeat(32) + "]".repeat(32) + "}", "a", PathStatus.DOC_E2DEEP);
            getFails("[".repeat(100_000), "[0]", PathStatus.DOC_E2DEEP);
            fails(PathOperation.GET_COUNT, "[".repeat(33) + "]".repeat(33), "", "", PathStatus.DOC_E2DEEP);
            gets("{'a':1,'x':" + "[".repeat(40) + "]".repeat(40) + "}", "a", "1");
        }

        @Test
        void valuesMayNotMakeTheDocumentDeeper() {
            // At a path of n components 32 - n levels, in the array at it one less.
            String path = "a" + ".a".repeat(28);
            String three = "[[1]]";
            String four = "[[[]]," + three + "," + "[[[1]]]]";
            assertThat(execute(PathOperation.DICT_UPSERT, true, "{}", path, three))
                    .isEqualTo(PathStatus.SUCCESS);
            failsWithParents(PathOperation.DICT_UPSERT, "{}", path, four, PathStatus.VALUE_ETOODEEP);
            assertThat(execute(PathOperation.ARRAY_PUSH_LAST, true, "{}", path, "[1],[2]"))
                    .isEqualTo(PathStatus.SUCCESS);
            failsWithParents(PathOperation.ARRAY_PUSH_LAST, "{}", path, three, PathStatus.VALUE_ETOODEEP);
            failsWithParents(PathOperation.ARRAY_PUSH_FIRST, "{}", path, "1," + three, PathStatus.VALUE_ETOODEEP);
            failsWithParents(PathOperation.ARRAY_ADD_UNIQUE, "{}", path + ".a.a", "1", PathStatus.VALUE_ETOODEEP);
            assertThat(execute(PathOperation.ARRAY_ADD_UNIQUE, true, "{}", path + ".a", "1"))
                    .isEqualTo(PathStatus.SUCCESS);
            assertThat(execute(PathOperation.COUNTER, true, "{}", path + ".a.a", "1"))
                    .isEqualTo(PathStatus.SUCCESS);
            String thirtyOne = "[".repeat(31) + "]".repeat(31);
            edits(PathOperation.DICT_ADD, "{}", "a", thirtyOne, "{'a':" + thirtyOne + "}");
            edits(PathOperation.ARRAY_PUSH_LAST, "[]", "", thirtyOne, "[" + thirtyOne + "]");
            edits(PathOperation.ARRAY_INSERT, "[]", "[0]", thirtyOne, "[" + thirtyOne + "]");
            fails(PathOperation.ARRAY_PUSH_LAST, "[]", "", "[" + thirtyOne + "]", PathStatus.VALUE_ETOODEEP);
            fails(PathOperation.ARRAY_INSERT, "[]", "[0]", "[" + thirtyOne + "]", PathStatus.VALUE_ETOODEEP);
            fails(PathOperation.DICT_ADD, "{}", "a", "[".repeat(100_000), PathStatus.VALUE_ETOODEEP);
        }

        @Test
        void attributesHaveALevelMore() {
            PathExecutor attributes = new PathExecutor(PathExecutor.ATTRIBUTES_LEVELS_MAX);
            byte[] document = json("{'a':".repeat(32) + "1" + "}".repeat(32));
            byte[] path = ("a" + ".a".repeat(31)).getBytes(UTF_8);
            assertThat(attributes.execute(
                            PathOperation.GET, false, document, 0, document.length, path, 0, path.length, path, 0, 0))
                    .isEqualTo(PathStatus.SUCCESS);
            path = ("a" + ".a".repeat(32)).getBytes(UTF_8);
            assertThat(attributes.execute(
                            PathOperation.GET, false, document, 0, document.length, path, 0, path.length, path, 0, 0))
                    .isEqualTo(PathStatus.PATH_E2BIG);
        }
    }

    @Nested
    class Dictionaries {

        @Test
        void add() {
            edits(PathOperation.DICT_ADD, "{}", "a", "1", "{'a':1}");
            edits(PathOperation.DICT_ADD, " { } ", "a", "1", " {'a':1 } ");
            edits(PathOperation.DICT_ADD, "{ 'a': 1 }", "b", "'x'", "{ 'a': 1,'b':'x' }");
            edits(PathOperation.DICT_ADD, "{'a':{}}", "a.b", " [1, 2] ", "{'a':{'b': [1, 2] }}");
            edits(PathOperation.DICT_ADD, "[{}]", "[0].b", "1", "[{'b':1}]");
            edits(PathOperation.DICT_ADD, "[1,{}]", "[-1].b", "1", "[1,{'b':1}]");
            fails(PathOperation.DICT_ADD, "{'a':1}", "a", "2", PathStatus.PATH_EEXISTS);
            fails(PathOperation.DICT_ADD, "{'\\u0061':1}", "a", "2", PathStatus.PATH_EEXISTS);
            fails(PathOperation.DICT_ADD, "{}", "a.b", "2", PathStatus.PATH_ENOENT);
            fails(PathOperation.DICT_ADD, "{'a':[]}", "a.b", "2", PathStatus.PATH_MISMATCH);
            fails(PathOperation.DICT_ADD, "{'a':1}", "a.b", "2", PathStatus.PATH_MISMATCH);
            fails(PathOperation.DICT_ADD, "[]", "a", "2", PathStatus.PATH_MISMATCH);
            fails(PathOperation.DICT_ADD, "{'a':1", "b", "2", PathStatus.DOC_NOTJSON);
        }

        @Test
        void names_getIntoTheDocumentAsTheyAre() {
            edits(PathOperation.DICT_ADD, "{}", "`a.b[]`", "1", "{'a.b[]':1}");
            edits(PathOperation.DICT_ADD, "{}", "a``b", "1", "{'a`b':1}");
            edits(PathOperation.DICT_ADD, "{}", "a\\\"\\\\\\n", "1", "{'a\\'\\\\\\n':1}");
            edits(PathOperation.DICT_ADD, "{}", "\u20ac\ud83d\ude00", "1", "{'\u20ac\ud83d\ude00':1}");
        }

        @Test
        void upsert() {
            edits(PathOperation.DICT_UPSERT, "{ 'a' : 1 , 'b':2}", "a", "[3]", "{ 'a' : [3] , 'b':2}");
            edits(PathOperation.DICT_UPSERT, "{'a':{'b' : {'c':1}}}", "a.b", "null", "{'a':{'b' : null}}");
            edits(PathOperation.DICT_UPSERT, "{'a':1}", "b", "2", "{'a':1,'b':2}");
            edits(PathOperation.DICT_UPSERT, "{'a':1,'a':2}", "a", "3", "{'a':3,'a':2}");
            fails(PathOperation.DICT_UPSERT, "{}", "a.b", "2", PathStatus.PATH_ENOENT);
        }

        @Test
        void lastComponentIsAName() {
            for (String path : new String[] {"[0]", "a[0]", "a[-1]", "[-1]", "", "a[0]."}) {
                failsWithParents(PathOperation.DICT_ADD, "{'a':[1]}", path, "1", PathStatus.PATH_EINVAL);
                failsWithParents(PathOperation.DICT_UPSERT, "{'a':[1]}", path, "1", PathStatus.PATH_EINVAL);
            }
        }

        @Test
        void parents() {
            editsWithParents(PathOperation.DICT_ADD, "{}", "a.b.c", "1", "{'a':{'b':{'c':1}}}");
            editsWithParents(PathOperation.DICT_UPSERT, "{'a':{'x':0}}", "a.b.c", "1", "{'a':{'x':0,'b':{'c':1}}}");
            editsWithParents(PathOperation.DICT_UPSERT, "[{}]", "[0].b.c", "1", "[{'b':{'c':1}}]");
            editsWithParents(PathOperation.DICT_UPSERT, "{'a':1}", "a", "2", "{'a':2}");
            failsWithParents(PathOperation.DICT_ADD, "{}", "a[0].b", "1", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.DICT_ADD, "{'a':[]}", "a[0].b", "1", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.DICT_ADD, "{}", "a.b[0].c", "1", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.DICT_ADD, "{'a':1}", "a.b.c", "1", PathStatus.PATH_MISMATCH);
            failsWithParents(PathOperation.DICT_ADD, "{'a':[]}", "a.b.c", "1", PathStatus.PATH_MISMATCH);
        }

        @Test
        void replace() {
            edits(PathOperation.REPLACE, "{ 'a' : 1 }", "a", "{'x':2}", "{ 'a' : {'x':2} }");
            edits(PathOperation.REPLACE, "[1, [2] ,3]", "[1]", "0", "[1, 0 ,3]");
            edits(PathOperation.REPLACE, "[1,2,3]", "[-1]", "0", "[1,2,0]");
            failsWithParents(PathOperation.REPLACE, "{}", "a", "1", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.REPLACE, "[1]", "[1]", "1", PathStatus.PATH_ENOENT);
            fails(PathOperation.REPLACE, "{}", "", "1", PathStatus.PATH_EINVAL);
        }

        @Test
        void valuesAreOneJsonText() {
            String[] values = {
                "", " ", "1,2", "1,'x':2", "1}", "{'a'}", "[1,]", "'a", "a", "nul", "01", "1.", ".5", "+1", "1e", "-",
                "'\\x'", "'\n'", "1 2", "[", "]", "/* */1", "NaN", "\ufeff1", "1,"
            };
            for (String value : values) {
                fails(PathOperation.DICT_ADD, "{}", "a", value, PathStatus.VALUE_CANTINSERT);
                fails(PathOperation.DICT_UPSERT, "{'a':1}", "a", value, PathStatus.VALUE_CANTINSERT);
                fails(PathOperation.REPLACE, "{'a':1}", "a", value, PathStatus.VALUE_CANTINSERT);
            }
            for (String value :
                    new String[] {"0", "-0", "1.50", "1E+9", "-1e-9", "'\\u00e9'", "'\u00e9'", "\t{ }\r\n"}) {
                edits(PathOperation.DICT_ADD, "{}", "a", value, "{'a':" + value + "}");
            }
        }
    }

    @Nested
    class Removals {

        @Test
        void pairs() {
            edits(PathOperation.REMOVE, "{'a':1,'b':2,'c':3}", "a", "", "{'b':2,'c':3}");
            edits(PathOperation.REMOVE, "{'a':1,'b':2,'c':3}", "b", "", "{'a':1,'c':3}");
            edits(PathOperation.REMOVE, "{'a':1,'b':2,'c':3}", "c", "", "{'a':1,'b':2}");
            edits(PathOperation.REMOVE, "{'a':1}", "a", "", "{}");
            edits(PathOperation.REMOVE, "{'a':{'b':[1]}}", "a.b", "", "{'a':{}}");
        }

        @Test
        void elements() {
            edits(PathOperation.REMOVE, "[1,2,3]", "[0]", "", "[2,3]");
            edits(PathOperation.REMOVE, "[1,2,3]", "[1]", "", "[1,3]");
            edits(PathOperation.REMOVE, "[1,2,3]", "[2]", "", "[1,2]");
            edits(PathOperation.REMOVE, "[1,2,3]", "[-1]", "", "[1,2]");
            edits(PathOperation.REMOVE, "[[1]]", "[-1][-1]", "", "[[]]");
        }

        @Test
        void linesStayLines() {
            String document = "{\n  'a' : 1 ,\n  'b' : [2] ,\n  'c' : 3\n}\n";
            edits(PathOperation.REMOVE, document, "a", "", "{\n  'b' : [2] ,\n  'c' : 3\n}\n");
            edits(PathOperation.REMOVE, document, "b", "", "{\n  'a' : 1 ,\n  'c' : 3\n}\n");
            edits(PathOperation.REMOVE, document, "c", "", "{\n  'a' : 1 ,\n  'b' : [2] \n}\n");
            edits(PathOperation.REMOVE, "{\n  'a' : 1\n}", "a", "", "{\n}");
        }

        @Test
        void whatCannotBeRemoved() {
            fails(PathOperation.REMOVE, "{'a':1}", "", "", PathStatus.PATH_EINVAL);
            fails(PathOperation.REMOVE, "{'a':1}", "b", "", PathStatus.PATH_ENOENT);
            fails(PathOperation.REMOVE, "[]", "[0]", "", PathStatus.PATH_ENOENT);
            fails(PathOperation.REMOVE, "[]", "[-1]", "", PathStatus.PATH_ENOENT);
            fails(PathOperation.REMOVE, "{'a':1}", "a.b", "", PathStatus.PATH_MISMATCH);
        }

        @Test
        void mistakesAroundTheMember_areNotMended() {
            fails(PathOperation.REMOVE, "{'a':1,}", "a", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.REMOVE, "[1,]", "[0]", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.REMOVE, "[1", "[0]", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.REMOVE, "[1}", "[0]", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.REMOVE, "{'a':1]", "a", "", PathStatus.DOC_NOTJSON);
            fails(PathOperation.REMOVE, "[1 2]", "[0]", "", PathStatus.DOC_NOTJSON);
        }
    }

    @Nested
    class Arrays {

        @Test
        void pushLast() {
            edits(PathOperation.ARRAY_PUSH_LAST, "[]", "", "1", "[1]");
            edits(PathOperation.ARRAY_PUSH_LAST, "[ ]", "", "1", "[1 ]");
            edits(PathOperation.ARRAY_PUSH_LAST, " [ 1 , 2 ] ", "", "3", " [ 1 , 2,3 ] ");
            edits(PathOperation.ARRAY_PUSH_LAST, "{'a':[[1]]}", "a[-1]", "{}", "{'a':[[1,{}]]}");
            edits(PathOperation.ARRAY_PUSH_LAST, "[]", "", "1, 2,[3]", "[1, 2,[3]]");
        }

        @Test
        void pushFirst() {
            edits(PathOperation.ARRAY_PUSH_FIRST, "[]", "", "1", "[1]");
            edits(PathOperation.ARRAY_PUSH_FIRST, "[ ]", "", "1", "[1 ]");
            edits(PathOperation.ARRAY_PUSH_FIRST, " [ 1 , 2 ] ", "", "3", " [ 3,1 , 2 ] ");
            edits(PathOperation.ARRAY_PUSH_FIRST, "{'a':[[1]]}", "a[0]", "2,3", "{'a':[[2,3,1]]}");
        }

        @Test
        void pushesNeedAnArray() {
            for (PathOperation operation : new PathOperation[] {
                PathOperation.ARRAY_PUSH_LAST, PathOperation.ARRAY_PUSH_FIRST, PathOperation.ARRAY_ADD_UNIQUE
            }) {
                fails(operation, "{}", "", "1", PathStatus.PATH_MISMATCH);
                fails(operation, "{'a':1}", "a", "1", PathStatus.PATH_MISMATCH);
                fails(operation, "{'a':{}}", "a", "1", PathStatus.PATH_MISMATCH);
                fails(operation, "{}", "a", "1", PathStatus.PATH_ENOENT);
                fails(operation, "[", "", "1", PathStatus.DOC_NOTJSON);
                editsWithParents(operation, "{}", "a", "1", "{'a':[1]}");
                editsWithParents(operation, "{'x':0}", "a.b", "1", "{'x':0,'a':{'b':[1]}}");
                failsWithParents(operation, "{}", "a[0]", "1", PathStatus.PATH_ENOENT);
                failsWithParents(operation, "{'a':[]}", "a[0]", "1", PathStatus.PATH_ENOENT);
                failsWithParents(operation, "[]", "[0].a", "1", PathStatus.PATH_ENOENT);
            }
        }

        @Test
        void valuesAreAList() {
            for (String value : new String[] {"", " ", ",", "1,", ",1", "1,,2", "1],[2", "1]", "1 2", "'a':1"}) {
                fails(PathOperation.ARRAY_PUSH_LAST, "[]", "", value, PathStatus.VALUE_CANTINSERT);
                fails(PathOperation.ARRAY_PUSH_FIRST, "[]", "", value, PathStatus.VALUE_CANTINSERT);
                fails(PathOperation.ARRAY_INSERT, "[]", "[0]", value, PathStatus.VALUE_CANTINSERT);
            }
            editsWithParents(PathOperation.ARRAY_PUSH_LAST, "{}", "a", "1, 2", "{'a':[1, 2]}");
        }

        @Test
        void insert() {
            edits(PathOperation.ARRAY_INSERT, "[]", "[0]", "1", "[1]");
            edits(PathOperation.ARRAY_INSERT, "[1, 2]", "[0]", "0", "[0,1, 2]");
            edits(PathOperation.ARRAY_INSERT, "[1, 2]", "[1]", "0", "[1, 0,2]");
            edits(PathOperation.ARRAY_INSERT, "[1, 2 ]", "[2]", "0", "[1, 2,0 ]");
            edits(PathOperation.ARRAY_INSERT, "{'a':[[5]]}", "a[0][0]", "6,7", "{'a':[[6,7,5]]}");
            failsWithParents(PathOperation.ARRAY_INSERT, "[1, 2]", "[3]", "0", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.ARRAY_INSERT, "{}", "a[0]", "0", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.ARRAY_INSERT, "[]", "[0][0]", "0", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.ARRAY_INSERT, "{'a':{}}", "a[0]", "0", PathStatus.PATH_MISMATCH);
            failsWithParents(PathOperation.ARRAY_INSERT, "{'a':1}", "a[0]", "0", PathStatus.PATH_MISMATCH);
            for (String path : new String[] {"", "a", "a[-1]", "a[0].b"}) {
                failsWithParents(PathOperation.ARRAY_INSERT, "{'a':[]}", path, "0", PathStatus.PATH_EINVAL);
            }
        }

        @Test
        void addUnique() {
            edits(PathOperation.ARRAY_ADD_UNIQUE, "[]", "", "1", "[1]");
            edits(PathOperation.ARRAY_ADD_UNIQUE, "[1, '1' ]", "", "1.0", "[1, '1',1.0 ]");
            edits(PathOperation.ARRAY_ADD_UNIQUE, "[1]", "", "'1'", "[1,'1']");
            edits(PathOperation.ARRAY_ADD_UNIQUE, "['\\u0061']", "", "'a'", "['\\u0061','a']");
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[0, 1 ]", "", "1", PathStatus.PATH_EEXISTS);
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[0, 1 ]", "", " 1\n", PathStatus.PATH_EEXISTS);
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[null]", "", "null", PathStatus.PATH_EEXISTS);
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[[]]", "", "1", PathStatus.PATH_MISMATCH);
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[{},1]", "", "1", PathStatus.PATH_MISMATCH);
            fails(PathOperation.ARRAY_ADD_UNIQUE, "[1,{}]", "", "1", PathStatus.PATH_EEXISTS);
            for (String value : new String[] {"[]", "{}", " [1]", "1,2", "", "x"}) {
                fails(PathOperation.ARRAY_ADD_UNIQUE, "[]", "", value, PathStatus.VALUE_CANTINSERT);
            }
        }
    }

    @Nested
    class Counters {

        private void counts(String document, String path, String delta, String expected, long number) {
            edits(PathOperation.COUNTER, document, path, delta, expected);
            assertThat(executor.number()).isEqualTo(number);
        }

        @Test
        void counting() {
            counts("{'n': 41 }", "n", "1", "{'n': 42 }", 42);
            counts("{'n':1}", "n", "-1", "{'n':0}", 0);
            counts("{'n':-0}", "n", "-9", "{'n':-9}", -9);
            counts("[5]", "[0]", "-10", "[-5]", -5);
            counts("[5,6]", "[-1]", "10", "[5,16]", 16);
            counts("{'n':99}", "n", "1", "{'n':100}", 100);
            counts("[9223372036854775806]", "[0]", "1", "[9223372036854775807]", Long.MAX_VALUE);
            counts("[-9223372036854775807]", "[0]", "-1", "[-9223372036854775808]", Long.MIN_VALUE);
            counts("[-1]", "[0]", "9223372036854775807", "[9223372036854775806]", Long.MAX_VALUE - 1);
            counts("[0]", "[0]", "-9223372036854775808", "[-9223372036854775808]", Long.MIN_VALUE);
        }

        @Test
        void missing() {
            counts("{}", "n", "-5", "{'n':-5}", -5);
            counts("{'a':{ }}", "a.n", "7", "{'a':{'n':7 }}", 7);
            fails(PathOperation.COUNTER, "{}", "a.n", "1", PathStatus.PATH_ENOENT);
            editsWithParents(PathOperation.COUNTER, "{}", "a.n", "1", "{'a':{'n':1}}");
            assertThat(executor.number()).isEqualTo(1);
            failsWithParents(PathOperation.COUNTER, "[]", "[0]", "1", PathStatus.PATH_ENOENT);
            failsWithParents(PathOperation.COUNTER, "{}", "a[0]", "1", PathStatus.PATH_ENOENT);
        }

        @Test
        void overflow_doesNotWrap() {
            fails(PathOperation.COUNTER, "[9223372036854775807]", "[0]", "1", PathStatus.VALUE_CANTINSERT);
            fails(PathOperation.COUNTER, "[-9223372036854775808]", "[0]", "-1", PathStatus.VALUE_CANTINSERT);
            fails(PathOperation.COUNTER, "[-1]", "[0]", "-9223372036854775808", PathStatus.VALUE_CANTINSERT);
        }

        @Test
        void numbersThatCannotBeCounted() {
            fails(PathOperation.COUNTER, "[9223372036854775808]", "[0]", "-1", PathStatus.NUM_ERANGE);
            fails(PathOperation.COUNTER, "[-9223372036854775809]", "[0]", "1", PathStatus.NUM_ERANGE);
            fails(PathOperation.COUNTER, "[18446744073709551617]", "[0]", "1", PathStatus.NUM_ERANGE);
            for (String value : new String[] {"1.0", "1e2", "'1'", "null", "true", "[]", "{}"}) {
                fails(PathOperation.COUNTER, "[" + value + "]", "[0]", "1", PathStatus.PATH_MISMATCH);
            }
            fails(PathOperation.COUNTER, "[1", "[1]", "1", PathStatus.DOC_NOTJSON);
            fails(PathOperation.COUNTER, "[-]", "[0]", "1", PathStatus.DOC_NOTJSON);
            fails(PathOperation.COUNTER, "{}", "", "1", PathStatus.PATH_EINVAL);
        }

        @Test
        void deltas() {
            String[] malformed = {
                "",
                "0",
                "-0",
                "+1",
                "01",
                "-01",
                "1.0",
                "1e1",
                " 1",
                "1 ",
                "a",
                "-",
                "--1",
                "9223372036854775808",
                "-9223372036854775809",
                "18446744073709551617",
                "'1'"
            };
            for (String delta : malformed) {
                fails(PathOperation.COUNTER, "{'n':1}", "n", delta, PathStatus.DELTA_EINVAL);
            }
        }
    }

    @Test
    void aResultThatIsNone_isAMistakeOfTheCaller() {
        fails(PathOperation.REMOVE, "{}", "a", "", PathStatus.PATH_ENOENT);
        assertThatThrownBy(executor::newLength).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new PathExecutor(64)).hasMessage("levelsMax: 64 (expected: 2..63)");
    }
}
