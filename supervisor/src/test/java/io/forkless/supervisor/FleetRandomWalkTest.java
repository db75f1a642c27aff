package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.FakeWorkers.FakeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every worker state whatever happens, in whatever order. */
class FleetRandomWalkTest {
    private static final int EVENTS = 500_000;
    private static final int LONGEST_WALK = 200;
    private static final int MAX_WORKERS = 4;
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final Logger LOGGER = Logger.getLogger(Supervisor.class.getName());

    private final Set<Outcome> ends = EnumSet.noneOf(Outcome.class);
    private final Map<String, Integer> seen = new TreeMap<>();

    @BeforeEach
    void say_nothing_of_so_many_events() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterEach
    void speak_again() {
        LOGGER.setLevel(null);
    }

    @Test
    void no_order_of_events_breaks_the_fleet() throws Exception {
        int events = 0;
        for (long seed = 1; events < EVENTS; seed++) {
            Walk walk = new Walk(seed, seen);
            events += walk.go();
            ends.addAll(walk.outcomes);
        }
        assertThat(ends).as("the walks reach every end").containsExactlyInAnyOrder(Outcome.values());
        assertThat(seen)
                .as("the walks come by everything")
                .containsOnlyKeys("restart failed", "restart succeeded", "scaled", "scaled during a restart", "hung")
                .allSatisfy((event, times) -> assertThat(times).as(event).isGreaterThan(20));
    }

    private static final class Walk {
        private static final int MOST_SCALED = 6;

        private final String name;
        private final Random random;
        private final int surge;
        private final VirtualTimers timers = new VirtualTimers();
        private final FakeWorkers workers = new FakeWorkers();
        private final List<FakeProcess> alive = new ArrayList<>();
        private final Set<FakeProcess> ready = new HashSet<>();
        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<CompletableFuture<Void>> restarts = new ArrayList<>();
        private final Map<String, Integer> seen;
        private final Fleet fleet;
        private int launchedAtStop = -1;
        private int allReady;
        private boolean scaledDown;

        /** Nothing has happened to the ready workers since but restarts: there must be as many as there are to be. */
        private boolean undisturbed;

