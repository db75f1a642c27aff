package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.FakeWorkers.FakeProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every worker state whatever happens, in whatever order. */
class FleetRandomWalkTest {
    private static final int EVENTS = 20_000;
    private static final int LONGEST_WALK = 200;
    private static final int MAX_WORKERS = 4;
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final Logger LOGGER = Logger.getLogger(Supervisor.class.getName());

    private final Set<Outcome> seen = EnumSet.noneOf(Outcome.class);

    @BeforeEach
    void say_nothing_of_twenty_thousand_events() {
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
            Walk walk = new Walk(seed);
            events += walk.go();
            seen.addAll(walk.outcomes);
        }
        assertThat(seen).as("the walks reach every end").containsExactlyInAnyOrder(Outcome.values());
    }

    private static final class Walk {
        private final String name;
        private final Random random;
        private final int count;
        private final VirtualTimers timers = new VirtualTimers();
        private final FakeWorkers workers = new FakeWorkers();
        private final List<FakeProcess> alive = new ArrayList<>();
        private final List<Outcome> outcomes = new ArrayList<>();
        private final Fleet fleet;
        private int launchedAtStop = -1;

        Walk(long seed) {
            name = "walk " + seed;
            random = new Random(seed);
            count = 1 + random.nextInt(MAX_WORKERS);
            Settings settings = new Settings(
                    count,
                    Duration.ofSeconds(60),
                    DRAIN,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    3,
                    Duration.ofSeconds(10),
                    1,
                    Recycling.NEVER);
            Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), random);
            Fleet.Launcher launcher = index -> {
                FakeProcess process = (FakeProcess) workers.launch(index);
                alive.add(process);
                return process;
            };
            fleet = new Fleet(settings, backoff, timers, launcher, () -> {}, outcomes::add);
        }

        int go() throws LaunchException {
            fleet.start();
            int events = 0;
            boolean sickly = random.nextInt(4) == 0; // else hardly a walk would ever give up
            while (outcomes.isEmpty() && events < LONGEST_WALK) {
                step(sickly ? 3 : 12);
                check();
                events++;
            }
            finish();
            return events;
        }

        private void step(int kinds) {
            switch (random.nextInt(kinds)) {
                case 0, 1 -> exitOf(anyAlive());
                case 2 -> timers.advance(Duration.ofMillis(random.nextInt(40_000)));
                case 3, 4, 5 -> ready(anyAlive());
                case 6 -> lose(anyAlive());
                case 7 -> workers.failAfter(random.nextBoolean() ? 0 : Integer.MAX_VALUE);
                case 8 -> timers.advance(Duration.ofMillis(random.nextInt(400)));
                case 9 -> outdated();
                case 10 -> {
                    if (random.nextInt(10) == 0) {
                        stopRestarting();
                    } else if (launchedAtStop >= 0) {
                        fleet.drainAll();
                    }
                }
                default -> {
                    if (random.nextInt(20) == 0) {
                        stopRestarting();
                        fleet.killAll();
                    }
                }
            }
            // Whoever is killed dies, sooner or later.
            if (random.nextBoolean()) {
                List.copyOf(alive).stream().filter(process -> process.kills > 0).forEach(this::exitOf);
            }
        }

        private void check() {
            List<WorkerStatus> status = fleet.status();
            assertThat(alive.size()).as(name).isLessThanOrEqualTo(count);
            assertThat(alive).as(name).extracting(process -> process.index).doesNotHaveDuplicates();
            assertThat(timers.pending()).as(name).isLessThanOrEqualTo(count);
            for (WorkerStatus worker : status) {
                boolean hasProcess = alive.stream().anyMatch(process -> process.pid == worker.pid());
                boolean needsProcess = EnumSet.of(WorkerState.STARTING, WorkerState.READY, WorkerState.DRAINING)
                        .contains(worker.state());
                assertThat(hasProcess).as("%s: %s", name, worker).isEqualTo(needsProcess);
            }
            boolean over = Set.of(WorkerState.STOPPED, WorkerState.FAILED).stream()
                    .anyMatch(end -> status.stream().allMatch(worker -> worker.state() == end));
            assertThat(outcomes).as("%s: %s", name, status).hasSize(over ? 1 : 0);
            if (over) {
                assertThat(timers.pending()).as(name).isZero();
                assertThat(alive).as(name).isEmpty();
            }
            if (launchedAtStop >= 0) {
                assertThat(workers.launched).as(name).hasSize(launchedAtStop);
            }
        }

        /** However it stands: a stop ends it, within the drain time-out if those that are killed die. */
        private void finish() {
            stopRestarting();
            fleet.drainAll();
            timers.advance(DRAIN);
            assertThat(alive).as(name).allMatch(process -> process.kills > 0);
            List.copyOf(alive).forEach(this::exitOf);
            assertThat(outcomes).as(name).hasSize(1);
            assertThat(timers.pending()).as(name).isZero();
            timers.advance(Duration.ofHours(1));
            assertThat(workers.launched).as(name).hasSize(launchedAtStop);
        }

        private FakeProcess anyAlive() {
            return alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
        }

        private void exitOf(FakeProcess process) {
            if (process != null) {
                alive.remove(process);
                fleet.exited(process, random.nextBoolean() ? 0 : 137);
            }
        }

        private void ready(FakeProcess process) {
            if (process != null) {
                process.linked = true;
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
                fleet.exited(process, 1);
            }
        }

        private void stopRestarting() {
            if (launchedAtStop < 0) {
                launchedAtStop = workers.launched.size();
            }
            fleet.stopRestarting();
        }
    }
}
