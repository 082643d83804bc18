package dev.sluice.core.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What each status means for a client that has never heard of it: may it try again, is its connection worth anything, does the
 * failure concern one document only. Codes that Sluice never sends are there too, since the map is the protocol's and not
 * one server's. Protocol: {@code protocol-kv} 4.4 and 4.5.
 */
final class ErrorMap {

    /** Of version 2; grows with each change of the table. */
    private static final int REVISION = 9;

    /** How far the revision of version 1 is ahead of it, as the reference server has it. */
    private static final int REVISION_OF_VERSION_1_AHEAD = 4;

    /** The attributes that version 2 has added. */
    private static final Set<String> ATTRIBUTES_OF_VERSION_2 = Set.of("rate-limit", "system-constraint", "no-retry");

    /** Code, name, attributes, and then a sentence. */
    private static final String TABLE = """
            00 SUCCESS success The request was served
            01 KEY_ENOENT item-only No document, bucket, scan or statistic of this name
            02 KEY_EEXISTS item-only It exists already, or its CAS is another one
            03 E2BIG item-only,invalid-input The value, or the number of buckets, would be too large
            04 EINVAL internal,invalid-input The request is malformed
            05 NOT_STORED internal,item-only Not stored: what it needs is not there
            06 DELTA_BADVAL item-only,invalid-input The document is no number
            07 NOT_MY_VBUCKET fetch-config,invalid-input The vbucket is not in the right state on this node
            08 NO_BUCKET conn-state-invalidated No bucket is selected
            09 LOCKED item-locked,item-only,retry-now Somebody has locked the document
            0a DCP_STREAM_NOT_FOUND conn-state-invalidated No change stream for this vbucket
            0b OPAQUE_NO_MATCH conn-state-invalidated The opaque is not that of the change stream
            0c EWOULD_THROTTLE temp,retry-later,rate-limit The bucket has used up its share for now
            0d ECONFIG_ONLY fetch-config,retry-now This node knows only the cluster map of the bucket
            0e NOT_LOCKED item-only The document is not locked
            0f CAS_VALUE_INVALID item-only A CAS that no document may have
            1f AUTH_STALE conn-state-invalidated,auth The login is over; log in again
            20 AUTH_ERROR conn-state-invalidated,auth The login failed
            21 AUTH_CONTINUE special-handling The login needs another step
            22 ERANGE invalid-input A number is outside of what is legal
            23 ROLLBACK dcp,special-handling The client has to go back to an earlier state
            24 EACCESS support The user may not do this
            25 NOT_INITIALIZED conn-state-invalidated The node is still starting
            26 ENCRYPTION_KEY_NOT_AVAILABLE special-handling The key that data is encrypted with is not there
            27 CHECKSUM_MISMATCH special-handling Data and checksum do not agree
            28 EXPIRY_OVERFLOW item-only,system-constraint,no-retry The expiry does not fit into 32 bits
            29 LOCK_EXPIRY_OVERFLOW item-only,system-constraint,no-retry The end of the lock does not fit into 32 bits
            30 RATE_LIMITED_NETWORK_INGRESS temp,retry-later,rate-limit Too many bytes were sent
            31 RATE_LIMITED_NETWORK_EGRESS temp,retry-later,rate-limit Too many bytes were asked for
            32 RATE_LIMITED_MAX_CONNECTIONS conn-state-invalidated,rate-limit Too many connections
            33 RATE_LIMITED_MAX_COMMANDS temp,retry-later,rate-limit Too many commands
            35 BUCKET_SIZE_LIMIT_EXCEEDED item-only,system-constraint,no-retry The bucket takes no data: its size is at the limit
            36 BUCKET_RESIDENT_RATIO_TOO_LOW item-only,system-constraint,no-retry The bucket takes no data: too little of it is in memory
            37 BUCKET_DATA_SIZE_TOO_BIG item-only,system-constraint,no-retry The bucket takes no data: there is too much of it
            38 BUCKET_DISK_SPACE_TOO_LOW item-only,system-constraint,no-retry The bucket takes no data: the disk is nearly full
            50 BUCKET_PAUSED support The bucket is paused
            51 CANCELLED item-only,retry-now The operation was cancelled
            80 UNKNOWN_FRAME_INFO support Unknown framing extras
            81 UNKNOWN_COMMAND support Unknown opcode
            82 ENOMEM temp,retry-later The bucket has no memory left
            83 NOT_SUPPORTED support Not supported here
            84 EINTERNAL internal,conn-state-invalidated A fault of the server
            85 EBUSY temp,retry-now Too much of this is under way
            86 ETMPFAIL temp,retry-now Not now; try again
            87 XATTR_EINVAL invalid-input The extended attributes are malformed
            88 UNKNOWN_COLLECTION invalid-input No such collection
            8a CANNOT_APPLY_COLLECTIONS_MANIFEST invalid-input The manifest does not follow from the current one
            8c UNKNOWN_SCOPE invalid-input No such scope
            8d DCP_STREAM_ID_INVALID invalid-input A change stream needs an id, or must have none
            a0 DurabilityInvalidLevel invalid-input The bucket does not have this level of durability
            a1 DurabilityImpossible item-only,invalid-input Too few nodes for this level of durability
            a2 SyncWriteInProgress item-only,retry-later A durable write of this document is under way
            a3 SyncWriteAmbiguous item-only The durable write may or may not have happened
            a4 SyncWriteReCommitInProgress item-only,retry-later A durable write of this document is being committed again
            a5 RangeScanCancelled success The scan was cancelled
            a6 RangeScanMore success The scan has more; ask again
            a7 RangeScanComplete success The scan has come to its end
            a8 VbUuidNotEqual invalid-input The history of the vbucket is another one
            c0 SUBDOC_PATH_ENOENT subdoc,item-only The path is not in the document
            c1 SUBDOC_PATH_MISMATCH subdoc,item-only The path does not fit the document
            c2 SUBDOC_PATH_EINVAL subdoc,invalid-input The path is malformed
            c3 SUBDOC_PATH_E2BIG subdoc,invalid-input The path is too long or too deep
            c4 SUBDOC_DOC_E2DEEP subdoc,invalid-input The document is too deep
            c5 SUBDOC_VALUE_CANTINSERT subdoc,invalid-input The value cannot be put there
            c6 SUBDOC_DOC_NOTJSON subdoc,item-only The document is no JSON
            c7 SUBDOC_NUM_ERANGE subdoc,item-only The number at the path is out of range
            c8 SUBDOC_DELTA_EINVAL subdoc,item-only The delta is malformed
            c9 SUBDOC_PATH_EEXISTS subdoc,item-only The path is in the document already
            ca SUBDOC_VALUE_ETOODEEP subdoc,invalid-input,item-only The value would make the document too deep
            cb SUBDOC_INVALID_COMBO subdoc,invalid-input These operations do not go together
            cc SUBDOC_MULTI_PATH_FAILURE subdoc,special-handling Some of the paths failed
            cd SUBDOC_SUCCESS_DELETED item-deleted,success,subdoc Served, on a deleted document
            ce SUBDOC_XATTR_INVALID_FLAG_COMBO subdoc,invalid-input These flags do not go together
            cf SUBDOC_XATTR_INVALID_KEY_COMBO subdoc,invalid-input More than one extended attribute in one request
            d0 SUBDOC_XATTR_UNKNOWN_MACRO subdoc,invalid-input Unknown macro
            d1 SUBDOC_XATTR_UNKNOWN_VATTR subdoc,invalid-input Unknown virtual attribute
            d2 SUBDOC_XATTR_CANT_MODIFY_VATTR subdoc,invalid-input Virtual attributes cannot be changed
            d3 SUBDOC_MULTI_PATH_FAILURE_DELETED item-deleted,subdoc,special-handling Some of the paths failed, on a deleted document
            d4 SUBDOC_INVALID_XATTR_ORDER subdoc,invalid-input Extended attributes must come first
            d5 SUBDOC_XATTR_UNKNOWN_VATTR_MACRO subdoc,invalid-input Unknown macro of a virtual attribute
            d6 SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS subdoc,item-only Only a deleted document can be revived
            d7 SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE subdoc,item-only A deleted document has no body
            d8 SUBDOC_FIELD_NOT_BINARY_VALUE subdoc,item-only The attribute is not binary
            """;

