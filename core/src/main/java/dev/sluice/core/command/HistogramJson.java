package dev.sluice.core.command;

import dev.sluice.core.statistics.CommandTimings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Timings as an object for JSON.
 *
 * <pre>
 *   {"total": 3,                        how many within the limit
 *    "bucketsLow": 0,                   where the first bucket begins, in microseconds
 *    "data": [[7, 2, 66.6], [15, 1, 100.0]],  for each bucket with something in it: the end of it, how many, percentile
 *    "max_trackable_value": 60000000,   the limit
 *    "overflowed": 0, "overflowed_sum": 0}     how many were beyond it, and their sum
 * </pre>
 */
public final class HistogramJson {

    private HistogramJson() {}

    /** The sum of what several loops have recorded. */
    public static Map<String, Object> of(List<CommandTimings.Sum> parts) {
        CommandTimings.Sum sum = new CommandTimings.Sum();
        parts.forEach(sum::add);
        Histogram histogram = sum.histogram();
        List<List<Object>> data = new ArrayList<>();
        long low = 0;
        for (HistogramIterationValue value : histogram.recordedValues()) {
            if (data.isEmpty()) {
                low = histogram.lowestEquivalentValue(value.getValueIteratedTo());
            }
            data.add(List.of(
                    value.getValueIteratedTo(),
                    value.getCountAtValueIteratedTo(),
                    value.getPercentileLevelIteratedTo()));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total", histogram.getTotalCount());
        json.put("bucketsLow", low);
        json.put("data", data);
        json.put("max_trackable_value", CommandTimings.MICROS_MAX);
        json.put("overflowed", sum.overflows());
        json.put("overflowed_sum", sum.overflowMicros());
        return json;
    }
}
