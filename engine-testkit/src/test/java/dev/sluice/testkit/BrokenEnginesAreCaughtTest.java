package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Engines with one bug each, and the kit's complaint about it. */
class BrokenEnginesAreCaughtTest {
    private static final Key KEY = Key.of("key");

    private final TestEngineContext context = new TestEngineContext(42);

    @AfterEach
    void close() {
        context.close();
    }

    /** How an engine is broken. */
    private interface Breaking {
        Engine wrap(Engine good, EngineContext context);
    }

    private EngineDriver driver(Breaking breaking) {
        Engine good = new NaiveEngineProvider().create(TestBucketConfiguration.of(new NaiveEngineProvider()), context);
        return new EngineDriver(breaking.wrap(good, context), context.scheduler(), 42)
                .hangsAfter(50, TimeUnit.MILLISECONDS);
    }

    private EngineDriver driver(Fault fault) {
        return driver((good, c) -> new FaultInjectingEngine(good, c, FaultPlan.script(fault)));
    }

    /** The store, then everything that is still to come, then the look over. */
    private ThrowingCallable storing(EngineDriver driver) {
        return () -> {
            driver.store(0, KEY, Store.set("value"));
            context.scheduler().runAll();
            driver.verify();
        };
    }

    @Nested
    class Conversation {
        @Test
        void notifyingTwice() {
            assertThatThrownBy(storing(driver(Fault.NOTIFY_TWICE)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("notified SUCCESS after having notified SUCCESS")
                    .hasMessageContaining("seed 42");
        }

        @Test
        void notifyingNever() {
            assertThatThrownBy(storing(driver(Fault.NOTIFY_NEVER)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("a command hangs")
                    .hasMessageContaining("seed 42");
        }

        @Test
        void notifyingWouldBlock() {
            assertThatThrownBy(storing(driver(Fault.NOTIFY_WOULD_BLOCK))).hasMessageContaining("notified WOULD_BLOCK");
        }

        @Test
        void notifyingAVoidHandle() {
            assertThatThrownBy(storing(driver(Fault.NOTIFY_VOID)))
                    .hasMessageContaining("returned SUCCESS having called block()");
        }

        @Test
        void blockingWithoutAHandle() {
            assertThatThrownBy(storing(driver(Fault.WOULD_BLOCK_WITHOUT_BLOCK)))
                    .hasMessageContaining("without having called block()");
        }

        @Test
        void answeringNull() {
            assertThatThrownBy(storing(driver(Fault.RETURN_NULL))).hasMessageContaining("returned null");
        }

        @Test
        void throwing() {
            assertThatThrownBy(storing(driver(Fault.THROW))).isInstanceOf(FaultInjectingEngine.InjectedException.class);
        }

        @Test
        void usingTheCookieOnAnotherThread() {
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    BlockedCookie handle = cookie.block();
                    c.readerPool().execute(() -> {
                        cookie.attach("found");
                        handle.notifyIoComplete(Status.NO_SUCH_KEY);
                    });
                    return Status.WOULD_BLOCK;
                }
            });
            assertThatThrownBy(() -> driver.get(0, KEY)).hasMessageContaining("attach() called outside of a call");
        }

        @Test
        void blockingForEver() {
            EngineDriver driver =
                    driver((good, c) -> new FaultInjectingEngine(good, c, FaultPlan.always(Fault.BLOCK_THEN_SUCCESS)));
            assertThatThrownBy(storing(driver)).hasMessageContaining("goes on answering WOULD_BLOCK");
        }
    }

