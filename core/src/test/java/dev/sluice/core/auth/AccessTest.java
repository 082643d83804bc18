package dev.sluice.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Roles and checks. Protocol: {@code auth} 6. */
class AccessTest {

    private static final Place AIRPORT = new Place("inventory", "airport");
    private static final Place HOTEL = new Place("inventory", "hotel");
    private static final Place INVENTORY = new Place("inventory", null);
    private static final Place ELSEWHERE = new Place("other", "c");

    private static Access access(@Nullable String bucket, String... roles) {
        return Access.of(new User("u", Map.of(), User.NEVER, Roles.expand(List.of(roles))), 1)
                .in(bucket);
    }

    @Test
    void nobody_mayNothing_butIsToldThatThereIsNoBucket() {
        assertThat(Access.NOBODY.has(Privilege.STATS)).isFalse();
        assertThat(Access.NOBODY.in("b").has(Privilege.READ)).isFalse();
        assertThat(Access.NOBODY.mayUse("b")).isFalse();
    }

    @Test
    void admin_mayEverything_everywhere() {
        Access admin = access("any", "admin");
        for (Privilege privilege : Privilege.values()) {
            assertThat(admin.has(privilege)).as(privilege.spelling()).isTrue();
            assertThat(admin.plain() & privilege.bit()).isNotZero();
            if (privilege.level() == Privilege.Level.COLLECTION) {
                assertThat(admin.check(privilege, new Place("_system", "_query")))
                        .isEqualTo(Verdict.OK);
            }
        }
    }

    @Test
    void data_readsAndWritesDocuments_andNothingElse() {
        Access data = access("b", "data:b");
        assertThat(data.has(Privilege.READ)).isTrue();
        assertThat(data.has(Privilege.UPSERT)).isTrue();
        assertThat(data.has(Privilege.DELETE)).isTrue();
        assertThat(data.has(Privilege.META_WRITE)).isFalse();
        assertThat(data.has(Privilege.NODE_SUPERVISOR)).isFalse();
        assertThat(data.check(Privilege.SYSTEM_COLLECTION_LOOKUP, new Place("_system", "x")))
                .isEqualTo(Verdict.FAIL);
        assertThat(data.mayUse("b")).isTrue();
        assertThat(data.mayUse("c")).isFalse();
        assertThat(data.in("c").has(Privilege.READ)).isFalse();
        assertThat(access("b", "data-read:b").has(Privilege.UPSERT)).isFalse();
        assertThat(access("b", "data-write:b").has(Privilege.READ)).isFalse();
    }

    @Test
    void withoutABucket_bucketLevelChecksPass_butNotGlobalOnesNorDroppedOnes() {
        Access none = access(null, "data-read:b");
        assertThat(none.has(Privilege.UPSERT)).isTrue();
        assertThat(none.plain() & Privilege.UPSERT.bit()).isNotZero();
        assertThat(none.has(Privilege.STATS)).isFalse();
        assertThat(none.without(Privilege.UPSERT).has(Privilege.UPSERT)).isFalse();
    }

