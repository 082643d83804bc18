/**
 * What operators do while the server runs: buckets created, changed and deleted, and what of that a restart brings back.
 * Any thread; work that takes time is done on background threads.
 */
@NullMarked
package dev.sluice.core.administration;

import org.jspecify.annotations.NullMarked;
