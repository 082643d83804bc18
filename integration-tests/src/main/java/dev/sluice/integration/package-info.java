/**
 * Rules about the whole, and tests that use the server from outside.
 */
@NullMarked
package dev.sluice.integration;

import org.jspecify.annotations.NullMarked;
