/**
 * Files that outlive whatever ends the process. Background threads, as everything here waits for disks.
 */
@NullMarked
package dev.sluice.core.disk;

import org.jspecify.annotations.NullMarked;
