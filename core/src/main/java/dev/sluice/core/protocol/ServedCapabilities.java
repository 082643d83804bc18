package dev.sluice.core.protocol;

import dev.sluice.engine.Engine;
import dev.sluice.engine.RangeScans;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cluster map may promise of a bucket: what the tables of opcodes and features say is served, and its engine has.
 * Clients refuse by themselves what is not promised. The words: {@code clients} 4.6.
 */
public final class ServedCapabilities {

    private ServedCapabilities() {}

    /** For a bucket with this engine. */
    public static List<String> of(Engine engine) {
        List<String> words = new ArrayList<>(List.of("cbhello", "cccp", "nodesExt", "touch"));
        addIf(words, "dcp", Opcode.DCP_OPEN.served());
        addIf(words, "xattr", Feature.XATTR.granted());
        addIf(words, "collections", Feature.COLLECTIONS.granted());
        addIf(words, "durableWrite", Feature.SYNC_REPLICATION.granted());
        addIf(words, "preserve_expiry", Feature.PRESERVE_TTL.granted());
        addIf(words, "rangeScan", Opcode.RANGE_SCAN_CREATE.served() && engine.capability(RangeScans.class) != null);
        if (Opcode.SUBDOC_MULTI_MUTATION.served() && Opcode.SUBDOC_MULTI_LOOKUP.served()) {
            addIf(words, "tombstonedUserXAttrs", Feature.SUBDOC_CREATE_AS_DELETED.granted());
            addIf(words, "subdoc.DocumentMacroSupport", Feature.SUBDOC_DOCUMENT_MACRO_SUPPORT.granted());
            addIf(words, "subdoc.BinaryXattr", Feature.SUBDOC_BINARY_XATTR.granted());
            addIf(words, "subdoc.ReplicaRead", Feature.SUBDOC_REPLICA_READ.granted());
            addIf(words, "subdoc.AccessDeleted", Feature.SUBDOC_ALLOW_REPLICA_READ_ON_DELETED_DOCS.granted());
            boolean revives =
                    Feature.SUBDOC_REPLACE_BODY_WITH_XATTR.granted() && Opcode.SUBDOC_REPLACE_BODY_WITH_XATTR.served();
            addIf(words, "subdoc.ReplaceBodyWithXattr", revives);
            addIf(words, "subdoc.ReviveDocument", revives); // Both or neither, say clients.
        }
        return words;
    }

    private static void addIf(List<String> words, String word, boolean served) {
        if (served) {
            words.add(word);
        }
    }
}
