/**
 * Who a client is and what it may do: SASL on the JDK's cryptography, users, privileges and their check. Knows neither
 * connections nor buckets, only names. What is hashed runs on background threads, what a connection keeps belongs to its
 * loop, and users and rights are immutable.
 */
@NullMarked
package dev.sluice.core.auth;

import org.jspecify.annotations.NullMarked;
