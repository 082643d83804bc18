/**
 * Paths into JSON documents: finding what a path names, and editing it. Pure functions over byte arrays, for any thread,
 * that know nothing of commands, documents' metadata or connections. A document is walked as a stream and edited by
 * splicing its bytes, so what an edit does not touch stays as it was, byte for byte; no tree of it is built.
 */
@NullMarked
package dev.sluice.core.subdoc;

import org.jspecify.annotations.NullMarked;
