/**
 * Documents in memory, for every engine of the house that keeps some: what a document is, how it is found, in which order
 * it changed, and what commands do with it. An engine extends {@link dev.sluice.memory.table.VBucketCore} by what becomes of
 * the changes.
 *
 * <p>Reading order: {@link dev.sluice.memory.table.Documents} (what a document is), {@link
 * dev.sluice.memory.table.DocumentTable} (how it is found), {@link dev.sluice.memory.table.SeqnoLog} (the order of changes),
 * {@link dev.sluice.memory.table.VBucketCore} (what joins them under one lock), {@link dev.sluice.memory.table.Mutations}
 * (what commands do with it), {@link dev.sluice.memory.table.Sweep} (walks over everything).
 *
 * <p>Not for plugins: it changes with the engines that are built on it.
 */
@NullMarked
package dev.sluice.memory.table;

import org.jspecify.annotations.NullMarked;
