/**
 * The commands with which operators and cluster managers run a server: buckets, parameters, configuration. Executors run on
 * the connection's loop; what they begin runs on background threads.
 */
@NullMarked
package dev.sluice.core.management;

import org.jspecify.annotations.NullMarked;
