/**
 * Range scans: what a client may ask, who may go on with a scan, and when one ends. The engine gives a cursor; all else
 * is here.
 */
@NullMarked
package dev.sluice.core.scan;

import org.jspecify.annotations.NullMarked;
