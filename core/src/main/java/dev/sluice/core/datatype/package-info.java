/**
 * What the bytes of a value are: JSON detection, Snappy's block format, the section of extended attributes in front of a
 * body, and which of these a connection gets to see. Pure functions over arrays, for any thread; what takes long says so.
 */
@NullMarked
package dev.sluice.core.datatype;

import org.jspecify.annotations.NullMarked;
