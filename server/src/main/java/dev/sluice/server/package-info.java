/**
 * The process: command line, start and stop, background threads, and the wiring of it all. It knows no engine by name.
 * Everything here runs on the thread that starts or stops the server.
 */
@NullMarked
package dev.sluice.server;

import org.jspecify.annotations.NullMarked;