    /** One line of the table. */
    private record Entry(String code, String name, List<String> attributes, String description) {}

    private static final byte[] VERSION_1 = json(1, REVISION + REVISION_OF_VERSION_1_AHEAD);
    private static final byte[] VERSION_2 = json(2, REVISION);

    private ErrorMap() {}

    /**
     * The map for a client that understands versions up to this one, as JSON; the caller must not change it.
     *
     * @return null for version 0, which does not exist
     */
    static byte @Nullable [] upToVersion(int version) {
        return switch (version) {
            case 0 -> null;
            case 1 -> VERSION_1;
            default -> VERSION_2;
        };
    }

    private static byte[] json(int version, int revision) {
        StringBuilder json = new StringBuilder(16 << 10);
        json.append("{\"version\":").append(version);
        json.append(",\"revision\":").append(revision).append(",\"errors\":{");
        boolean first = true;
        for (Entry entry : entries()) {
            json.append(first ? "\"" : ",\"").append(entry.code()).append("\":{\"name\":\"");
            json.append(entry.name()).append("\",\"desc\":\"").append(entry.description());
            json.append("\",\"attrs\":[");
            String separator = "\"";
            for (String attribute : entry.attributes()) {
                if (version >= 2 || !ATTRIBUTES_OF_VERSION_2.contains(attribute)) {
                    json.append(separator).append(attribute).append('"');
                    separator = ",\"";
                }
            }
            json.append("]}");
            first = false;
        }
        return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (String line : TABLE.lines().toList()) {
            String[] parts = line.split(" ", 4);
            String code = Integer.toHexString(Integer.parseInt(parts[0], 16));
            entries.add(new Entry(code, parts[1], List.of(parts[2].split(",", -1)), Objects.requireNonNull(parts[3])));
        }
        return entries;
    }
}
