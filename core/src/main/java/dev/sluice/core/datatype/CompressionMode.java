package dev.sluice.core.datatype;

/** What a bucket makes of compressed values. Protocol: {@code protocol-kv} 18, {@code compression_mode}. */
public enum CompressionMode {
    /** All values are stored inflated. */
    OFF("off"),
    /** Values that come compressed are stored so where that saves enough. */
    PASSIVE("passive"),
    /** As {@link #PASSIVE}, and values that come as they are get compressed where that saves enough. */
    ACTIVE("active");

    private final String text;

    CompressionMode(String text) {
        this.text = text;
    }

    /** As in configurations. */
    public String text() {
        return text;
    }

    /**
     * The mode of this name.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static CompressionMode of(String text) {
        for (CompressionMode mode : values()) {
            if (mode.text.equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("compression mode: " + text + " (expected: off, passive or active)");
    }
}
