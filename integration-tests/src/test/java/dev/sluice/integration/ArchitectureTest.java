package dev.sluice.integration;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The drawing of the house, as rules: which module may know which, and what nobody may use. */
class ArchitectureTest {

    private static final String API = "dev.sluice.engine..";
    private static final String TESTKIT = "dev.sluice.testkit..";
    private static final String MEMORY = "dev.sluice.memory..";
    private static final String PERSISTENT = "dev.sluice.persistent..";
    private static final String CORE = "dev.sluice.core..";
    private static final String SERVER = "dev.sluice.server..";

    private static final String[] ANNOTATIONS = {"org.jspecify.annotations..", "com.google.errorprone.annotations.."};

    /** Classes that may call {@link Thread#sleep}, by full name. Each needs a reason beside it. */
    private static final Set<String> MAY_SLEEP = Set.of();

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sluice");

    @Test
    void everyModuleIsRead() {
        for (String root : List.of(API, TESTKIT, MEMORY, PERSISTENT, CORE, SERVER)) {
            assertThat(HOUSE.stream().filter(resideInAPackage(root))).as(root).isNotEmpty();
        }
    }

    @Nested
    class Arrows {

        @Test
        void engineApi_seesTheJdkAndAnnotationsOnly() {
            check(only(API));
        }

        @Test
        void testkit_seesTheEngineApiAndTestLibrariesOnly() {
            check(only(TESTKIT, API, "org.junit.jupiter.api..", "org.opentest4j..", "org.assertj.core.."));
        }

        /** The package of the JDK tells how large an object is on this heap. */
        @Test
        void memoryEngine_seesTheEngineApiOnly() {
            check(only(MEMORY, API, "com.sun.management.."));
        }

        /** It may build on the memory engine's hash table; of the house it sees nothing else. */
        @Test
        void persistentEngine_seesTheEngineApiAndTheMemoryEngineOnly() {
            check(noClasses()
                    .that()
                    .resideInAPackage(PERSISTENT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(TESTKIT, CORE, SERVER, "io.netty..", "com.google.inject..", "com.fasterxml.."));
        }

        /** A native object that is used after its end is the end of the process: one package answers for all of them. */
        @Test
        void rocksdb_isSeenByOnePackageOnly() {
            check(noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.sluice.persistent.store.rocks..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.rocksdb.."));
        }

        @Test
        void core_seesNoEngineAndNoServer() {
            check(noClasses()
                    .that()
                    .resideInAPackage(CORE)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            TESTKIT, MEMORY, PERSISTENT, SERVER, "com.google.inject..", "jakarta.inject.."));
        }

        @Test
        void core_takesBuffersFromNettyAndNothingElse() {
            DescribedPredicate<JavaClass> otherNetty = resideInAPackage("io.netty..")
                    .and(DescribedPredicate.not(
                            JavaClass.Predicates.resideInAnyPackage("io.netty.buffer..", "io.netty.util..")))
                    .as("are Netty's, other than buffers and their helpers");
            check(noClasses().that().resideInAPackage(CORE).should().dependOnClassesThat(otherNetty));
        }

        @Test
        void server_knowsNoEngineByName() {
            check(noClasses()
                    .that()
                    .resideInAPackage(SERVER)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(TESTKIT, MEMORY, PERSISTENT));
        }

        @Test
        void packages_haveNoCycles() {
            check(slices().matching("dev.sluice.(**)").should().beFreeOfCycles());
        }
    }

    @Nested
    class Bans {

        /** Netty's memcache codec reads lengths as signed, so long keys and extras misparse. */
        @Test
        void nettysMemcacheCodec_isNotUsed() {
            check(noClasses().should().dependOnClassesThat().resideInAPackage("io.netty.handler.codec.memcache.."));
        }

        /** Netty's Snappy encoder corrupts large values silently. */
        @Test
        void nettysSnappy_isNotUsed() {
            check(noClasses()
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("io\\.netty\\.handler\\.codec\\.compression\\.Snappy.*"));
        }

