package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.collections.Manifest;
import dev.sluice.core.collections.ManifestException;
import dev.sluice.core.collections.Scope;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands about a bucket's manifest of collections. Protocol: {@code protocol-kv} 12.3. */
public final class CollectionCommands {

    public static final Command SET_MANIFEST = CollectionCommands::setManifest;
    public static final Command GET_MANIFEST = CollectionCommands::getManifest;
    public static final Command GET_COLLECTION_ID = CollectionCommands::getCollectionId;
    public static final Command GET_SCOPE_ID = CollectionCommands::getScopeId;

    private static final Logger LOG = LoggerFactory.getLogger(CollectionCommands.class);

    /** Two names and a dot; a longer path is none. */
    private static final int PATH_LENGTH_MAX = 2 * 251 + 1;

    private CollectionCommands() {}

    // ---- SET_MANIFEST -----------------------------------------------------------------------------------------------

    /** What became of a manifest on its background thread; the notification hands it over. */
    private static final class Outcome {
        private Status status = Status.FAILED;
        private @Nullable Refusal refusal;
        private @Nullable String sentence;

        void set(Status status, @Nullable String sentence) {
            this.status = status;
            this.sentence = sentence;
        }
    }

    /** Reads, checks and saves on a background thread: a manifest may be large, and a disk slow. */
    private static Status setManifest(CommandCookie cookie) {
        if (cookie.progress() instanceof Outcome outcome) {
            cookie.progress(null);
            return answer(cookie, outcome);
        }
        Bucket bucket = cookie.bucket();
        byte[] json = cookie.request().copyOfValue();
        Outcome outcome = new Outcome();
        BlockedCookie blocked = cookie.block();
        bucket.auxIoPool().execute(() -> {
            apply(bucket, json, outcome);
            blocked.notifyIoComplete(Status.SUCCESS);
        });
        cookie.progress(outcome);
        return Status.WOULD_BLOCK;
    }

    private static Status answer(CommandCookie cookie, Outcome outcome) {
        if (outcome.sentence != null) {
            cookie.errorContext(outcome.sentence);
        }
        if (outcome.refusal != null) {
            return cookie.refuse(outcome.refusal);
        }
        if (outcome.status == Status.SUCCESS) {
            cookie.reply().done(cookie);
        }
        return outcome.status;
    }

    private static void apply(Bucket bucket, byte[] json, Outcome outcome) {
        boolean usable = bucket.beginBackgroundCall();
        try {
            if (!usable) {
                outcome.set(Status.TEMPORARY_FAILURE, "The bucket is going away");
            } else if (bucket.collections(json)) {
                outcome.set(Status.SUCCESS, null);
            } else {
                outcome.set(Status.TEMPORARY_FAILURE, "The manifest is in force, but the engine has failed to take it");
            }
        } catch (ManifestException e) {
            switch (e.reason()) {
                case INVALID -> outcome.set(Status.INVALID_ARGUMENTS, e.getMessage());
                case OUT_OF_RANGE -> outcome.set(Status.OUT_OF_RANGE, e.getMessage());
                case CANNOT_APPLY -> {
                    outcome.set(Status.FAILED, e.getMessage());
                    outcome.refusal = Refusal.CANNOT_APPLY_MANIFEST;
                }
            }
        } catch (IOException e) {
            LOG.warn("manifest is not saved: bucket={}", bucket.name(), e);
            outcome.set(Status.TEMPORARY_FAILURE, "The manifest cannot be saved");
        } catch (RuntimeException | Error e) { // Whatever happens here, the command must hear of it.
            LOG.error("manifest is not set: bucket={}", bucket.name(), e);
            outcome.set(Status.FAILED, null);
        } finally {
            bucket.endBackgroundCall();
        }
    }

    // ---- look-ups ---------------------------------------------------------------------------------------------------

    private static Status getManifest(CommandCookie cookie) {
        Manifest manifest = cookie.bucket().collections();
        byte[] json = cookie.access().seesEverything()
                ? manifest.json()
                : manifest.json(scope -> Permission.sees(cookie, scope), collection -> {
                            Scope scope = manifest.scope(collection.scopeId());
                            return scope != null && Permission.sees(cookie, scope, collection);
                        })
                        .getBytes(StandardCharsets.UTF_8);
        cookie.reply().json(cookie, json);
        return Status.SUCCESS;
    }

    private static Status getCollectionId(CommandCookie cookie) {
        String path = path(cookie.request());
        int dot = path.indexOf('.');
        if (dot < 0 || !isName(path.substring(0, dot)) || !isName(path.substring(dot + 1))) {
            cookie.errorContext("Path is not that of a collection (expected: scope.collection)");
            return Status.INVALID_ARGUMENTS;
        }
        Manifest manifest = cookie.bucket().collections();
        Scope scope = manifest.scope(name(path.substring(0, dot)));
        if (scope == null || !Permission.sees(cookie, scope)) {
            return Status.UNKNOWN_SCOPE; // What a client may not see looks like what is not there.
        }
        Collection collection = manifest.collection(scope.name(), name(path.substring(dot + 1)));
        if (collection == null || !Permission.sees(cookie, scope, collection)) {
            return Status.UNKNOWN_COLLECTION;
        }
        cookie.reply().identifier(cookie, manifest.uid(), collection.id());
        return Status.SUCCESS;
    }

    private static Status getScopeId(CommandCookie cookie) {
        String path = path(cookie.request());
        int dot = path.indexOf('.');
        String scopeName = dot < 0 ? path : path.substring(0, dot);
        if (!isName(scopeName) || (dot >= 0 && !isName(path.substring(dot + 1)))) {
            cookie.errorContext("Path is not that of a scope (expected: scope or scope.collection)");
            return Status.INVALID_ARGUMENTS;
        }
        Manifest manifest = cookie.bucket().collections();
        Scope scope = manifest.scope(name(scopeName));
        if (scope == null || !Permission.sees(cookie, scope)) {
            return Status.UNKNOWN_SCOPE;
        }
        cookie.reply().identifier(cookie, manifest.uid(), scope.id());
        return Status.SUCCESS;
    }

    /** From the key or the value, whichever there is; a path that is too long is none, and is not read. */
    private static String path(Request request) {
        boolean key = request.keyLength() > 0;
        int length = key ? request.keyLength() : request.valueLength();
        return length > PATH_LENGTH_MAX
                ? " "
                : new String(
                        request.array(),
                        key ? request.keyOffset() : request.valueOffset(),
                        length,
                        StandardCharsets.ISO_8859_1);
    }

    /** An empty part of a path is the default. */
    private static boolean isName(String part) {
        return part.isEmpty() || CollectionsSpec.isName(part);
    }

    private static String name(String part) {
        return part.isEmpty() ? Collection.DEFAULT_NAME : part;
    }
}
