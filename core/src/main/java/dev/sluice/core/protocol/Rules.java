package dev.sluice.core.protocol;

import static dev.sluice.engine.Datatype.JSON;
import static dev.sluice.engine.Datatype.RAW;
import static dev.sluice.engine.Datatype.SNAPPY;
import static dev.sluice.engine.Datatype.XATTR;

import com.google.errorprone.annotations.Immutable;

/**
 * What the header of a request must look like, for opcodes of one shape. Protocol: {@code protocol-kv} 5.2, the validator
 * matrix; and 1.4 for what framing extras an opcode can take.
 *
 * @param extrasLengths bit n is set where extras of n bytes are legal
 * @param key whether there must be a key
 * @param value whether there must be a value
 * @param cas what the header's CAS must be
 * @param datatypes the datatype bits that are legal
 * @param documentKey whether the key is a document's, and not a name; where collections were negotiated, its collection's
 *     id stands before it
 * @param durable whether the framing extra for durability is legal
 * @param preservesTtl whether the framing extra for keeping the expiry is legal
 * @param isQuiet whether the dull answer is left out
 */
@Immutable
record Rules(
        long extrasLengths,
        Part key,
        Part value,
        CasRule cas,
        int datatypes,
        boolean documentKey,
        boolean durable,
        boolean preservesTtl,
        boolean isQuiet) {

    /** Whether a part of the body must, may or must not be there. */
    enum Part {
        REQUIRED,
        OPTIONAL,
        FORBIDDEN
    }

    /** What the CAS of a request must be. */
    enum CasRule {
        ZERO,
        NOT_ZERO,
        ANY
    }

    private static final Rules NOTHING =
            new Rules(1, Part.FORBIDDEN, Part.FORBIDDEN, CasRule.ZERO, RAW, false, false, false, false);

    static final Rules EMPTY = NOTHING;
    static final Rules RETRIEVAL = NOTHING.extras(0).documentKey(Part.FORBIDDEN);
    static final Rules STORE = NOTHING.extras(8)
            .documentKey(Part.OPTIONAL)
            .anyCas()
            .datatypes(JSON | SNAPPY)
            .takesDurability()
            .takesPreserveTtl();
    static final Rules ADD = NOTHING.extras(8)
            .documentKey(Part.OPTIONAL)
            .datatypes(JSON | SNAPPY)
            .takesDurability();
    static final Rules DELETE = NOTHING.documentKey(Part.FORBIDDEN).anyCas().takesDurability();
    static final Rules ARITHMETIC =
            NOTHING.extras(20).documentKey(Part.FORBIDDEN).takesDurability().takesPreserveTtl();
    static final Rules CONCATENATION = NOTHING.documentKey(Part.OPTIONAL)
            .anyCas()
            .datatypes(JSON | SNAPPY)
            .takesDurability()
            .takesPreserveTtl();
    static final Rules TOUCH = NOTHING.extras(4).documentKey(Part.FORBIDDEN).takesDurability();
    static final Rules GET_LOCKED = NOTHING.extras(0, 4).documentKey(Part.FORBIDDEN);
    static final Rules UNLOCK_KEY = NOTHING.documentKey(Part.FORBIDDEN).cas(CasRule.NOT_ZERO);
    static final Rules FLUSH = NOTHING.extras(0, 4);
    static final Rules STAT = NOTHING.name(Part.OPTIONAL, Part.OPTIONAL).datatypes(JSON);
    static final Rules VERBOSITY = NOTHING.extras(4);
    static final Rules HELLO = NOTHING.name(Part.OPTIONAL, Part.OPTIONAL);
    static final Rules SASL = NOTHING.name(Part.REQUIRED, Part.OPTIONAL);
    static final Rules DROP_PRIVILEGE = NOTHING.name(Part.REQUIRED, Part.FORBIDDEN);
    static final Rules SELECT_BUCKET =
            NOTHING.name(Part.OPTIONAL, Part.FORBIDDEN).anyCas();
    static final Rules SET_MANIFEST = NOTHING.name(Part.FORBIDDEN, Part.REQUIRED);
    static final Rules COLLECTION_PATH = NOTHING.name(Part.OPTIONAL, Part.OPTIONAL);
    static final Rules IFCONFIG = NOTHING.name(Part.REQUIRED, Part.OPTIONAL).datatypes(JSON);
    static final Rules RANGE_SCAN_CREATE =
            NOTHING.name(Part.FORBIDDEN, Part.REQUIRED).datatypes(JSON);
    static final Rules RANGE_SCAN_CONTINUE = NOTHING.extras(28);
    static final Rules RANGE_SCAN_CANCEL = NOTHING.extras(16);

    static final Rules CREATE_BUCKET =
            NOTHING.name(Part.REQUIRED, Part.REQUIRED).anyCas();
    static final Rules DELETE_BUCKET =
            NOTHING.name(Part.REQUIRED, Part.OPTIONAL).anyCas();
    static final Rules NAMED_BUCKET = NOTHING.name(Part.OPTIONAL, Part.FORBIDDEN);
    static final Rules CONFIG_VALIDATE = NOTHING.name(Part.FORBIDDEN, Part.REQUIRED);
    static final Rules IOCTL_SET = NOTHING.name(Part.REQUIRED, Part.OPTIONAL);
    static final Rules SET_PARAM = NOTHING.extras(4).name(Part.REQUIRED, Part.REQUIRED);
    static final Rules LIMIT_INGRESS = NOTHING.extras(2).name(Part.REQUIRED, Part.FORBIDDEN);
    static final Rules GET_CMD_TIMER = NOTHING.extras(1).name(Part.OPTIONAL, Part.FORBIDDEN);
    static final Rules SET_CTRL_TOKEN = NOTHING.extras(8).anyCas();
    static final Rules GET_ERROR_MAP = NOTHING.name(Part.FORBIDDEN, Part.REQUIRED);
    static final Rules GET_CLUSTER_CONFIG = NOTHING.extras(0, 16);
    static final Rules SET_CLUSTER_CONFIG =
            NOTHING.extras(16).name(Part.OPTIONAL, Part.REQUIRED).datatypes(JSON);
    static final Rules SET_VBUCKET =
            NOTHING.extras(1).name(Part.FORBIDDEN, Part.OPTIONAL).datatypes(JSON);
    static final Rules GET_VBUCKET = NOTHING.name(Part.OPTIONAL, Part.FORBIDDEN);
    static final Rules DEL_VBUCKET = NOTHING.name(Part.FORBIDDEN, Part.OPTIONAL);

    static final Rules GET_META = NOTHING.extras(0, 1).documentKey(Part.FORBIDDEN);
    static final Rules WITH_META =
            NOTHING.extras(24, 26, 28, 30).documentKey(Part.OPTIONAL).anyCas().datatypes(JSON | SNAPPY | XATTR);
    static final Rules MUTATE_WITH_META =
            NOTHING.extras(4).documentKey(Part.REQUIRED).anyCas().datatypes(JSON | SNAPPY | XATTR);
    static final Rules RETURN_META =
            NOTHING.extras(12).documentKey(Part.OPTIONAL).anyCas();
    static final Rules GET_KEYS = NOTHING.extras(0, 4).documentKey(Part.FORBIDDEN);
    static final Rules GET_RANDOM_KEY = NOTHING.extras(0, 4, 5);
    static final Rules OBSERVE = NOTHING.name(Part.FORBIDDEN, Part.REQUIRED);
    static final Rules OBSERVE_SEQNO =
            NOTHING.name(Part.FORBIDDEN, Part.REQUIRED).anyCas();
    static final Rules GET_ALL_VB_SEQNOS = NOTHING.extras(0, 4, 8);
    static final Rules GET_FAILOVER_LOG = NOTHING.anyCas();
    static final Rules SEQNO_PERSISTENCE = NOTHING.extras(8);
    static final Rules COMPACT_DB =
            NOTHING.extras(24).name(Part.FORBIDDEN, Part.OPTIONAL).datatypes(JSON);

    /** What stands in extras and value, and which of it a look-up takes, is for {@link SubdocReader} to say, in its order. */
    static final Rules SUBDOC_LOOKUP =
            NOTHING.extras(3, 4, 7, 8, 11, 12).documentKey(Part.OPTIONAL).anyCas();

    static final Rules SUBDOC_MUTATION = SUBDOC_LOOKUP.takesDurability().takesPreserveTtl();
    static final Rules SUBDOC_MULTI_LOOKUP =
            NOTHING.extras(0, 1).documentKey(Part.OPTIONAL).anyCas();
    static final Rules SUBDOC_MULTI_MUTATION = NOTHING.extras(0, 1, 4, 5, 8, 9)
            .documentKey(Part.OPTIONAL)
            .anyCas()
            .takesDurability()
            .takesPreserveTtl();

    /** The protocol knows the opcode, Sluice does not serve it today: NOT_SUPPORTED. */
    static final Rules NOT_SERVED =
            new Rules(~0L, Part.OPTIONAL, Part.OPTIONAL, CasRule.ANY, JSON | SNAPPY, false, false, false, false);

    /** The protocol has given the opcode up: NOT_SUPPORTED. */
    static final Rules REMOVED =
            new Rules(0L, Part.OPTIONAL, Part.OPTIONAL, CasRule.ANY, JSON | SNAPPY, false, false, false, false);

    private Rules extras(int... lengths) {
        long bits = 0;
        for (int length : lengths) {
            bits |= 1L << length;
        }
        return new Rules(bits, key, value, cas, datatypes, documentKey, durable, preservesTtl, isQuiet);
    }

    private Rules documentKey(Part value) {
        return new Rules(extrasLengths, Part.REQUIRED, value, cas, datatypes, true, durable, preservesTtl, isQuiet);
    }

    private Rules name(Part key, Part value) {
        return new Rules(extrasLengths, key, value, cas, datatypes, false, durable, preservesTtl, isQuiet);
    }

    private Rules cas(CasRule cas) {
        return new Rules(extrasLengths, key, value, cas, datatypes, documentKey, durable, preservesTtl, isQuiet);
    }

    private Rules anyCas() {
        return cas(CasRule.ANY);
    }

    private Rules datatypes(int datatypes) {
        return new Rules(extrasLengths, key, value, cas, datatypes, documentKey, durable, preservesTtl, isQuiet);
    }

    private Rules takesDurability() {
        return new Rules(extrasLengths, key, value, cas, datatypes, documentKey, true, preservesTtl, isQuiet);
    }

    private Rules takesPreserveTtl() {
        return new Rules(extrasLengths, key, value, cas, datatypes, documentKey, durable, true, isQuiet);
    }

    /** The same shape for a quiet opcode. Quiet opcodes take no durability: their client would not hear of the outcome. */
    Rules quiet() {
        return new Rules(extrasLengths, key, value, cas, datatypes, documentKey, false, preservesTtl, true);
    }

    boolean extrasLegal(int length) {
        return length < Long.SIZE && (extrasLengths & (1L << length)) != 0;
    }
}
