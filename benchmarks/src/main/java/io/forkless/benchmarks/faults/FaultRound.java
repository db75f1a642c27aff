package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.service.Group;
import io.forkless.benchmarks.service.Signals;
import io.forkless.testing.load.Answerers;
import io.forkless.testing.load.Failure;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** One fault under the load of clients of all manners, from its first request until the workers are all there again. */
final class FaultRound {
    static final int CLIENTS = 16;
    /** How long a worker is frozen if nobody kills it meanwhile. */
    static final Duration FREEZE = Duration.ofSeconds(7);

    private static final Manner[] MANNERS = {Manner.KEEP_ALIVE, Manner.PAUSING, Manner.CLOSE};
    private static final Set<Manner> KEPT_ALIVE = EnumSet.of(Manner.KEEP_ALIVE, Manner.PAUSING);
    private static final Duration WARM_UP = Duration.ofMillis(700);
    private static final Duration SETTLE = Duration.ofMillis(700);
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Group group;
    private final int workers;
    private final Fault fault;

    FaultRound(Group group, int workers, Fault fault) {
        this.group = group;
        this.workers = workers;
        this.fault = fault;
    }

    FaultResult run() throws Exception {
        Load load = Load.start(group.port(), CLIENTS, MANNERS);
        try (load) {
            pause(WARM_UP);
            Set<String> before = awaitAll(load);
            return run(load, before, victim(load));
        }
    }

    private FaultResult run(Load load, Set<String> before, String victim) throws Exception {
        load.takeLongestGap();
        load.takeLongestWait();
        long start = System.nanoTime();
        long resumed = strike(victim);
        Duration back =
                fault.hasVictim() && resumed != 0 ? Duration.ofNanos(resumed - start) : awaitBack(load, before, start);
        pause(SETTLE);
        Duration gap = load.takeLongestGap();
        Duration wait = load.takeLongestWait();
        double spread = spread(load.clientsByWorker(KEPT_ALIVE));
        load.close();
        return new FaultResult(load.counts(), beyond(load, victim), spread, gap, wait, back);
    }

    /** Everybody has answered at least once. */
    private Set<String> awaitAll(Load load) throws Exception {
        Answerers.await(
                workers + " answering workers",
                () -> load.firstAnswers().keySet().stream()
                                .filter(FaultRound::isAlive)
                                .count()
                        >= workers);
        return load.firstAnswers().keySet();
    }

    private static String victim(Load load) {
        return load.clientsByWorker(KEPT_ALIVE).entrySet().stream()
                .filter(entry -> isAlive(entry.getKey()))
                .max(Comparator.comparing(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
    }

    /** Returns when a frozen worker went on; 0 if there will be a new worker. */
    private long strike(String victim) throws Exception {
        switch (fault) {
            case KILL -> {
                Signals.send("KILL", Long.parseLong(victim));
                Answerers.await("the death of " + victim, () -> !isAlive(victim));
                group.workerDied();
            }
            case FREEZE -> {
                Signals.send("STOP", Long.parseLong(victim));
                if (!dies(victim, FREEZE)) {
                    Signals.send("CONT", Long.parseLong(victim));
                    long now = System.nanoTime();
                    // what was told to go while it was frozen goes now
                    return dies(victim, SETTLE) ? 0 : now;
                }
                group.workerDied();
            }
            case RESTART -> group.restart();
            case DEPLOY -> group.deploy();
        }
        return 0;
    }

    private static boolean dies(String worker, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (isAlive(worker)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause(POLL);
        }
        return true;
    }

    /** Until as many new workers have answered as have been lost, and the old ones of a restart are gone. */
    private Duration awaitBack(Load load, Set<String> before, long start) {
        int wanted = fault.hasVictim() ? 1 : workers;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            List<Long> arrivals = load.firstAnswers().entrySet().stream()
                    .filter(entry -> !before.contains(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .sorted()
                    .toList();
            boolean oldGone = fault.hasVictim() || before.stream().noneMatch(FaultRound::isAlive);
            if (arrivals.size() >= wanted && oldGone) {
                return Duration.ofNanos(arrivals.get(wanted - 1) - start);
            }
            pause(POLL);
        }
        return null;
    }

    private double spread(Map<String, Integer> clients) {
        int most = clients.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int all = clients.values().stream().mapToInt(Integer::intValue).sum();
        return (double) most * workers / all;
    }

    /** A client has one request under way at a time, so one on the victim is all that it may lose. */
    private long beyond(Load load, String victim) {
        if (!fault.hasVictim()) {
            return FaultResult.lost(load.counts());
        }
        Set<Integer> excused = new HashSet<>();
        long beyond = load.count(Outcome.REFUSED);
        for (Failure failure : load.failures()) {
            boolean victims = failure.worker() == null || failure.worker().equals(victim);
            boolean cut = failure.outcome() != Outcome.WRONG && failure.outcome() != Outcome.CONNECT_TIMEOUT;
            if (failure.outcome() != Outcome.STALE && !(victims && cut && excused.add(failure.client()))) {
                beyond++;
            }
        }
        return beyond;
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(ProcessHandle::isAlive)
                .isPresent();
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
