package dev.sluice.core.auth;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The users of the configuration, as they were read once. Immutable. */
public final class Users {

    /** As the reference's tools; a login costs the client as much. */
    public static final int ITERATIONS_DEFAULT = 15_000;

    public static final Users NONE = new Users(java.util.List.of());

    private final Map<String, User> byName = new HashMap<>();
    private final int usualIterations;

    public Users(Collection<User> users) {
        Map<Integer, Integer> votes = new HashMap<>();
        for (User user : users) {
            byName.put(user.name(), user);
            user.credentials().values().forEach(c -> votes.merge(c.iterations(), 1, Integer::sum));
        }
        this.usualIterations = votes.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(ITERATIONS_DEFAULT);
    }

    @Nullable
    User user(String name) {
        return byName.get(name);
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    public int size() {
        return byName.size();
    }

    /** What most of the users have, and so what an unknown one is given: it must not stand out. */
    int usualIterations() {
        return usualIterations;
    }
}
