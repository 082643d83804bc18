package dev.sluice.memory.table;

import dev.sluice.engine.BucketConfiguration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The shares of a bucket's quota at which something happens; see {@link WatermarkQuota}. Each is between 0 and 1.
 *
 * @param low where freeing ends
 * @param high where it begins
 * @param mutation what no store may push memory use past
 */
public record Watermarks(double low, double high, double mutation) {

    /** Key of the configuration for {@link #low}. */
    public static final String LOW = "lowWatermark";

    /** Key of the configuration for {@link #high}. */
    public static final String HIGH = "highWatermark";

    /** Key of the configuration for {@link #mutation}. */
    public static final String MUTATION = "mutationMemoryRatio";

    public static Watermarks of(BucketConfiguration configuration) {
        return new Watermarks(configuration.ratio(LOW), configuration.ratio(HIGH), configuration.ratio(MUTATION));
    }

    /** What is wrong between values that are right each for itself: what would be right, by the key that is to blame. */
    public Map<String, String> contradictions() {
        Map<String, String> contradictions = new TreeMap<>();
        if (low > high) {
            contradictions.put(LOW, "at most highWatermark, " + high);
        }
        if (high > mutation) {
            contradictions.put(HIGH, "at most mutationMemoryRatio, " + mutation);
        }
        return contradictions;
    }

    /** The same in words for an operator; empty if nothing is wrong. */
    public String contradiction() {
        return contradictions().entrySet().stream()
                .map(wrong -> wrong.getKey() + ": " + (wrong.getKey().equals(LOW) ? low : high) + " (expected: "
                        + wrong.getValue() + ")")
                .collect(Collectors.joining("; "));
    }
}
