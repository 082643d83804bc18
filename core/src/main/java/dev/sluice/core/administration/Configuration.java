package dev.sluice.core.administration;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The server's configuration file, for whoever manages the server through it. On background threads; waits. */
public interface Configuration {

    /**
     * Checks a text as if it were the file. Nothing changes.
     *
     * @return every mistake, one each; empty for a text that the server would start from
     */
    List<String> validate(String json);

    /**
     * Reads the file again and does what can be done while the server runs; what cannot is logged. A file with mistakes
     * changes nothing.
     *
     * @return completes with every mistake, one each; empty where there was none
     */
    CompletableFuture<List<String>> reload();
}
