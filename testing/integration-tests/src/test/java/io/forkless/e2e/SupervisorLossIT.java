package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.NamedService.Ground;
import io.forkless.testing.load.Exchange;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * No request is lost or refused while the supervisor dies, is replaced, or dies again, for workers of Jetty and of Undertow on
 * one port. The profile "soak" repeats each kind of loss.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class SupervisorLossIT {
    private static final boolean FULL = Boolean.getBoolean("forkless.full");

    /** Kills, and upgrades, for each of the tests; a quarter as many of what takes longer. */
    private static final int LOSSES = Integer.getInteger("forkless.it.losses", FULL && !Machine.isWine() ? 4 : 1);

    private static final long REQUESTS = Long.getLong("forkless.it.requests", Machine.isWine() ? 2_000 : 10_000);
    private static final int WORKERS = FULL && !Machine.isWine() ? 4 : 2;

    /** Back under supervision, of a machine that does much else. */
    private static final Duration LIMIT = Duration.ofMinutes(Machine.isWine() ? 5 : 1);

    /** By turns, what a supervisor has just said that is killed while it adopts, or restarts, workers. */
    private static final List<String> WITHIN_ADOPTION = List.of("waiting for", "adopting");

    private static final List<String> WITHIN_RESTART = List.of("replacing worker", "takes the place of", "DRAINING");

    private final List<Long> killed = new ArrayList<>();
    private final List<Long> upgraded = new ArrayList<>();
    private final List<Long> killedInAdoption = new ArrayList<>();
    private final List<Long> killedInRestart = new ArrayList<>();

    @TempDir
    private Path temporary;

    private NamedService service;

    @AfterEach
    void end() {
        if (service != null) {
            service.close();
        }
    }

    @Test
    void nothing_is_lost_when_a_background_supervisor_dies_and_a_worker_starts_it_again() throws Exception {
        service = new NamedService(
                temporary,
                Ground.BACK,
                WORKERS,
                RunningProgram.either(
                        temporary, EitherExample.class, "jetty-hello", "undertow-hello", RunningProgram.ADDRESS));
        Target target = Target.of(service.port());
        try (Load load = Load.start(target, 8, Manner.values())) {
            Exchange slow = (connection, counter) -> {
                connection.send("/sleep?ms=1500", false, 1);
                counter.answered(connection.receive());
            };
            load.add("slow", () -> slow.open(target, Duration.ZERO));
            load.add("slow", () -> slow.open(target, Duration.ZERO));
            load.awaitMore(1000);
            dieAndBeReplaced(load);
            dieInRestarts(load);
            assertNothingLost(load);
        }
    }

    @Test
    void nothing_is_lost_of_tls_and_of_event_streams_when_a_foreground_supervisor_dies() throws Exception {
        Path certificate = Certificate.create(temporary);
        service = new NamedService(
                temporary,
                Ground.FORE,
                WORKERS,
                RunningProgram.either(
                        temporary, SecureExample.class, "jetty-hello", "undertow-hello", Machine.path(certificate)));
        Target target = Target.of(service.port()).withTls(Certificate.context(certificate));
        try (Load load = Load.start(target, 8, Manner.values())) {
            load.awaitMore(500);
            try (EventStream one = new EventStream(target);
                    EventStream other = new EventStream(target)) {
                one.assertGoesOn();
                other.assertGoesOn();
                dieAndBeReplaced(load);
                one.assertGoesOn();
                other.assertGoesOn();
                System.out.println("soak: events of two streams over all of that: " + (one.events() + other.events()));
            }
            dieInRestarts(load);
            assertNothingLost(load);
        }
    }

    /** Whatever happens to the supervisor, no worker needs a restart. */
    private void dieAndBeReplaced(Load load) throws Exception {
        Set<Long> before = service.awaitWorkers();
        for (int i = 0; i < LOSSES; i++) {
            die(i);
            assertThat(service.awaitWorkers()).as("%s", service).isEqualTo(before);
            upgrade();
            assertThat(service.awaitWorkers()).as("%s", service).isEqualTo(before);
            if (i % 4 == 0) {
                dieInAdoption(WITHIN_ADOPTION.get(i / 4 % WITHIN_ADOPTION.size()));
                assertThat(service.awaitWorkers()).as("%s", service).isEqualTo(before);
            }
            load.awaitMore(REQUESTS / LOSSES / 4);
        }
    }

    private void dieInRestarts(Load load) throws Exception {
        for (int i = 0; i < LOSSES; i += 4) {
            long mark = service.mark();
            service.begin("restart");
            service.awaitLog(mark, WITHIN_RESTART.get(i / 4 % WITHIN_RESTART.size()));
            long begin = System.nanoTime();
            long before = service.kill();
            mark = service.mark();
            service.start();
            service.awaitReady(mark, before);
            killedInRestart.add(millisSince(begin));
            service.awaitWorkers();
            load.awaitMore(REQUESTS / LOSSES / 4);
        }
    }

    /** A worker starts it again in the background, but no more than three times in a minute. */
    private void die(int time) throws Exception {
        long begin = System.nanoTime();
        long before = service.kill();
        long mark = service.mark();
        if (time > 0 || !service.startsItselfAgain()) {
            service.start();
        }
        service.awaitReady(mark, before);
        killed.add(millisSince(begin));
    }

    private void upgrade() throws Exception {
        long begin = System.nanoTime();
        long before = service.pid().orElseThrow();
        service.operate("upgrade");
        upgraded.add(millisSince(begin));
        assertThat(service.pid()).as("%s", service).isPresent();
        assertThat(service.pid().orElseThrow()).as("%s", service).isNotEqualTo(before);
    }

    private void dieInAdoption(String moment) throws Exception {
        long begin = System.nanoTime();
        long mark = service.mark();
        long before = service.kill();
        service.beginStart();
        long next = service.killNext(before, mark, moment);
        mark = service.mark();
        service.start();
        service.awaitReady(mark, next);
        killedInAdoption.add(millisSince(begin));
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private void assertNothingLost(Load load) throws Exception {
        load.awaitMore(Math.max(1, REQUESTS - load.count(Outcome.OK)));
        load.awaitNextOfEach();
        load.close();
        System.out.println("soak: supervisors killed, back in ms: " + killed + "; upgraded, in ms: " + upgraded
                + "; killed while they adopted, twice, back in ms: " + killedInAdoption
                + "; killed during a rolling restart, back in ms: " + killedInRestart + "; " + load.counts());
        assertThat(load.lost()).as("%s%n%s", load, service).isZero();
        assertThat(load.count(Outcome.REFUSED)).as("%s%n%s", load, service).isZero();
        assertThat(killed).allMatch(millis -> millis < LIMIT.toMillis());
        service.port(); // no supervisor has bound another one, as none has missed a worker
        service.operate("stop");
    }
}
