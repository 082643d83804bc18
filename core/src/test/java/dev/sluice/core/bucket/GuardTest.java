package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.Backups;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Collections;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Flush;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.NaiveEngineProvider;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard stands around every method of everything that a plugin implements. */
class GuardTest {

    private static final Map<Class<?>, Class<?>> GUARDS = Map.ofEntries(
            Map.entry(Engine.class, GuardedEngine.class),
            Map.entry(RangeScans.class, GuardedRangeScans.class),
            Map.entry(VBuckets.class, GuardedVBuckets.class),
            Map.entry(Flush.class, GuardedFlush.class),
            Map.entry(RecordApplication.class, GuardedRecordApplication.class),
            Map.entry(Collections.class, GuardedCollections.class),
            Map.entry(Pausable.class, GuardedPausable.class),
            Map.entry(DocumentReads.class, GuardedDocumentReads.class),
            Map.entry(RandomDocuments.class, GuardedRandomDocuments.class),
            Map.entry(Persistence.class, GuardedPersistence.class),
            Map.entry(Backups.class, GuardedBackups.class));

    /** The loader of a plugin: it has nothing of its own, but it is another. */
    private static final class PluginLoader extends ClassLoader {
        PluginLoader() {
            super(GuardTest.class.getClassLoader());
        }
    }

    private final ClassLoader plugin = new PluginLoader();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, @Nullable ClassLoader> loaders = new LinkedHashMap<>();
    private @Nullable RuntimeException failure;