    /** Step 3 of the check, line by line. */
    @Test
    void mostSpecificEntry_decides() {
        Rights rights = Roles.expand(List.of("data-read:b.inventory.hotel", "data-write:b.inventory", "stats:b"));
        Access access =
                Access.of(new User("u", Map.of(), User.NEVER, rights), 1).in("b");

        assertThat(access.check(Privilege.READ, null)).as("bucket").isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.SIMPLE_STATS, null)).isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.READ, HOTEL)).as("collection listed").isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.META_WRITE, HOTEL)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.UPSERT, AIRPORT)).as("scope listed").isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.READ, AIRPORT)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.READ, INVENTORY)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.SIMPLE_STATS, ELSEWHERE))
                .as("scope not listed")
                .isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.READ, ELSEWHERE))
                .as("something elsewhere")
                .isEqualTo(Verdict.FAIL);
        assertThat(access.plain() & Privilege.READ.bit()).as("the fast answer").isZero();
        assertThat(access.hasAnywhere(Privilege.READ)).isTrue();
        assertThat(access.hasAnywhere(Privilege.META_WRITE)).isFalse();
    }

    @Test
    void whereNothingIsGranted_nothingExists() {
        Access access = access("b", "data-read:b.inventory.hotel");
        assertThat(access.check(Privilege.READ, HOTEL)).isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.UPSERT, HOTEL)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.READ, AIRPORT)).isEqualTo(Verdict.FAIL_NO_PRIVILEGES);
        assertThat(access.check(Privilege.READ, INVENTORY)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.READ, ELSEWHERE)).isEqualTo(Verdict.FAIL_NO_PRIVILEGES);
        assertThat(access.sees(HOTEL)).isTrue();
        assertThat(access.sees(INVENTORY)).isTrue();
        assertThat(access.sees(AIRPORT)).isFalse();
        assertThat(access.sees(ELSEWHERE)).isFalse();
        assertThat(access.mayUse("b")).isTrue();
    }

    /** As the entries stand in the reference: what a scope lists replaces what its bucket lists. */
    @Test
    void entry_replacesTheWiderOne() {
        Grants grants = new Grants(
                Privilege.mask(Privilege.READ),
                Map.of("s", new Grants.ScopeGrants(Privilege.mask(Privilege.UPSERT), Map.of("c", 0L))));
        assertThat(grants.check(Privilege.READ, new Place("s", "x"))).isEqualTo(Verdict.FAIL);
        assertThat(grants.check(Privilege.READ, new Place("s", "c"))).isEqualTo(Verdict.FAIL);
        assertThat(grants.check(Privilege.READ, new Place("t", "x"))).isEqualTo(Verdict.OK);
        Grants empty = new Grants(0, Map.of("s", new Grants.ScopeGrants(0, Map.of())));
        assertThat(empty.check(Privilege.READ, new Place("s", "x"))).isEqualTo(Verdict.FAIL_NO_PRIVILEGES);
        assertThat(empty.check(Privilege.READ, new Place("s", null))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void roles_addUp() {
        Access access = access("b", "data-read:*", "data-write:b.inventory.hotel");
        assertThat(access.check(Privilege.READ, HOTEL)).isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.UPSERT, HOTEL)).isEqualTo(Verdict.OK);
        assertThat(access.check(Privilege.UPSERT, AIRPORT)).isEqualTo(Verdict.FAIL);
        assertThat(access.check(Privilege.READ, AIRPORT)).isEqualTo(Verdict.OK);
        assertThat(access.has(Privilege.READ)).isTrue();
    }

    @Test
    void dropped_staysDropped_alsoWhenTheUsersAreReadAnew() {
        Access access = access("b", "admin")
                .without(Privilege.READ)
                .renewed(Rights.ALL, 2)
                .in("c");
        assertThat(access.has(Privilege.READ)).isFalse();
        assertThat(access.plain() & Privilege.READ.bit()).isZero();
        assertThat(access.hasAnywhere(Privilege.READ)).isFalse();
        assertThat(access.has(Privilege.UPSERT)).isTrue();
    }

    @Test
    void whoActsForAnother_mayWhatBothMay_andWhatIsLent() {
        Access own = access("b", "admin").without(Privilege.DELETE);
        Access both = own.actingFor("app", Roles.expand(List.of("data-read:b")), Privilege.mask(Privilege.META_WRITE));
        assertThat(both.has(Privilege.READ)).isTrue();
        assertThat(both.has(Privilege.UPSERT)).isFalse();
        assertThat(both.has(Privilege.META_WRITE)).as("lent").isTrue();
        assertThat(both.plain() & Privilege.mask(Privilege.READ, Privilege.UPSERT, Privilege.META_WRITE))
                .isEqualTo(Privilege.mask(Privilege.READ, Privilege.META_WRITE));
        assertThat(both.has(Privilege.STATS)).isFalse();
        Access reader = access("b", "data-read:b");
        assertThat(reader.actingFor("root", Rights.ALL, Privilege.mask(Privilege.UPSERT))
                        .has(Privilege.UPSERT))
                .isFalse();
        Access shutOut = access("b", "admin").actingFor("x", Roles.expand(List.of("data:c", "privilege:Stats")), 0);
        assertThat(shutOut.has(Privilege.READ)).isFalse();
        assertThat(shutOut.has(Privilege.STATS)).as("nothing at all").isFalse();
    }

    @Test
    void systemPlaces_beginWithAnUnderscore_butForTheDefault() {
        assertThat(Place.DEFAULT.system()).isFalse();
        assertThat(new Place("_system", "x").system()).isTrue();
        assertThat(new Place("s", "_query").system()).isTrue();
        assertThat(new Place("s", "_default").system()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "read-only-admin",
                "supervisor",
                "bucket-admin:*",
                "data:b",
                "data:b.s.c",
                "data:`a.b`.s",
                "data-read:a%b",
                "stats:*",
                "meta:b",
                "system:b._system",
                "replication:b",
                "privilege:Impersonate",
                "privilege:Read:b.s",
                "privilege:DcpProducer:b"
            })
    void role_isOne(String role) {
        assertThat(Roles.mistake(role)).isNull();
    }

    @ParameterizedTest
    @MethodSource("wrongRoles")
    void role_isNone(String role, String expected) {
        assertThat(Roles.mistake(role)).isNotNull().contains(expected);
        assertThatThrownBy(() -> Roles.expand(List.of(role))).hasMessageContaining(expected);
    }

    /** All names that a manifest allows can stand in a role. */
    @Test
    void names_areThoseOfManifests() {
        for (String name : List.of("price$eur", "_x", "%-", "a$")) {
            Place place = new Place(name, name);
            assertThat(access("b", "data:b." + name + "." + name).check(Privilege.READ, place))
                    .as(name)
                    .isEqualTo(Verdict.OK);
        }
        assertThat(Roles.mistake("data:b.$s")).isNotNull();
        assertThat(Roles.mistake("data:b.s.$c")).isNotNull();
        assertThat(Roles.mistake("data:b$.s.c")).isNotNull();
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> wrongRoles() {
        return Stream.of(
                        new String[] {"", "admin"},
                        new String[] {"administrator", "admin"},
                        new String[] {"admin:b", "admin alone"},
                        new String[] {"data", "data:BUCKET"},
                        new String[] {"data:", "data:BUCKET"},
                        new String[] {"data:*.s", "data:BUCKET"},
                        new String[] {"data:b.s.c.d", "data:BUCKET"},
                        new String[] {"data:b..c", "data:BUCKET"},
                        new String[] {"replication:b.s", "replication:BUCKET"},
                        new String[] {"bucket-admin:b.s", "bucket-admin:BUCKET"},
                        new String[] {"privilege", "privilege:NAME"},
                        new String[] {"privilege:read:b", "privilege:NAME"},
                        new String[] {"privilege:Read", "privilege:Read:BUCKET"},
                        new String[] {"privilege:Stats:b", "privilege:Stats alone"},
                        new String[] {"privilege:DcpProducer:b.s", "privilege:DcpProducer:BUCKET"})
                .map(pair -> org.junit.jupiter.params.provider.Arguments.of((Object[]) pair));
    }

    @Test
    void bucketWithADot_standsInBackticks() {
        assertThat(access("a.b", "data-read:`a.b`").has(Privilege.READ)).isTrue();
        assertThat(access("a.b", "data-read:a.b").has(Privilege.READ)).isFalse();
        assertThat(access("a", "data-read:a.b").check(Privilege.READ, new Place("b", "c")))
                .isEqualTo(Verdict.OK);
    }
}
