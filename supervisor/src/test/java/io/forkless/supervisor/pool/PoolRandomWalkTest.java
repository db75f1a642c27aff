package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.pool.FakeWorkers.FakeProcess;
import io.forkless.supervisor.status.NotDrainedException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every worker state whatever happens, in whatever order. */
class PoolRandomWalkTest {
    private static final int EVENTS = 500_000;
    private static final int LONGEST_WALK = 200;
    private static final int MAX_WORKERS = 4;
    private static final Duration BOOT = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final Duration LOST_LINK_GRACE = Duration.ofSeconds(10);

    /** The longest back-off, and the fifth by which it varies. */
    private static final Duration MOST_BACKOFF = Duration.ofSeconds(36);

    private static final Duration FOR_EVER = Duration.ofDays(365);

    /** For a thread dump, and for kills that the system refuses a few times. */
    private static final Duration TO_KILL = Duration.ofMinutes(2);

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
    void no_order_of_events_breaks_the_pool() throws Exception {
        int events = 0;
        for (long seed = 1; events < EVENTS; seed++) {
            Walk walk = new Walk(seed, seen);
            events += walk.go();
            ends.addAll(walk.outcomes);
        }
        assertThat(ends)
                .as("the walks reach every end of a pool; to be handed over is that of a supervisor")
                .containsExactlyInAnyOrder(Outcome.DRAINED, Outcome.KILLED, Outcome.GAVE_UP);
        assertThat(seen)
                .as("the walks come by everything")
                .containsOnlyKeys(
                        "restart failed",
                        "restart succeeded",
                        "restart lost something",
                        "scaled",
                        "scaled during a restart",
                        "hung",
                        "turned unready",
                        "refused",
                        "disturbed",
                        "calmed",
                        "drained",
                        "drained beside each other",
                        "drained in two generations",
                        "emptied the queues",
                        "drained one by one",
                        "drained without a word of the queues",
                        "killed",
                        "called again",
                        "adopted",
                        "adopted too many",
                        "adopted too few",
                        "adopted some that drain",
                        "lost the supervisor during a restart",
                        "lost the supervisor during a stop",
                        "had nobody to adopt")
                .allSatisfy((event, times) -> assertThat(times).as(event).isGreaterThan(20));
    }

    /** What was told of the workers fits together. */
    private static final class Events {
        private final Set<Long> running = new HashSet<>();
        private final Set<Long> ready = new HashSet<>();
        private int restarts;
        private boolean started;
        private boolean stopping;
        private boolean stopped;

        void add(String walk, SupervisorEvent event) {
            assertThat(stopped).as("%s: the end is the last: %s", walk, event).isFalse();
            long pid = event.pid();
            boolean fits = switch (event.type()) {
                case STARTED -> !started && (started = true);
                case WORKER_STARTED -> running.add(pid);
                case WORKER_ADOPTED -> running.add(pid) && ready.add(pid);
                case WORKER_READY -> running.contains(pid) && ready.add(pid);
                case WORKER_UNREADY -> ready.remove(pid);
                case WORKER_DRAINING, WORKER_KILLING -> running.contains(pid);
                case WORKER_EXITED, WORKER_DIED -> {
                    ready.remove(pid);
                    yield running.remove(pid) && !event.reason().isEmpty();
                }
                case WORKER_START_FAILED -> pid == -1 && !event.reason().isEmpty();
                case WORKER_REPLACED -> ready.contains(pid) && !event.reason().isEmpty();
                case RESTART_BEGUN -> restarts++ >= 0;
                case RESTARTED, RESTART_FAILED -> restarts > 0 && (restarts = 0) == 0;
                case STOPPING -> !stopping && (stopping = true);
                case STOPPED -> running.isEmpty() && (stopped = true);
                case ALL_READY, SCALED, WORKER_GIVEN_UP -> true;
                case HANDED_OVER -> false;
            };
            assertThat(fits && started)
                    .as("%s: %s %s", walk, event.type(), event)
                    .isTrue();
        }