    /** Something of the plugin's, whose class the plugin's loader has defined. */
    private <T> T ofPlugin(Class<T> type) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            calls.add(method.getName());
            loaders.put(
                    type.getSimpleName() + "." + method.getName(),
                    Thread.currentThread().getContextClassLoader());
            if (method.getName().equals("capability")) {
                return ofPlugin((Class<?>) arguments[0]);
            }
            if (failure != null) {
                throw failure;
            }
            if (method.getName().equals("open")) {
                ((RangeScans.Holder) arguments[3]).set(ofPlugin(RangeScans.Scan.class));
            }
            if (method.getReturnType() == Status.class) {
                return Status.SUCCESS;
            }
            return method.getReturnType() == long.class ? (Object) 0L : null;
        };
        return type.cast(Proxy.newProxyInstance(plugin, new Class<?>[] {type}, handler));
    }

    private static @Nullable Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> {
                    if (type == int.class) {
                        return (Object) 0;
                    } else if (type == long.class) {
                        return (Object) 0L;
                    } else if (type == boolean.class) {
                        return (Object) false;
                    } else if (type == String.class) {
                        return "";
                    } else if (type == StoreRequest.class) {
                        return new StoreRequest();
                    } else if (type == RemoveRequest.class) {
                        return new RemoveRequest();
                    } else if (type == RangeScans.Holder.class) {
                        return new RangeScans.Holder();
                    } else if (type.getSimpleName().equals("Cookie")) {
                        return new IdleCall();
                    }
                    return null;
                })
                .toArray();
    }

    /** A command that blocks nothing. */
    private static final class IdleCall implements EngineCall {
        @Override
        public boolean blockTaken() {
            return false;
        }

        @Override
        public void blockedOn(boolean mutation) {}

        @Override
        public void revoke() {}

        @Override
        public @Nullable Status takeAnswer() {
            return null;
        }

        @Override
        public void forgetErrorContext() {}

        @Override
        public void closeAttachment() {}

        @Override
        public BlockedCookie block() {
            throw new AssertionError("not asked for");
        }

        @Override
        public @Nullable Object attachment() {
            return null;
        }

        @Override
        public void attach(@Nullable Object attachment) {}

        @Override
        public long connectionId() {
            return 0;
        }

        @Override
        public void errorContext(String sentence) {}
    }

    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .toList();
    }

    @Test
    void everyMethod_defaultOnesToo_isOverridden() throws ReflectiveOperationException {
        for (Map.Entry<Class<?>, Class<?>> guard : GUARDS.entrySet()) {
            for (Method method : methods(guard.getKey())) {
                Class<?> by = guard.getValue()
                        .getMethod(method.getName(), method.getParameterTypes())
                        .getDeclaringClass();
                assertThat(by).as(method.toString()).isEqualTo(guard.getValue());
            }
        }
    }

    @Test
    void everyCall_hasThePluginsContextLoader_andTheCallersAfterwards() throws ReflectiveOperationException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        EngineFaults faults = new EngineFaults("b", "test", plugin);
        Engine guarded = new GuardedEngine(ofPlugin(Engine.class), new CallGuard(faults, plugin));
        for (Class<?> type : GUARDS.keySet()) {
            Object target = type == Engine.class ? guarded : guarded.capability(type);
            for (Method method : methods(type)) {
                if (method.getName().equals("capability")) {
                    continue; // asked once, at the opening
                }
                method.invoke(target, arguments(method));
                assertThat(loaders)
                        .as(method.toString())
                        .containsEntry(type.getSimpleName() + "." + method.getName(), plugin);
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
            }
        }
        for (EngineFault fault : EngineFault.values()) {
            assertThat(faults.count(fault)).as(fault.name()).isZero();
        }
    }

    /** Throws nothing but, where a caller has to know, that there was a failure. */
    @Test
    void everyCallThatThrows_isCounted_andThrowsNothing() throws ReflectiveOperationException {
        EngineFaults faults = new EngineFaults("b", "test", plugin);
        Engine guarded = new GuardedEngine(ofPlugin(Engine.class), new CallGuard(faults, plugin));
        failure = new IllegalStateException("the test says so");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        long expected = 0;
        for (Class<?> type : GUARDS.keySet()) {
            Object target = type == Engine.class ? guarded : guarded.capability(type);
            for (Method method : methods(type)) {
                if (method.getName().equals("capability")) {
                    continue;
                }
                Object answer = null;
                if (method.getName().equals("collections")) {
                    assertThatThrownBy(() -> method.invoke(target, arguments(method)))
                            .hasCauseInstanceOf(EngineFailedException.class);
                } else if (method.getName().equals("copyTo")) {
                    assertThatThrownBy(() -> method.invoke(target, arguments(method)))
                            .hasCauseInstanceOf(EngineException.class);
                } else {
                    answer = method.invoke(target, arguments(method));
                }
                expected++;
                assertThat(faults.count(EngineFault.EXCEPTION) + faults.count(EngineFault.BACKGROUND_EXCEPTION))
                        .as(method.toString())
                        .isEqualTo(expected);
                if (method.getReturnType() == Status.class) {
                    assertThat(answer).as(method.toString()).isIn(Status.TEMPORARY_FAILURE, Status.UNDECIDED);
                }
                assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
            }
        }
    }

    @Test
    void badArgumentOfStatistics_isPassedOn() {
        Engine guarded =
                new GuardedEngine(ofPlugin(Engine.class), new CallGuard(new EngineFaults("b", "t", plugin), plugin));
        failure = new IllegalArgumentException("no such vbucket");
        assertThatThrownBy(() -> guarded.statistics("vbucket", "x")).hasMessage("no such vbucket");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void statisticsThatThrowHalfWay_costAnError_andAreCounted(boolean error) {
        try (TestServer server = new TestServer()) {
            NaiveEngineProvider provider = new NaiveEngineProvider();
            server.createBucket("default", provider, false);
            var engine = new dev.sluice.core.fixture.ScriptedEngine(cookie -> Status.NO_SUCH_KEY)
                    .statistics((group, argument) -> new Iterator<>() {
                        private int left = 3;

                        @Override
                        public boolean hasNext() {
                            return true;
                        }

                        @Override
                        public Statistic next() {
                            if (left-- > 0) {
                                return new Statistic("name", "value");
                            }
                            if (error) {
                                throw new NoClassDefFoundError("the test says so");
                            }
                            throw new IllegalStateException("the test says so");
                        }
                    });
            server.createBucket("throwing", engine, false);
            WireClient client = server.connect();
            client.call(Frame.of(0x89).key("throwing"));
            assertThat(client.status(Frame.of(0x10).key("group"))).isEqualTo(0x84);
            assertThat(client.call(Frame.of(0x10).key("group")).value()).isEmpty();
            assertThat(client.status(Frame.noop())).isZero();
            assertThat(server.bucket("throwing").faults().count(EngineFault.BACKGROUND_EXCEPTION))
                    .isEqualTo(2);
            assertThat(server.counter(ServerCounter.INTERNAL_ERRORS)).isZero();
        }
    }

    @Test
    void scanThatIsOpenedByACallThatThrows_isClosed_evenIfThatThrowsToo() {
        EngineFaults faults = new EngineFaults("b", "test", plugin);
        RangeScans inner = (cookie, vbucket, request, out) -> {
            out.set(ofPlugin(RangeScans.Scan.class));
            failure = new IllegalStateException("the test says so");
            throw failure;
        };
        RangeScans.Holder holder = new RangeScans.Holder();
        RangeScans.Request request = new RangeScans.Request(0, new byte[0], null, true, 0, 0, false, 0);
        Status status =
                new GuardedRangeScans(inner, new CallGuard(faults, plugin)).open(new IdleCall(), 0, request, holder);
        assertThat(status).isEqualTo(Status.TEMPORARY_FAILURE);
        RangeScans.Scan opened = holder.scan();
        if (opened != null) {
            opened.close(); // as the command does
        }
        assertThat(calls).contains("close");
    }
}
