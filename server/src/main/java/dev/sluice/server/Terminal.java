package dev.sluice.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where somebody types a password that nobody sees. */
interface Terminal {

    /** One line, without what ends it; null where there is none any more. The caller's, to be overwritten. */
    char @Nullable [] password(String prompt) throws IOException;
}
