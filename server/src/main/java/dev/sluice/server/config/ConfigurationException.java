package dev.sluice.server.config;

import java.util.List;

/** A configuration that the server does not start from, with everything that is wrong with it. */
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    private final List<String> mistakes;

    ConfigurationException(String source, List<String> mistakes) {
        super(source + ": " + mistakes.size() + (mistakes.size() == 1 ? " mistake" : " mistakes") + "\n  "
                + String.join("\n  ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** One line for each mistake: where (line and column, JSON path), what was found, what was expected. */
    public List<String> mistakes() {
        return mistakes;
    }
}
