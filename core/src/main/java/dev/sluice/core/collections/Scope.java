package dev.sluice.core.collections;

import java.util.List;

/**
 * One scope of a manifest.
 *
 * @param id unsigned; 0 is the default scope
 * @param name unique in the manifest
 * @param collections by id, ascending
 */
public record Scope(int id, String name, List<Collection> collections) {

    public Scope {
        collections = List.copyOf(collections);
    }

    /** Whether its name begins with an underscore and is not {@code _default}. */
    public boolean system() {
        return Collection.systemName(name);
    }
}