        void checkEnd(String walk) {
            assertThat(stopped).as(walk).isTrue();
            assertThat(restarts).as("%s: every restart has an end", walk).isZero();
        }
    }

    private static final class Walk {
        private static final int MOST_SCALED = 6;

        private final String name;
        private final Random random;
        private final int surge;
        private final Duration hold;
        private final VirtualTimers timers = new VirtualTimers();
        private final FakeWorkers workers = new FakeWorkers();
        private final Settings settings;
        private FakeQueues queues;
        private SupervisorLife life;
        private final List<FakeProcess> alive = new ArrayList<>();
        private final Set<FakeProcess> ready = new HashSet<>();
        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<CompletableFuture<Void>> restarts = new ArrayList<>();
        private final Map<String, Integer> seen;
        private WorkerPool pool;

        /** Those that this supervisor has not started: nobody knows how they end. */
        private final Set<FakeProcess> adopted = new HashSet<>();

        /** Those that have called again after the loss of their links, and so got time anew. */
        private final Set<FakeProcess> restored = new HashSet<>();

        private int launchedAtStop = -1;
        private int drainsAtStop;
        private long stoppedAt;

        /** When the drain that ends all was seen first; the drains before it are those of restarts and of scaling. */
        private long drainingSince = -1;

        private boolean killed;
        private final boolean disturbed;
        private boolean disturbing;
        private boolean allReadyUntold;
        private boolean endUntold;
        private int allReady;
        private boolean scaledDown;

        /** Of all restarts, since what one has left goes on in the next one. */
        private int mostSurge;

        private Events events;

        /** Nothing has happened to the ready workers since but restarts: there must be as many as there are to be. */
        private boolean undisturbed;

        Walk(long seed, Map<String, Integer> seen) {
            name = "walk " + seed;
            this.seen = seen;
            random = new Random(seed);
            surge = 1 + random.nextInt(3);
            mostSurge = surge;
            hold = random.nextBoolean() ? Duration.ofSeconds(5) : Duration.ZERO;
            settings = new Settings(
                    1 + random.nextInt(MAX_WORKERS),
                    BOOT,
                    hold,
                    DRAIN,
                    random.nextBoolean() ? Duration.ofSeconds(30) : Duration.ZERO,
                    Duration.ofSeconds(60),
                    3,
                    LOST_LINK_GRACE,
                    surge,
                    random.nextBoolean() ? new Recycling(Duration.ofMinutes(5), 100, 0) : Recycling.NEVER);
            makePool();
            disturbed = random.nextBoolean();
            workers.disturb = this::disturb;
        }

