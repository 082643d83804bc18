/**
 * Finding engines and checking their settings: the class path and {@code plugins/} searched for providers, each plugin in
 * a class loader of its own, and what a configuration says held against what was declared. Runs on the thread that starts
 * the server, or on a background thread when a bucket is created later; nothing here is on the request path.
 */
@NullMarked
package dev.sluice.core.engine;

import org.jspecify.annotations.NullMarked;
