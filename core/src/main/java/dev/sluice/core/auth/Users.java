package dev.sluice.core.auth;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The users of the configuration, as they were read once. Immutable. */
public final class Users {

    /** As the reference's tools; a login costs the client as much. */
    public static final int ITERATIONS_DEFAULT = 15_000;

    public static final Users NONE = new Users(List.of());

    private final Map<String, User> byName = new HashMap<>();
    private final Map<ScramVariant, Integer> usualIterations = new EnumMap<>(ScramVariant.class);
    private final ScramVariant usualStrongest;

    public Users(Collection<User> users) {
        users.forEach(user -> byName.put(user.name(), user));
        for (ScramVariant variant : ScramVariant.values()) {
            Stream<Integer> iterations = byName.values().stream()
                    .map(user -> user.credentials().get(variant))
                    .filter(Objects::nonNull)
                    .map(ScramCredential::iterations);
            usualIterations.put(variant, mostFrequent(iterations, ITERATIONS_DEFAULT));
        }
        this.usualStrongest = mostFrequent(
                byName.values().stream().map(User::strongest).filter(Objects::nonNull), ScramVariant.SHA512);
    }

    /** Of several that are as frequent, the largest. */
    private static <T extends Comparable<? super T>> T mostFrequent(Stream<T> values, T ifNone) {
        return values.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                .max(Map.Entry.<T, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(ifNone);
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

    /** What most of the users have that can log in by a SCRAM, and so what an unknown one is given: it must not stand out. */
    int usualIterations(ScramVariant variant) {
        return Objects.requireNonNull(usualIterations.get(variant));
    }

    /** By which SCRAM's credential the password of most users is checked, and so that of an unknown one. */
    ScramVariant usualStrongest() {
        return usualStrongest;
    }
}
