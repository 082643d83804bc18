package dev.sluice.persistent.store;

/** How much of a document is wanted. */
public enum Content {
    /** Key and metadata; the view's value is empty. Read without touching values where documents are found by key. */
    METADATA,
    /** With the value. */
    WHOLE
}
