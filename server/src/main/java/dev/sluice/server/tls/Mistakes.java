package dev.sluice.server.tls;

/** Who is told what is wrong with the TLS settings or with the files that they name. */
@FunctionalInterface
public interface Mistakes {

    /**
     * One mistake.
     *
     * @param key the setting that it is about
     * @param found what is there; names files, never their content
     * @param expected what would be right
     */
    void add(String key, String found, String expected);
}
