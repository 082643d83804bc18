package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.Manifest;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The groups of STAT that tell of one document: {@code key K VB [C]}, {@code key-byid K VB CID}, and {@code vkey…}, which
 * looks at the disk as well. Unlike other groups a look-up on the loop, for it may have to wait for the engine. Protocol:
 * {@code protocol-kv} 14.4.
 */
final class KeyStatistics {

    private final HeapDocumentKey key = new HeapDocumentKey();
    private final int vbucket;
    private final boolean validates;

    private KeyStatistics(byte[] name, int collection, int vbucket, boolean validates) {
        key.wrap(collection, name, 0, name.length);
        this.vbucket = vbucket;
        this.validates = validates;
    }

    static boolean isGroup(String group) {
        return switch (group) {
            case "key", "key-byid", "vkey", "vkey-byid" -> true;
            default -> false;
        };
    }

    /** Begins; the command goes on with {@link #proceed} while this is its progress. */
    static Status begin(CommandCookie cookie, String group, String argument) {
        String[] parts = argument.split(" ", -1);
        boolean byId = group.endsWith("-byid");
        if (parts.length < (byId ? 3 : 2) || parts.length > 3 || parts[0].isEmpty()) {
            return refuse(
                    cookie, group + ": " + (byId ? "expected: key, vbucket, collection id" : "expected: key, vbucket"));
        }
        int vbucket;
        int collection;
        try {
            vbucket = Integer.parseInt(parts[1]);
            collection = 0;
            if (parts.length == 3 && !byId && parts[2].indexOf('.') >= 0) {
                Manifest manifest = cookie.bucket().collections();
                int dot = parts[2].indexOf('.');
                String scope = parts[2].substring(0, dot);
                Collection found = manifest.collection(scope, parts[2].substring(dot + 1));
                if (found == null) {
                    return manifest.scope(scope) == null ? Status.UNKNOWN_SCOPE : Status.UNKNOWN_COLLECTION;
                }
                collection = found.id();
            } else if (parts.length == 3) {
                collection = collection(parts[2]);
            }
        } catch (NumberFormatException e) {
            return refuse(cookie, group + ": not a number (expected: a vbucket, then perhaps a collection)");
        }
        byte[] name = parts[0].getBytes(StandardCharsets.ISO_8859_1);
        if (name.length > dev.sluice.engine.DocumentKey.LENGTH_MAX || vbucket < 0) {
            return refuse(cookie, group + ": no such key or vbucket can be");
        }
        if (cookie.bucket().collections().collection(collection) == null) {
            Bucket bucket = cookie.bucket();
            return bucket.hasVBucket(vbucket) ? Status.UNKNOWN_COLLECTION : bucket.absent();
        }
        KeyStatistics statistics = new KeyStatistics(name, collection, vbucket, group.startsWith("vkey"));
        cookie.progress(statistics);
        return statistics.proceed(cookie);
    }

    private static int collection(String text) {
        return Integer.parseUnsignedInt(text.startsWith("0x") ? text.substring(2) : text, 16);
    }

    private static Status refuse(CommandCookie cookie, String context) {
        cookie.errorContext(context);
        return Status.INVALID_ARGUMENTS;
    }

    Status proceed(CommandCookie cookie) {
        Request request = cookie.request();
        DocumentView document = request.document();
        Status status = PlacedReads.metadata(cookie, vbucket, key, document);
        if (status != Status.SUCCESS) {
            return status;
        }
        if (document.deleted()) {
            return Status.NO_SUCH_KEY;
        }
        send(cookie, cookie.bucket(), document);
        cookie.reply().endOfStatistics(cookie);
        return Status.SUCCESS;
    }

    private void send(CommandCookie cookie, Bucket bucket, DocumentView document) {
        boolean persisted = PlacedReads.persisted(bucket, vbucket, document.seqno());
        VBucketState state = PlacedReads.state(bucket, vbucket);
        line(cookie, "key_is_dirty", Boolean.toString(!persisted));
        line(cookie, "key_exptime", Long.toString(document.expirySeconds()));
        line(cookie, "key_datatype", datatype(document.datatype()));
        line(cookie, "key_flags", Integer.toUnsignedString(document.flags()));
        line(cookie, "key_cas", Long.toUnsignedString(document.cas()));
        line(cookie, "key_vb_state", state == null ? "dead" : state.name().toLowerCase(Locale.ROOT));
        line(cookie, "key_is_resident", "true");
        if (validates) {
            boolean disk = bucket.engine().capability(Persistence.class) != null;
            line(cookie, "key_valid", disk ? (persisted ? "valid" : "dirty") : "ram_but_not_disk");
        }
    }

    private static String datatype(byte datatype) {
        StringJoiner names = new StringJoiner(",");
        names.setEmptyValue("raw");
        if ((datatype & Datatype.SNAPPY) != 0) {
            names.add("snappy");
        }
        if ((datatype & Datatype.JSON) != 0) {
            names.add("json");
        }
        if ((datatype & Datatype.XATTR) != 0) {
            names.add("xattr");
        }
        return names.toString();
    }

    private static void line(CommandCookie cookie, String name, @Nullable String value) {
        byte[] text = (name + value).getBytes(StandardCharsets.US_ASCII);
        cookie.reply().statistic(cookie, text, 0, name.length(), name.length(), text.length - name.length());
    }
}
