package dev.sluice.core.engine;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the name that somebody who misspelt it probably meant. */
public final class NearestName {

    private NearestName() {}

    /**
     * The known name with the fewest single-letter edits (insertion, deletion, replacement, swap of neighbours) between it
     * and {@code name}, letter case aside; null where that takes more than a third of the letters.
     */
    public static @Nullable String of(String name, Collection<String> known) {
        String nearest = null;
        int edits = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < edits && distance <= Math.max(1, Math.max(name.length(), candidate.length()) / 3)) {
                nearest = candidate;
                edits = distance;
            }
        }
        return nearest;
    }

    /** Optimal string alignment, in three rows of the usual table. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
