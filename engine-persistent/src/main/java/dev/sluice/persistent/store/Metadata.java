package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentView;

/**
 * All of a document but its value.
 *
 * @param document without a value
 * @param valueLength how long the value is
 */
public record Metadata(DocumentView document, int valueLength) {}
