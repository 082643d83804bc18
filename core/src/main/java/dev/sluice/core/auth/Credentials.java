package dev.sluice.core.auth;

import org.jspecify.annotations.Nullable;

/** Whose password is good. Asked by exchanges, on background threads; has an answer of the same shape for everybody. */
interface Credentials {

    /** What a SCRAM of this user is checked against. Of a user that does not exist, something that nothing fits. */
    ScramCredential scram(ScramVariant variant, String user);

    /** Whether a password in clear text is this user's. Takes as long for an unknown user as for most. */
    boolean matches(String user, byte[] password);

    /**
     * The last look at who has shown a password.
     *
     * @param matches whether it was the user's
     * @return why the login is refused all the same, for the log; null where nothing speaks against it
     */
    @Nullable
    String refusal(String user, boolean matches);
}