        Walk(long seed, Map<String, Integer> seen) {
            name = "walk " + seed;
            this.seen = seen;
            random = new Random(seed);
            surge = 1 + random.nextInt(3);
            Settings settings = new Settings(
                    1 + random.nextInt(MAX_WORKERS),
                    Duration.ofSeconds(60),
                    DRAIN,
                    random.nextBoolean() ? Duration.ofSeconds(30) : Duration.ZERO,
                    Duration.ofSeconds(60),
                    3,
                    Duration.ofSeconds(10),
                    surge,
                    random.nextBoolean() ? new Recycling(Duration.ofMinutes(5), 100, 0) : Recycling.NEVER);
            Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), random);
            Fleet.Launcher launcher = index -> {
                FakeProcess process = (FakeProcess) workers.launch(index);
                alive.add(process);
                return process;
            };
            fleet = new Fleet(settings, backoff, timers, launcher, () -> allReady++, outcomes::add);
        }

        int go() throws IOException {
            fleet.start();
            int events = 0;
            boolean sickly = random.nextInt(4) == 0; // else hardly a walk would ever give up
            boolean healthy = !sickly && random.nextInt(3) == 0; // else hardly a restart would ever succeed
            while (outcomes.isEmpty() && events < LONGEST_WALK) {
                step(healthy ? 3 : 0, sickly ? 3 : 20);
                check();
                events++;
            }
            finish();
            return events;
        }

        private void step(int from, int to) {
            switch (from + random.nextInt(to - from)) {
                case 0, 1 -> exitOf(anyAlive());
                case 2 -> advance(random.nextInt(40_000));
                case 3, 4, 5 -> ready(anyAlive());
                case 6 -> drained();
                case 7 -> lose(random.nextInt(5) == 0 ? anyAlive() : null);
                case 8 -> workers.failAfter(random.nextInt(4) == 0 ? 0 : Integer.MAX_VALUE);
                case 9 -> advance(random.nextInt(400));
                case 10 -> outdated();
                case 11, 12 -> restart();
                case 13 -> scale();
                case 14, 15, 16 -> inspect();
                case 17, 18 -> beat();
                default -> end();
            }
            // Whoever is killed dies, sooner or later.
            if (random.nextBoolean()) {
                List.copyOf(alive).stream().filter(process -> process.kills > 0).forEach(this::exitOf);
            }
        }

        private void check() {
            List<WorkerStatus> status = fleet.status();
            assertThat(alive).as(name).extracting(process -> process.index).doesNotHaveDuplicates();
            assertThat(status).as(name).extracting(WorkerStatus::index).doesNotHaveDuplicates();
            assertThat(timers.pending()).as(name).isLessThanOrEqualTo(status.size());
            for (WorkerStatus worker : status) {
                boolean hasProcess = alive.stream().anyMatch(process -> process.pid == worker.pid());
                boolean needsProcess = EnumSet.of(WorkerState.STARTING, WorkerState.READY, WorkerState.DRAINING)
                        .contains(worker.state());
                assertThat(hasProcess).as("%s: %s", name, worker).isEqualTo(needsProcess);
            }
            assertThat(status.stream().filter(worker -> worker.pid() != -1).count())
                    .as("%s: every process has its place", name)
                    .isEqualTo(alive.size());
            boolean over = Set.of(WorkerState.STOPPED, WorkerState.FAILED).stream()
                    .anyMatch(end -> status.stream().allMatch(worker -> worker.state() == end));
            assertThat(outcomes).as("%s: %s", name, status).hasSize(over ? 1 : 0);
            assertThat(allReady).as(name).isLessThanOrEqualTo(1);
            if (over) {
                assertThat(timers.pending()).as(name).isZero();
                assertThat(alive).as(name).isEmpty();
            }
            if (launchedAtStop >= 0) {
                assertThat(workers.launched).as(name).hasSize(launchedAtStop);
            }
            checkNumbers(status);
            checkRestarts(status);
        }

        private void checkNumbers(List<WorkerStatus> status) {
            // Those that go since they are too many come on top of what a restart may have.
            long retirees = scaledDown ? alive.stream().filter(this::isToGo).count() : 0;
            assertThat((long) alive.size())
                    .as("%s: %s", name, status)
                    .isLessThanOrEqualTo(fleet.workers() + surge + retirees);
            long serving = status.stream()
                    .filter(worker -> worker.state() == WorkerState.READY)
                    .count();
            if (launchedAtStop < 0 && serving >= fleet.workers()) {
                undisturbed = true;
            }
            if (launchedAtStop < 0 && undisturbed) {
                assertThat(serving).as("%s: capacity: %s", name, status).isGreaterThanOrEqualTo(fleet.workers());
            }
        }

        private void checkRestarts(List<WorkerStatus> status) {
            boolean surplus = status.size() > fleet.workers();
            List<CompletableFuture<Void>> pending =
                    restarts.stream().filter(restart -> !restart.isDone()).toList();
            if (launchedAtStop >= 0 || !outcomes.isEmpty()) {
                assertThat(pending).as("%s: nobody waits for ever", name).isEmpty();
            }
            for (CompletableFuture<Void> restart : restarts) {
                if (!restart.isDone()) {
                    assertThat(surplus || status.stream().anyMatch(worker -> worker.state() != WorkerState.READY))
                            .as("%s: a restart that waits has something under way: %s", name, status)
                            .isTrue();
                } else if (restart.isCompletedExceptionally()) {
                    count("restart failed");
                } else {
                    count("restart succeeded");
                }
            }
            restarts.removeIf(CompletableFuture::isDone);
        }

        /** A process that was told to go, in any way; after its dump it is killed. */
        private boolean isToGo(FakeProcess process) {
            return process.drains > 0 || process.dumps > 0 || process.kills > 0;
        }

        /** However it stands: a stop ends it, within the drain time-out if those that are killed die. */
        private void finish() {
            stopRestarting();
            fleet.drainAll(Duration.ZERO);
            timers.advance(DRAIN);
            assertThat(alive).as(name).allMatch(process -> process.kills > 0);
            List.copyOf(alive).forEach(this::exitOf);
            assertThat(outcomes).as(name).hasSize(1);
            assertThat(restarts).as(name).allMatch(CompletableFuture::isDone);
            assertThat(timers.pending()).as(name).isZero();
            timers.advance(Duration.ofHours(1));
            assertThat(workers.launched).as(name).hasSize(launchedAtStop);
        }

        private FakeProcess anyAlive() {
            return alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
        }

        private void advance(int millis) {
            timers.advance(Duration.ofMillis(millis));
        }

        private void exitOf(FakeProcess process) {
            if (process != null) {
                undisturbed &= process.drains > 0 || !ready.contains(process);
                alive.remove(process);
                fleet.exited(process, random.nextBoolean() ? 0 : 137);
            }
        }

        /** The usual end of a worker that was told to drain. */
        private void drained() {
            alive.stream().filter(process -> process.drains > 0).findAny().ifPresent(this::exitOf);
        }

        private void ready(FakeProcess process) {
            if (process != null) {
                process.linked = true;
                ready.add(process);
                fleet.ready(process);
            }
        }

        private void lose(FakeProcess process) {
            if (process != null && process.linked) {
                process.linked = false;
                fleet.linkLost(process);
            }
        }

        /** News of a process that may be gone already. */
        private void outdated() {
            FakeProcess process = workers.launched.get(random.nextInt(workers.launched.size()));
            if (!alive.contains(process)) {
                fleet.ready(process);
                fleet.linkLost(process);
                fleet.heartbeat(process, new Heartbeat(1000, 1, 1));
                fleet.exited(process, 1);
            }
        }

        private void restart() {
            CompletableFuture<Void> result = fleet.restart();
            if (launchedAtStop >= 0) {
                assertThat(result).as(name).isCompletedExceptionally();
            } else {
                restarts.add(result);
            }
        }

        private void scale() {
            int target = 1 + random.nextInt(MOST_SCALED);
            if (launchedAtStop >= 0) {
                assertThatThrownBy(() -> fleet.scale(target)).as(name).isInstanceOf(IllegalStateException.class);
                return;
            }
            undisturbed &= target <= fleet.workers();
            scaledDown |= target < fleet.workers();
            fleet.scale(target);
            count(restarts.isEmpty() ? "scaled" : "scaled during a restart");
        }

        private void inspect() {
            int dumps = dumps();
            int times = random.nextInt(10) == 0 ? 40 : 1;
            for (int i = 0; i < times; i++) {
                advance(1000);
                fleet.inspect();
            }
            if (dumps() > dumps) {
                count("hung");
            }
        }

        private int dumps() {
            return workers.launched.stream().mapToInt(process -> process.dumps).sum();
        }

        private void beat() {
            for (FakeProcess process : alive) {
                if (random.nextInt(3) > 0) {
                    fleet.heartbeat(process, new Heartbeat(random.nextInt(120), 1, 1));
                }
            }
        }

        private void end() {
            switch (random.nextInt(30)) {
                case 0, 1, 2 -> stopRestarting();
                case 3, 4, 5 -> {
                    if (launchedAtStop >= 0) {
                        fleet.drainAll(Duration.ZERO);
                    }
                }
                case 6 -> {
                    stopRestarting();
                    fleet.killAll();
                }
                default -> {}
            }
        }

        private void stopRestarting() {
            if (launchedAtStop < 0) {
                launchedAtStop = workers.launched.size();
            }
            fleet.stopRestarting();
        }

        private void count(String event) {
            seen.merge(event, 1, Integer::sum);
        }
    }
}
