package dev.sluice.core.datatype;

/** Which extended attributes are meant. */
public enum Xattrs {
    NONE,
    /** Those of users: all whose key does not begin with {@code _}. */
    USER,
    /** Those of the system: their key begins with {@code _}. They outlive their document. */
    SYSTEM,
    ALL
}
