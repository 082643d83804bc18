package dev.sluice.core.auth;

/** What a check of a privilege has come to. */
public enum Verdict {
    OK,
    /** Refused. */
    FAIL,
    /** Refused, and nothing is allowed there at all: what was asked for must look as if it did not exist. */
    FAIL_NO_PRIVILEGES
}
