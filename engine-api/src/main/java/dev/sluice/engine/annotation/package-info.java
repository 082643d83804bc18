/**
 * Annotations that document the SPI: how stable a type is and which thread may call a method. They change nothing at
 * run time.
 */
@NullMarked
package dev.sluice.engine.annotation;

import org.jspecify.annotations.NullMarked;
