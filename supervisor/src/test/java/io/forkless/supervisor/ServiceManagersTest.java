package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a supervisor tells whoever has started it. */
class ServiceManagersTest extends SupervisedTest {
    @BeforeEach
    void a_service_manager_is_there() {
        RecordingServiceManager.TOLD.clear();
        RecordingServiceManager.present = true;
    }

    @AfterEach
    void it_goes() {
        RecordingServiceManager.present = false;
        RecordingServiceManager.deaf = false;
    }

    @Test
    void it_hears_of_readiness_restarts_and_the_end_in_this_order() throws Exception {
        Supervisor supervisor =
                startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2).listen(ANY_PORT));
        await().atMost(LIMIT).until(() -> told().equals(List.of("READY 2 workers serve")));
        supervisor.restart().get(60, TimeUnit.SECONDS);
        supervisor.close();
        assertThat(told())
                .containsExactly(
                        "READY 2 workers serve",
                        "RELOADING restarting the workers",
                        "READY restarted the workers",
                        "STOPPING draining 2 workers");
    }

    @Test
    void a_restart_that_a_stop_ends_does_not_make_it_ready_again() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        var restart = supervisor.restart();
        supervisor.close();
        assertThatThrownBy(() -> restart.get(60, TimeUnit.SECONDS)).hasMessageContaining("told to stop");
        assertThat(told())
                .containsExactly(
                        "READY 1 workers serve", "RELOADING restarting the workers", "STOPPING draining 1 workers");
    }

    @Test
    void it_is_not_told_of_readiness_before_all_workers_are_ready_but_that_the_loop_runs() throws Exception {
        start(supervisor(TestWorker.UNREADY).listen(ANY_PORT));
        await().atMost(LIMIT).until(() -> RecordingServiceManager.TOLD.size() >= 3);
        assertThat(RecordingServiceManager.TOLD).containsOnly("ALIVE");
    }

    @Test
    void one_that_cannot_be_told_costs_a_warning_and_nothing_else() throws Exception {
        RecordingServiceManager.deaf = true;
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        supervisor.restart().get(60, TimeUnit.SECONDS);
        supervisor.close();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(log.lines()).contains("WARNING nobody hears READY", "WARNING nobody hears STOPPING");
    }

    private static List<String> told() {
        return RecordingServiceManager.TOLD.stream()
                .filter(line -> !line.equals("ALIVE"))
                .toList();
    }
}
