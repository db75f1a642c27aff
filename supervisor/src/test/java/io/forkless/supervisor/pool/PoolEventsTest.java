package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.status.LaunchException;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the pool tells whoever listens, on simulated time. */
class PoolEventsTest extends SimulatedPool {
    @Test
    void a_life_without_trouble() throws Exception {
        startReady(2);
        stop();
        exit(0, 0);
        exit(1, 0);
        assertTold(
                "started",
                "worker-started 0 1000",
                "worker-started 1 1001",
                "worker-ready 0 1000",
                "worker-ready 1 1001",
                "all-ready",
                "stopping",
                "worker-draining 0 1000",
                "worker-draining 1 1001",
                "worker-exited 0 1000: exited with status 0",
                "worker-exited 1 1001: exited with status 0",
                "stopped");
    }

    @Test
    void a_worker_that_dies_and_comes_back() throws Exception {
        startReady(1);
        events.clear();
        exit(0, SIGKILL);
        restart(0);
        ready(0);
        assertTold(
                "worker-died 0 1000: killed by SIGKILL (status 137)", "worker-started 0 1001", "worker-ready 0 1001");
    }

    @Test
    void a_restart() throws Exception {
        startReady(1);
        events.clear();
        pool.restart();
        ready(1);
        exit(0, 0);
        assertTold(
                "restart-begun",
                "worker-started 1 1001",
                "worker-ready 1 1001",
                "worker-replaced 1 1001: worker 0 was replaced: restart",
                "worker-draining 0 1000",
                "worker-exited 0 1000: exited with status 0",
                "restarted");
    }

    @Test
    void a_restart_that_is_aborted() throws Exception {
        startReady(1);
        events.clear();
        pool.restart();
        exit(1, 3);
        assertTold(
                "restart-begun",
                "worker-started 1 1001",
                "worker-died 1 1001: exited with status 3 before it was ready",
                "restart-failed: replacement worker 1 (pid 1001) failed: exited with status 3 before it was ready");
    }

    @Test
    void a_restart_that_cuts_connections() throws Exception {
        startReady(1);
        events.clear();
        pool.restart();
        ready(1);
        beatWithOpen(0, 3);
        timers.advance(DRAIN);
        exit(0, SIGKILL);
        assertThat(events.stream().skip(5).map(PoolEventsTest::text))
                .containsExactly(
                        "worker-killing 0 1000: not drained within 30 s",
                        "worker-exited 0 1000: killed: not drained within 30 s, 3 connections cut",
                        "restarted: worker 0 (pid 1000): killed: not drained within 30 s, 3 connections cut");
    }

    @Test
    void a_recycled_worker_is_no_restart() throws Exception {
        recycling = new Recycling(Duration.ZERO, 100, 0);
        startReady(1);
        events.clear();
        beat(0, 100);
        pool.inspect();
        ready(1);
        exit(0, 0);
        assertTold(
                "worker-started 1 1001",
                "worker-ready 1 1001",
                "worker-replaced 1 1001: worker 0 was replaced: it has accepted 100 connections",
                "worker-draining 0 1000",
                "worker-exited 0 1000: exited with status 0");
    }

    @Test
    void more_workers_and_fewer() throws Exception {
        startReady(1);
        events.clear();
        pool.scale(2);
        pool.scale(2);
        ready(1);
        pool.scale(1);
        exit(1, 0);
        assertTold(
                "scaled",
                "worker-started 1 1001",
                "worker-ready 1 1001",
                "scaled",
                "worker-draining 1 1001",
                "worker-exited 1 1001: exited with status 0");
        assertThat(events).extracting(SupervisorEvent::workers).containsExactly(2, 2, 2, 1, 1, 1);
    }

    @Test
    void a_worker_that_turns_unready_or_hangs() throws Exception {
        startReady(1);
        events.clear();
        unready(0);
        ready(0);
        for (Duration left = HANG.plus(SECOND); !left.isZero(); left = left.minus(SECOND)) {
            timers.advance(SECOND);
            pool.inspect();
        }
        exit(0, SIGKILL);
        assertTold(
                "worker-unready 0 1000",
                "worker-ready 0 1000",
                "worker-killing 0 1000: no heartbeat for 30000 ms: it hangs",
                "worker-died 0 1000: killed: no heartbeat for 30000 ms: it hangs");
    }

    @Test
    void a_supervisor_that_gives_up() throws Exception {
        start(1);
        failUntilGivenUp(0);
        String died = ": killed by SIGABRT (status 134) before it was ready";
        assertThat(events.stream().skip(events.size() - 4).map(PoolEventsTest::text))
                .containsExactly(
                        "worker-started 0 1002",
                        "worker-died 0 1002" + died,
                        "worker-given-up 0 1002" + died + "; 3 failed starts in a row",
                        "stopped: gave up: worker 0" + died + "; 3 failed starts in a row");
        assertThat(outcomes).containsExactly(Outcome.GAVE_UP);
    }

    @Test
    void a_process_that_cannot_be_spawned() throws Exception {
        startReady(1);
        events.clear();
        workers.failAfter(0);
        crash(0);
        timers.advance(Duration.ofMillis(100));
        assertTold(
                "worker-died 0 1000: killed by SIGABRT (status 134)",
                "worker-start-failed 0: cannot start 'app': command not found");
    }

    @Test
    void a_start_that_fails_is_followed_by_the_end_and_nothing_else() {
        workers.failAfter(1);
        assertThatThrownBy(() -> start(2)).isInstanceOf(LaunchException.class);
        exit(0, SIGKILL);
        assertTold(
                "started",
                "worker-started 0 1000",
                "worker-start-failed 1: cannot start 'app': command not found",
                "worker-killing 0 1000: the supervisor was told to",
                "stopped: cannot start 'app': command not found");
    }

    @Test
    void a_kill() throws Exception {
        startReady(1);
        events.clear();
        beatWithOpen(0, 1);
        pool.kill();
        exit(0, SIGKILL);
        assertTold(
                "stopping: the supervisor was told to kill",
                "worker-killing 0 1000: the supervisor was told to",
                "worker-exited 0 1000: killed: the supervisor was told to, 1 connection cut",
                "stopped: stopped, but connections may have been lost: worker 0 (pid 1000): killed: the supervisor was told"
                        + " to, 1 connection cut");
    }

    @Test
    void each_is_a_line_of_the_log() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            startReady(2);
            exit(0, SIGKILL);
            pool.restart();
            ready(2);
            pool.scale(3);
            pool.kill();
            exit(0, SIGKILL);
            assertThat(log.lines())
                    .extracting(line -> line.substring(line.indexOf(' ') + 1))
                    .containsSubsequence(events.stream()
                            .filter(event -> event.type() != Type.WORKER_GIVEN_UP)
                            .map(SupervisorEvent::toString)
                            .toList());
        }
    }

    private void assertTold(String... expected) {
        assertThat(events.stream().map(PoolEventsTest::text)).containsExactlyElementsOf(List.of(expected));
    }

    private static String text(SupervisorEvent event) {
        return event.type().id()
                + (event.worker() == SupervisorEvent.NONE ? "" : " " + event.worker())
                + (event.pid() == SupervisorEvent.NONE ? "" : " " + event.pid())
                + (event.reason().isEmpty() ? "" : ": " + event.reason());
    }
}
