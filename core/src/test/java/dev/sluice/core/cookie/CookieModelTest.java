package dev.sluice.core.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.cookie.CookieModel.Behaviour;
import dev.sluice.core.cookie.CookieModel.Event;
import dev.sluice.core.fixture.Choices;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Every short story of commands, an engine, and the world around them, told twice: to the production code, from bytes to
 * bytes, and to {@link CookieModel}. Both must end alike.
 */
class CookieModelTest {

    private static final int DEPTH = Integer.getInteger("sluice.cookie.depth", 6);

    @Test
    void everyShortStory_ofReads_endsAsTheModelSays() {
        enumerate(false);
    }

    @Test
    void everyShortStory_ofMutations_endsAsTheModelSays() {
        enumerate(true);
    }

    private static void enumerate(boolean mutation) {
        Choices choices = new Choices(DEPTH);
        int stories = 0;
        while (choices.more()) {
            Story story = new Story(choices, mutation);
            story.tell();
            story.compare();
            stories++;
        }
        assertThat(stories).isGreaterThan(10_000);
    }

    /** One run of the production code. */
    private static final class Story {
        private final Choices choices;
        private final boolean mutation;
        private final TestServer server = new TestServer();
        private final WireClient client;
        private final Bucket bucket;
        private final List<Event> events = new ArrayList<>();
        private final List<Behaviour> behaviours = new ArrayList<>();
        private final List<BlockedCookie> handles = new ArrayList<>();
        private final List<Integer> cancelledHandles = new ArrayList<>();
        private final List<Boolean> listens = new ArrayList<>();
        private int commands;
        private boolean repeated;

        Story(Choices choices, boolean mutation) {
            this.choices = choices;
            this.mutation = mutation;
            this.bucket = server.createBucket("default", new ScriptedEngine(this::called), false);
            this.client = server.connect();
        }

        /** The engine is called. */
        private Status called(Cookie cookie) {
            assertThat(cookie.attachment()).as("attachment; " + this).isEqualTo(repeated ? this : null);
            repeated = false;
            Behaviour behaviour = Behaviour.values()[choices.of(Behaviour.values().length)];
            behaviours.add(behaviour);
            if (behaviour == Behaviour.THROW) {
                throw new IllegalStateException("the test says so");
            }
            if (behaviour.blocks()) {
                handles.add(cookie.block());
                listens.add(false);
            }
            Status early = behaviour.notifiesEarly();
            if (early != null) {
                newest().notifyIoComplete(early);
            }
            cookie.attach(this);
            if (behaviour == Behaviour.BLOCK_AND_THROW) {
                throw new IllegalStateException("the test says so");
            }
            // Whoever waits and is notified of success is called again, and must find what it left.
            repeated = behaviour == Behaviour.BLOCK_NOTIFY_SUCCESS;
            return behaviour.answer();
        }

        private BlockedCookie newest() {
            return handles.get(handles.size() - 1);
        }

        void tell() {
            happen(Event.SEND);
            while (choices.left()) {
                List<Event> possible = possible();
                if (possible.isEmpty()) {
                    break;
                }
                happen(possible.get(choices.of(possible.size())));
            }
            happen(Event.RUN);
        }

        private List<Event> possible() {
            List<Event> possible = new ArrayList<>();
            if (server.loop(0).taskCount() > 0) {
                possible.add(Event.RUN);
            }
            if (!handles.isEmpty()) {
                possible.add(Event.NOTIFY_SUCCESS);
                possible.add(Event.NOTIFY_ERROR);
                if (!listens.get(handles.size() - 1)) {
                    possible.add(Event.LISTEN);
                }
            }
            if (handles.size() > 1) {
                possible.add(Event.NOTIFY_FIRST);
            }
            if (!events.contains(Event.DISCONNECT)) {
                possible.add(Event.DISCONNECT);
            }
            if (!events.contains(Event.DESTROY)) {
                possible.add(Event.DESTROY);
            }
            if (commands < 3) {
                possible.add(Event.SEND);
            }
            return possible;
        }

        private void happen(Event event) {
            events.add(event);
            switch (event) {
                case SEND -> {
                    Frame frame = mutation ? Frame.set("k", "v") : Frame.get("k");
                    client.send(frame.opaque(++commands));
                }
                case RUN -> server.loop(0).runAll();
                case NOTIFY_SUCCESS -> notify(newest(), Status.SUCCESS);
                case NOTIFY_ERROR -> notify(newest(), Status.TOO_BUSY);
                case NOTIFY_FIRST -> notify(handles.get(0), Status.SUCCESS);
                case LISTEN -> {
                    int index = handles.size() - 1;
                    listens.set(index, true);
                    handles.get(index).onCancel(() -> cancelledHandles.add(index));
                }
                case DISCONNECT -> client.disconnect();
                case DESTROY -> {
                    CompletableFuture<Void> destroyed = server.node().buckets().destroy("default", true);
                    assertThat(destroyed).isNotCompletedExceptionally();
                }
            }
        }

        /** Only the newest handle can have a command waiting, whose repetition finds its attachment if success is first. */
        private void notify(BlockedCookie handle, Status status) {
            boolean first = handle == newest() && pending(handle);
            if (first && behaviours.get(behaviours.size() - 1) == Behaviour.BLOCK) {
                repeated = status == Status.SUCCESS;
            }
            handle.notifyIoComplete(status);
        }

        private static boolean pending(BlockedCookie handle) {
            return CookieInternals.outcome(handle) == null;
        }

        void compare() {
            CookieModel model = new CookieModel(mutation, behaviours);
            events.forEach(model::happen);
            List<Response> replies = Response.parse(client.take());
            assertThat(replies.stream().map(Response::opaque).toList())
                    .as("answered; " + this)
                    .isEqualTo(model.answered);
            assertThat(replies.stream().map(Response::status).toList())
                    .as("statuses; " + this)
                    .isEqualTo(model.statuses);
            assertThat(client.closed()).as("closed; " + this).isEqualTo(model.closed);
            assertThat(cancelledHandles).as("cancel actions; " + this).isEqualTo(model.cancelActions);
            assertThat(model.behavioursLeft())
                    .as("calls of the engine; " + this)
                    .isZero();
            Map<EngineFault, Long> faults = new EnumMap<>(EngineFault.class);
            for (EngineFault fault : EngineFault.values()) {
                if (bucket.faults().count(fault) > 0) {
                    faults.put(fault, bucket.faults().count(fault));
                }
            }
            assertThat(faults).as("faults; " + this).isEqualTo(model.faults);
            for (int i = 0; i < handles.size(); i++) {
                boolean waiting = model.waitsFor(i);
                assertThat(handles.get(i).cancelled())
                        .as("cancelled " + i + "; " + this)
                        .isEqualTo(model.cancelled(i));
                assertThat(CookieInternals.cookie(handles.get(i)) != null)
                        .as("cookie " + i + "; " + this)
                        .isEqualTo(waiting);
                if (!waiting) {
                    assertThat(CookieInternals.holdsAction(handles.get(i)))
                            .as("action " + i + "; " + this)
                            .isFalse();
                }
            }
            assertThat(server.directBytes()).as("direct memory; " + this).isZero();
        }

        @Override
        public String toString() {
            return "choices " + choices + " events " + events + " engine " + behaviours;
        }
    }
}