        @Test
        void nobodySleeps() {
            DescribedPredicate<JavaClass> others =
                    describe("are not named in MAY_SLEEP", c -> !MAY_SLEEP.contains(outermost(c)));
            check(noClasses().that(others).should().callMethodWhere(describe("the thread is put to sleep", call -> {
                String owner = call.getTargetOwner().getName();
                return call.getName().equals("sleep")
                        && (owner.equals("java.lang.Thread") || owner.equals("java.util.concurrent.TimeUnit"));
            })));
        }

        private String outermost(JavaClass type) {
            JavaClass at = type;
            while (at.getEnclosingClass().isPresent()) {
                at = at.getEnclosingClass().get();
            }
            return at.getName();
        }
    }

    @Test
    void everyPackage_saysThatNothingIsNull() {
        Set<String> unmarked = HOUSE.stream()
                .map(JavaClass::getPackage)
                .filter(p -> !isNullMarked(p))
                .map(JavaPackage::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(unmarked).as("packages without @NullMarked in package-info").isEmpty();
    }

    private static boolean isNullMarked(JavaPackage p) {
        return p.tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(NullMarked.class))
                .orElse(false);
    }

    /** A plugin compiles against these signatures, so a type in them is a version the plugin must share with us. */
    @Test
    void engineApi_signaturesMentionTheJdkAndTheEngineApiOnly() {
        check(classes().that().resideInAPackage(API).should(new ArchCondition<>("mention only the JDK and the SPI") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!isVisible(type)) {
                    return;
                }
                mentioned(type)
                        .filter(t -> !isAllowed(t))
                        .forEach(t -> events.add(SimpleConditionEvent.violated(
                                type, type.getName() + " mentions " + t.getName() + " in its signatures")));
            }
        }));
    }

    private static boolean isAllowed(JavaClass mentioned) {
        JavaClass type = mentioned.getBaseComponentType();
        String name = type.getPackageName();
        boolean spi = name.equals("dev.sluice.engine") || name.startsWith("dev.sluice.engine.");
        boolean internal = name.endsWith(".internal") || name.contains(".internal.");
        return type.isPrimitive() || name.startsWith("java.") || (spi && !internal);
    }

    private static boolean isVisible(JavaClass type) {
        if (type.getPackageName().contains(".internal") || !isVisible(type.getModifiers())) {
            return false;
        }
        return type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    /** Every class a subclass or a caller of {@code type} has to know: supertypes, fields, parameters, results, errors. */
    private static Stream<JavaClass> mentioned(JavaClass type) {
        List<JavaType> types = new ArrayList<>(type.getInterfaces());
        type.getSuperclass().ifPresent(types::add);
        types.addAll(type.getTypeParameters());
        Set<JavaClass> classes = new HashSet<>();
        for (JavaMember member : type.getMembers()) {
            if (!isVisible(member.getModifiers())) {
                continue;
            }
            if (member instanceof JavaField field) {
                types.add(field.getType());
            }
            if (member instanceof JavaCodeUnit code) {
                types.add(code.getReturnType());
                types.addAll(code.getParameterTypes());
                types.addAll(code.getTypeParameters());
                classes.addAll(code.getExceptionTypes());
            }
        }
        types.forEach(t -> classes.addAll(t.getAllInvolvedRawTypes()));
        return classes.stream();
    }

    private static ArchRule only(String root, String... allowed) {
        String[] packages = Stream.of(Stream.of(root, "java.."), Stream.of(ANNOTATIONS), Stream.of(allowed))
                .flatMap(names -> names)
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(root)
                .should(onlyDependOnClassesThat(JavaClass.Predicates.resideInAnyPackage(packages)
                        .or(describe(
                                "are primitive", c -> c.getBaseComponentType().isPrimitive()))));
    }

    private static void check(ArchRule rule) {
        rule.check(HOUSE);
    }
}
