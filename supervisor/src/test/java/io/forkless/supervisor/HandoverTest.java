package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.spi.ListenerProviders;
import io.forkless.supervisor.admin.HandOver.Session;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the old supervisor does while another one takes over, or fails to. */
class HandoverTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long SUCCESSOR = ProcessHandle.current().pid();
    private static final String STILL_IN_CHARGE = "; the supervisor with pid " + SUCCESSOR + " is still in charge";

    @TempDir
    private Path directory;

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final AtomicInteger failuresToTakeBack = new AtomicInteger();
    private volatile boolean failsBadly;
    private volatile boolean failsToStepDown;
    private volatile String stopping;
    private EventLoop loop;
    private Handover handover;

    @BeforeEach
    void begin() throws Exception {
        loop = new EventLoop("test");
        handover = new Handover(loop, new Listeners(ListenerProviders.select()), new Owner());
        loop.start();
    }

    @AfterEach
    void end() {
        loop.stop();
    }

    private final class Owner implements Handover.Owner {
        @Override
        public void requireRunning() {
            if (stopping != null) {
                throw new IllegalStateException(stopping);
            }
        }

        @Override
        public void stepDown() {
            done.add("stepped down");
            if (failsToStepDown) {
                throw new IllegalArgumentException("no luck");
            }
        }

        @Override
        public void takeBack() throws IOException {
            if (failuresToTakeBack.getAndDecrement() > 0) {
                if (failsBadly) {
                    throw new OutOfMemoryError("not yet");
                }
                throw new IOException("not yet");
            }
            done.add("taken back");
        }

        @Override
        public void handedOver(long successor) {
            done.add("handed over to " + successor);
        }
    }

    /** On the loop's thread. */
    private <T> T onLoop(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.join();
    }

    private void onLoop(Runnable action) {
        onLoop(() -> {
            action.run();
            return null;
        });
    }

    private Session begun() {
        Session session = onLoop(handover::open);
        assertThat(onLoop(() -> session.begin(SUCCESSOR))).isEmpty();
        return session;
    }

    @Test
    void the_successor_is_in_charge_and_nothing_is_taken_back() {
        Session session = begun();
        assertThat(handover.hasSteppedDown()).isFalse();
        onLoop(session::stepDown);
        assertThat(handover.hasSteppedDown()).isTrue();
        onLoop(session::inCharge);
        onLoop(session::closed);
        onLoop(() -> session.giveUp("too late"));
        assertThat(done).containsExactly("stepped down", "handed over to " + SUCCESSOR);
    }

    @Test
    void one_that_breaks_off_before_has_changed_nothing() {
        Session session = begun();
        onLoop(session::closed);
        assertThat(done).isEmpty();
        assertThatThrownBy(() -> onLoop(session::stepDown)).hasMessageContaining("it is not to take over");
        onLoop(begun()::stepDown);
        assertThat(done).as("another one may").containsExactly("stepped down");
    }

    @Test
    void one_that_breaks_off_or_gives_up_half_way_leaves_the_service_to_the_old_one() {
        for (boolean says : new boolean[] {true, false}) {
            done.clear();
            Session session = begun();
            onLoop(session::stepDown);
            onLoop(() -> {
                if (says) {
                    session.giveUp("no luck");
                }
                session.closed();
            });
            assertThat(done).containsExactly("stepped down", "taken back");
            assertThat(handover.hasSteppedDown()).isFalse();
            assertThatThrownBy(() -> onLoop(session::inCharge)).hasMessageContaining("too late");
        }
    }

    @Test
    void the_service_is_taken_back_as_soon_as_it_can_be() {
        failuresToTakeBack.set(1);
        Session session = begun();
        onLoop(session::stepDown);
        onLoop(session::closed);
        assertThat(done).containsExactly("stepped down");
        assertThat(handover.hasSteppedDown()).isTrue();
        await().atMost(LIMIT).until(() -> done.contains("taken back"));
    }

    @Test
    void no_failure_of_whatever_kind_leaves_the_service_without_a_supervisor() {
        failsBadly = true;
        failuresToTakeBack.set(2);
        failsToStepDown = true;
        Session session = begun();
        assertThatThrownBy(() -> onLoop(session::stepDown)).hasMessageEndingWith("no luck");
        await().atMost(LIMIT).until(() -> done.contains("taken back"));
        assertThat(done).containsExactly("stepped down", "taken back");
    }

    @Test
    void there_is_one_at_a_time_and_none_while_it_stops() {
        Session first = begun();
        Session second = onLoop(handover::open);
        assertThatThrownBy(() -> onLoop(() -> second.begin(SUCCESSOR + 1)))
                .hasMessageContaining("another supervisor is taking over already");
        assertThatThrownBy(() -> onLoop(() -> handover.upgrade(directory)))
                .hasMessageContaining("another supervisor is taking over already");
        onLoop(second::closed);
        stopping = "it is stopping";
        assertThatThrownBy(() -> onLoop(first::stepDown)).hasMessageContaining("it is stopping");
        onLoop(first::closed);
        assertThatThrownBy(() -> onLoop(() -> second.begin(SUCCESSOR))).hasMessageContaining("it is stopping");
        assertThat(done).isEmpty();
    }

    @Test
    void why_an_upgrade_has_failed_is_told() throws Exception {
        CompletionStage<Long> unreadable = onLoop(() -> handover.upgrade(directory.resolve("missing")));
        assertThatThrownBy(() -> unreadable.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("cannot start the new supervisor: ")
                .hasMessageEndingWith(STILL_IN_CHARGE);
        CompletionStage<Long> ended = onLoop(() -> handover.upgrade(plan(JavaProgram.of(Status3.class))));
        assertThatThrownBy(() -> ended.toCompletableFuture().join())
                .hasMessageContaining("has ended with status 3; see what it has printed")
                .hasMessageEndingWith(STILL_IN_CHARGE);
        assertThat(done).isEmpty();
    }

    @Test
    void a_new_supervisor_that_fails_is_ended() throws Exception {
        Set<ProcessHandle> before = children();
        CompletionStage<Long> upgrade = onLoop(() -> handover.upgrade(plan(JavaProgram.of(Sleeper.class))));
        ProcessHandle process = await().atMost(LIMIT)
                .until(
                        () -> children().stream()
                                .filter(child -> !before.contains(child))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
        Session session = onLoop(handover::open);
        await().atMost(LIMIT).ignoreExceptions().until(() -> onLoop(() -> session.begin(process.pid())), List::isEmpty);
        onLoop(session::stepDown);
        onLoop(() -> session.giveUp("no luck"));
        assertThatThrownBy(() -> upgrade.toCompletableFuture().join())
                .hasMessageEndingWith("no luck" + STILL_IN_CHARGE);
        await().atMost(LIMIT).until(() -> !process.isAlive());
        assertThat(done).containsExactly("stepped down", "taken back");
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().collect(Collectors.toSet());
    }

    private Path plan(JavaProgram program) throws IOException {
        Path plan = SupervisorLaunch.nextFile(directory);
        List<String> command = program.options("-Dplace=" + directory).command();
        new SupervisorLaunch(command, Path.of("").toAbsolutePath(), System.getenv(), null, List.of(), List.of())
                .writeTo(plan);
        return plan;
    }

    /** Ends at once. */
    static final class Status3 {
        private Status3() {}

        public static void main(String[] arguments) {
            System.exit(3);
        }
    }
}