        /** That of the first supervisor, or of the next one. */
        private void makePool() {
            queues = new FakeQueues();
            life = new SupervisorLife();
            events = new Events();
            Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), random);
            WorkerPool.Launcher launcher = index -> {
                FakeProcess process = (FakeProcess) workers.launch(index);
                alive.add(process);
                return process;
            };
            pool = new WorkerPool(
                    life,
                    settings,
                    backoff,
                    timers,
                    launcher,
                    this::close,
                    this::allReady,
                    this::ended,
                    this::happened);
            life.make(SupervisorTransition.START);
        }

        private void happened(SupervisorEvent event) {
            if (!disturbed) { // else the pid may be missing
                events.add(name, event);
            }
            disturb();
        }

        private void close(boolean anyReady, Consumer<Boolean> whenClosed) {
            disturb();
            queues.close(anyReady, whenClosed);
        }

        private void allReady() {
            allReadyUntold = true;
            disturb();
            allReadyUntold = false;
            allReady++;
        }

        private void ended(Outcome outcome) {
            endUntold = true;
            disturb();
            endUntold = false;
            outcomes.add(outcome);
        }

        /** The system refuses, at any moment and in any way: no thread, no memory, a class that cannot be loaded. */
        private void disturb() {
            if (disturbing && random.nextInt(10) == 0) {
                count("disturbed");
                switch (random.nextInt(3)) {
                    case 0 -> throw new InternalError("unable to create native thread");
                    case 1 -> throw new NoClassDefFoundError("disturbed");
                    default -> throw new InvalidPathException("?", "disturbed");
                }
            }
        }

        int go() throws IOException {
            pool.start();
            int events = 0;
            boolean sickly = random.nextInt(4) == 0; // else hardly a walk would ever give up
            boolean healthy = !sickly && random.nextInt(3) == 0; // else hardly a restart would ever succeed
            while (outcomes.isEmpty() && events < LONGEST_WALK) {
                if (random.nextInt(50) == 0 && !endUntold) {
                    loseSupervisor();
                    check();
                }
                disturbing = disturbed;
                step(healthy ? 3 : 0, sickly ? 3 : 20);
                disturbing = false;
                if (endUntold) {
                    advance(1000);
                }
                check();
                events++;
            }
            if (outcomes.isEmpty() && launchedAtStop < 0 && random.nextBoolean()) {
                calm();
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
                case 7 -> {
                    lose(random.nextInt(5) == 0 ? anyAlive() : null);
                    callAgain();
                }
                case 8 -> workers.failAfter(random.nextInt(4) == 0 ? 0 : Integer.MAX_VALUE);
                case 9 -> advance(random.nextInt(400));
                case 10 -> outdated();
                case 11, 12 -> restart();
                case 13 -> scale();
                case 14, 15, 16 -> inspect();
                case 17 -> beat();
                case 18 -> turn();
                default -> end();
            }
            // Whoever is killed dies, sooner or later.
            if (random.nextBoolean()) {
                List.copyOf(alive).stream().filter(process -> process.kills > 0).forEach(this::exitOf);
            }
        }

        /** The supervisor is killed, with all that it had in mind, and another one takes its place. */
        private void loseSupervisor() throws IOException {
            boolean stopping = launchedAtStop >= 0;
            boolean restarting = !restarts.isEmpty();
            List<Orphan> orphans = orphans();
            timers.forget();
            restarts.clear();
            launchedAtStop = -1;
            drainingSince = -1;
            killed = false;
            allReady = 0;
            allReadyUntold = false;
            mostSurge = surge;
            scaledDown = true; // what the one before has begun comes on top
            undisturbed = false;
            advance(random.nextInt(5000));
            makePool();
            if (orphans.isEmpty()) {
                workers.failAfter(Integer.MAX_VALUE); // else this is the end
                count("had nobody to adopt");
            } else {
                disturbing = disturbed;
                count(stopping ? "lost the supervisor during a stop" : "adopted");
                count(restarting ? "lost the supervisor during a restart" : "adopted");
            }
            long serving = orphans.stream()
                    .filter(orphan -> orphan.condition() != Orphan.Condition.DRAINING)
                    .count();
            if (serving != settings.workers()) {
                count(serving > settings.workers() ? "adopted too many" : "adopted too few");
            }
            if (serving < orphans.size()) {
                count("adopted some that drain");
            }
            pool.start(orphans, pool.workers());
            disturbing = false;
        }

        /** Those whom nobody has killed. They tell how they stand, unless they have not called. */
        private List<Orphan> orphans() {
            Map<Long, WorkerState> states = new HashMap<>();
            pool.status().forEach(worker -> states.put(worker.pid(), worker.state()));
            alive.removeIf(process -> process.kills > 0);
            List<Orphan> orphans = new ArrayList<>();
            for (FakeProcess process : alive) {
                boolean drains = process.drains > 0;
                process.toGo = drains; // the rest was on nobody's mind but the supervisor's
                process.dumps = 0;
                Orphan.Condition condition = drains
                        ? Orphan.Condition.DRAINING
                        : states.get(process.pid) == WorkerState.STARTING
                                ? Orphan.Condition.UNREADY
                                : Orphan.Condition.READY;
                if (condition == Orphan.Condition.READY) {
                    ready.add(process);
                }
                process.linked = random.nextInt(5) > 0;
                adopted.add(process);
                orphans.add(new Orphan(process, process.index, Duration.ofSeconds(random.nextInt(600)), condition));
            }
            Collections.shuffle(orphans, random);
            return orphans;
        }

        private void check() {
            List<WorkerStatus> status = pool.status();
            assertThat(alive).as(name).extracting(process -> process.index).doesNotHaveDuplicates();
            assertThat(status).as(name).extracting(WorkerStatus::index).doesNotHaveDuplicates();
            // What the owner could not be told is told again.
            int ofTheStop = launchedAtStop >= 0 ? 1 + status.size() : 0;
            assertThat(timers.pending()).as(name).isLessThanOrEqualTo(status.size() + 2 + ofTheStop);
            status.forEach(this::checkWorker);
            assertThat(status.stream().filter(worker -> worker.pid() != -1).count())
                    .as("%s: every process has its place", name)
                    .isEqualTo(alive.size());
            boolean over = Set.of(WorkerState.STOPPED, WorkerState.FAILED).stream()
                    .anyMatch(end -> status.stream().allMatch(worker -> worker.state() == end));
            assertThat(outcomes).as("%s: %s", name, status).hasSize(over && !endUntold ? 1 : 0);
            assertThat(allReady).as(name).isLessThanOrEqualTo(1);
            if (over) {
                assertThat(timers.pending()).as(name).isEqualTo((endUntold ? 1 : 0) + (allReadyUntold ? 1 : 0));
                assertThat(alive).as(name).isEmpty();
            }
            if (launchedAtStop >= 0) {
                assertThat(workers.launched).as(name).hasSize(launchedAtStop);
            }
            checkLife(status, over);
            checkNumbers(status);
            checkRestarts(status);
        }

        /** Starting, running, quiescing, draining, ended: in this order, and none of them for longer than it may. */
        private void checkLife(List<WorkerStatus> status, boolean over) {
            SupervisorState state = life.state();
            if (over || launchedAtStop < 0) {
                assertThat(state).as(name).isEqualTo(over ? SupervisorState.ENDED : SupervisorState.RUNNING);
                return;
            }
            assertThat(state).as(name).isIn(SupervisorState.QUIESCING, SupervisorState.DRAINING);
            if (state == SupervisorState.QUIESCING) {
                assertThat(killed).as(name).isFalse();
                assertThat(drains())
                        .as("%s: none drains before the queues are empty", name)
                        .isEqualTo(drainsAtStop);
                assertThat(timers.nanoTime() - stoppedAt).as(name).isLessThan(GracefulStop.QUEUES_LIMIT.toNanos());
                return;
            }
            if (drainingSince == -1) {
                drainingSince = timers.nanoTime();
                count(queues.areClosing() && !killed ? "drained without a word of the queues" : "drained");
            }
            Duration turns = GracefulStop.BETWEEN_DRAINS.multipliedBy(status.size());
            if (killed || timers.nanoTime() - drainingSince > turns.toNanos()) {
                assertThat(status)
                        .as("%s: everybody's turn has come", name)
                        .extracting(WorkerStatus::state)
                        .doesNotContain(WorkerState.STARTING, WorkerState.READY);
            }
        }

        /** It has a process or not, as its state says, and something will come of it. */
        private void checkWorker(WorkerStatus worker) {
            FakeProcess process = alive.stream()
                    .filter(candidate -> candidate.pid == worker.pid())
                    .findAny()
                    .orElse(null);
            boolean needsProcess = EnumSet.of(
                            WorkerState.STARTING, WorkerState.READY, WorkerState.DRAINING, WorkerState.KILLING)
                    .contains(worker.state());
            assertThat(process != null).as("%s: %s", name, worker).isEqualTo(needsProcess);
            Duration limit = switch (worker.state()) {
                case BACKOFF -> MOST_BACKOFF;
                case STARTING -> restored.contains(process) ? FOR_EVER : BOOT.plus(LOST_LINK_GRACE);
                case DRAINING -> DRAIN;
                case KILLING -> process.kills > 0 ? FOR_EVER : TO_KILL;
                case STOPPED -> launchedAtStop >= 0 ? FOR_EVER : Duration.ZERO.minusNanos(1);
                default -> FOR_EVER;
            };
            assertThat(worker.inState()).as("%s: %s", name, worker).isLessThanOrEqualTo(limit);
            if (worker.state() == WorkerState.KILLING) {
                undisturbed &= process.drains > 0 || !ready.contains(process);
            }
        }

        private void checkNumbers(List<WorkerStatus> status) {
            long going = alive.stream().filter(this::isToGo).count();
            assertThat(alive.size() - going)
                    .as("%s: those that drain do not count: %s", name, status)
                    .isLessThanOrEqualTo(pool.workers() + mostSurge);
            // Those that go since they are too many come on top of what restarts may leave.
            assertThat((long) alive.size())
                    .as("%s: however often it is restarted: %s", name, status)
                    .isLessThanOrEqualTo(2L * pool.workers() + mostSurge + (scaledDown ? going : 0));
            if (going > mostSurge && launchedAtStop < 0 && !scaledDown) {
                count(going > pool.workers() ? "drained in two generations" : "drained beside each other");
            }
            long serving = status.stream()
                    .filter(worker -> worker.state() == WorkerState.READY)
                    .count();
            // During a hold both the old worker and its replacement serve, and one of them is to go.
            boolean held = !hold.isZero() && status.size() > pool.workers();
            if (launchedAtStop < 0 && serving >= pool.workers() && !held) {
                undisturbed = true;
            }
            if (launchedAtStop < 0 && undisturbed) {
                assertThat(serving).as("%s: capacity: %s", name, status).isGreaterThanOrEqualTo(pool.workers());
            }
        }

        private void checkRestarts(List<WorkerStatus> status) {
            boolean surplus = status.size() > pool.workers();
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
                    Throwable failure = restart.handle((nothing, e) -> e).join();
                    count(failure instanceof NotDrainedException ? "restart lost something" : "restart failed");
                } else {
                    count("restart succeeded");
                }
            }
            restarts.removeIf(CompletableFuture::isDone);
        }

        /** A process that was told to go, in any way; after its dump it is killed. */
        private boolean isToGo(FakeProcess process) {
            return process.toGo;
        }

        /** However it stands: when everything goes well from now on, all is well in the end. */
        private void calm() {
            workers.failAfter(Integer.MAX_VALUE);
            for (int second = 0; !isWell() && outcomes.isEmpty() && second < 600; second++) {
                for (FakeProcess process : List.copyOf(alive)) {
                    if (isToGo(process)) {
                        exitOf(process);
                    } else {
                        ready(process);
                    }
                }
                advance(1000);
                check();
            }
            assertThat(isWell() || !outcomes.isEmpty())
                    .as("%s: %s", name, pool.status())
                    .isTrue();
            count("calmed");
        }

        private boolean isWell() {
            List<WorkerStatus> status = pool.status();
            return status.size() == pool.workers()
                    && status.stream().allMatch(worker -> worker.state() == WorkerState.READY)
                    && restarts.stream().allMatch(CompletableFuture::isDone);
        }

        /** However it stands: a stop ends it, within the limits of its steps if those that are killed die. */
        private void finish() {
            disturbing = false;
            stop();
            if (random.nextBoolean()) {
                answerOfTheQueues();
            }
            timers.advance(GracefulStop.QUEUES_LIMIT);
            Duration turns =
                    GracefulStop.BETWEEN_DRAINS.multipliedBy(pool.status().size());
            timers.advance(turns.plus(DRAIN));
            assertThat(alive).as(name).allMatch(process -> process.kills > 0);
            List.copyOf(alive).forEach(this::exitOf);
            assertThat(outcomes).as(name).hasSize(1);
            assertThat(restarts).as(name).allMatch(CompletableFuture::isDone);
            assertThat(timers.pending()).as(name).isZero();
            if (!disturbed) {
                events.checkEnd(name);
            }
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
                if (adopted.contains(process)) {
                    pool.exited(process, OptionalInt.empty());
                } else {
                    pool.exited(process, random.nextBoolean() ? 0 : 137);
                }
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
                pool.ready(process);
            }
        }

        private void lose(FakeProcess process) {
            if (process != null && process.linked) {
                process.linked = false;
                pool.linkLost(process);
            }
        }

        /** It calls again, perhaps for the first time after the supervisor before has died. */
        private void callAgain() {
            alive.stream()
                    .filter(process -> !process.linked && ready.contains(process))
                    .findAny()
                    .ifPresent(process -> {
                        process.linked = true;
                        restored.add(process);
                        pool.linkRestored(process);
                        count("called again");
                    });
        }

        /** News of a process that may be gone already. */
        private void outdated() {
            FakeProcess process = workers.launched.get(random.nextInt(workers.launched.size()));
            if (!alive.contains(process)) {
                pool.ready(process);
                pool.linkLost(process);
                pool.heartbeat(process, new Heartbeat(1000, 1, 1));
                pool.exited(process, 1);
            }
        }

        private void restart() {
            int surgeOfThisOne = 1 + random.nextInt(4);
            boolean usual = random.nextBoolean();
            CompletableFuture<Void> result = usual ? pool.restart() : pool.restart(surgeOfThisOne);
            mostSurge = Math.max(mostSurge, usual ? surge : surgeOfThisOne);
            if (launchedAtStop >= 0) {
                assertThat(result).as(name).isCompletedExceptionally();
            } else {
                restarts.add(result);
            }
        }

        private void scale() {
            int target = 1 + random.nextInt(MOST_SCALED);
            if (launchedAtStop >= 0) {
                assertThatThrownBy(() -> pool.scale(target)).as(name).isInstanceOf(IllegalStateException.class);
                return;
            }
            undisturbed &= target <= pool.workers();
            scaledDown |= target < pool.workers();
            pool.scale(target);
            count(restarts.isEmpty() ? "scaled" : "scaled during a restart");
        }

        private void inspect() {
            int dumps = dumps();
            int times = random.nextInt(10) == 0 ? 40 : 1;
            for (int i = 0; i < times; i++) {
                advance(1000);
                pool.inspect();
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
                    pool.heartbeat(process, new Heartbeat(random.nextInt(120), 1, 1));
                }
            }
        }

        private void end() {
            switch (random.nextInt(30)) {
                case 0, 1, 2 -> stop();
                case 3, 4, 5 -> answerOfTheQueues();
                case 6 -> kill();
                default -> {}
            }
        }

        private void stop() {
            beforeStop();
            pool.stop();
        }

        private void kill() {
            beforeStop();
            killed = true;
            pool.kill();
            count("killed");
        }

        private void beforeStop() {
            if (launchedAtStop < 0) {
                launchedAtStop = workers.launched.size();
                drainsAtStop = drains();
                stoppedAt = timers.nanoTime();
            }
        }

        private int drains() {
            return workers.launched.stream().mapToInt(process -> process.drains).sum();
        }

        /** It may come too late, or when it is all over. */
        private void answerOfTheQueues() {
            boolean nothingQueued = random.nextBoolean();
            if (queues.areClosing() && life.is(SupervisorState.QUIESCING)) {
                count(nothingQueued ? "emptied the queues" : "drained one by one");
            }
            queues.closed(nothingQueued);
        }

        /** Something that a worker says beside what every worker says. */
        private void turn() {
            FakeProcess process = anyAlive();
            if (process == null) {
                return;
            }
            if (random.nextInt(3) == 0) {
                pool.refused(process, "not granted");
                count("refused");
            } else {
                undisturbed &= process.drains > 0 || !ready.contains(process);
                pool.unready(process);
                count("turned unready");
            }
        }

        private void count(String event) {
            seen.merge(event, 1, Integer::sum);
        }
    }
}