    @Nested
    class Ownership {
        @Test
        void keepingTheValue() {
            List<byte[]> kept = new ArrayList<>();
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status store(
                        Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
                    kept.add(request.valueArray());
                    return good.store(cookie, vbucket, key, request, out);
                }

                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    Status status = good.get(cookie, vbucket, key, filter, out);
                    out.value(kept.get(0), 0, 5);
                    return status;
                }
            });
            driver.store(0, KEY, Store.set("value"));
            assertThat(driver.get(0, KEY).text()).isNotEqualTo("value");
        }

        @Test
        void keepingTheKey() {
            Map<DocumentKey, String> documents = new HashMap<>();
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status store(
                        Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
                    documents.put(key, "value");
                    return good.store(cookie, vbucket, key, request, out);
                }
            });
            driver.store(0, KEY, Store.set("value"));
            DocumentKey kept = documents.keySet().iterator().next();
            assertThat(kept.contentEquals(KEY.bytes(), 0, 3)).isFalse();
        }

        @Test
        void changingWhatWasShown() {
            List<byte[]> shown = new ArrayList<>();
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    Status status = good.get(cookie, vbucket, key, filter, out);
                    shown.add(out.valueArray());
                    return status;
                }
            });
            driver.store(0, KEY, Store.set("value"));
            driver.get(0, KEY);
            driver.verify();
            shown.get(0)[0] = 'V';
            assertThatThrownBy(driver::verify)
                    .hasMessageContaining("changed the value of a document that it had shown");
        }

        @Test
        void fillingTheViewLate() {
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    BlockedCookie handle = cookie.block();
                    c.readerPool().execute(() -> {
                        out.cas(4711);
                        handle.notifyIoComplete(Status.SUCCESS);
                    });
                    return Status.WOULD_BLOCK;
                }
            });
            assertThatThrownBy(() -> driver.get(0, KEY)).hasMessageContaining("filled a DocumentView after its call");
        }

        @Test
        void leavingTheLastDocumentInTheView() {
            EngineDriver driver = driver((good, c) -> new BrokenEngine(good) {
                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    byte[] value = {'v'};
                    out.value(value, 0, 1).cas(1); // nothing else
                    return Status.SUCCESS;
                }
            });
            assertThat(driver.get(0, KEY).deleted()).isTrue();
        }
    }

    /** The suite's own tests, on an engine that forgets one thing. */
    @Nested
    class Suite {
        @Test
        void contractTest_failsOnAnEngineThatLosesFlags() throws Exception {
            EngineContractTest contract = contract((good, c) -> new BrokenEngine(good) {
                @Override
                public Status get(
                        Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                    Status status = good.get(cookie, vbucket, key, filter, out);
                    out.flags(0);
                    return status;
                }
            });
            contract.createEngine();
            assertThatThrownBy(() -> contract.new Values().flags_areReturnedBitByBit())
                    .isInstanceOf(AssertionError.class);
            contract.settleAndClose();
        }

        @Test
        void contractTest_failsOnAnEngineThatIgnoresTheCas() throws Exception {
            EngineContractTest contract = contract((good, c) -> new BrokenEngine(good) {
                @Override
                public Status store(
                        Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
                    return good.store(cookie, vbucket, key, request.cas(0), out);
                }
            });
            contract.createEngine();
            assertThatThrownBy(() -> contract.new StoreTable().there_withAnotherCas_exists())
                    .isInstanceOf(AssertionError.class);
            contract.settleAndClose();
        }

        @Test
        void contractTest_failsOnACapabilityThatWasNotDeclared() throws Exception {
            EngineContractTest contract = contract((good, c) -> new BrokenEngine(good) {
                @Override
                public <C> C capability(Class<C> type) {
                    return null;
                }
            });
            contract.createEngine();
            assertThatThrownBy(contract::rangeScans_areThere_orNot).isInstanceOf(AssertionError.class);
            contract.settleAndClose();
        }

        @Test
        void settling_failsOnASecondNotificationThatCameLate() throws Exception {
            EngineContractTest contract =
                    contract((good, c) -> new FaultInjectingEngine(good, c, FaultPlan.script(Fault.NOTIFY_TWICE)));
            contract.createEngine();
            contract.driver.store(0, KEY, Store.set("value"));
            assertThatThrownBy(contract::settleAndClose).hasMessageContaining("after having notified");
        }

        private EngineContractTest contract(Breaking breaking) {
            return new EngineContractTest() {
                @Override
                protected EngineProvider provider() {
                    return new EngineProvider() {
                        @Override
                        public String type() {
                            return "broken";
                        }

                        @Override
                        public int spiVersion() {
                            return SpiVersion.CURRENT;
                        }

                        @Override
                        public Engine create(BucketConfiguration configuration, EngineContext c) {
                            return breaking.wrap(new NaiveEngineProvider().create(configuration, c), c);
                        }
                    };
                }
            };
        }
    }
}
