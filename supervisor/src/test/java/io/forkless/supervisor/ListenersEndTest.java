package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import io.forkless.testing.Client;
import org.junit.jupiter.api.Test;

/** What workers know when their listeners end. */
class ListenersEndTest extends SupervisedTest {
    @Test
    void a_worker_knows_of_the_end_before_any_listener_is_quiesced_and_not_earlier() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).provider(ProbingProvider.NAME).workers(2));
        awaitPids(port(supervisor), 2);
        Client.ask(port(supervisor), "print 1");
        await().atMost(LIMIT).until(() -> output().contains("line 0 of worker"));
        assertThat(output()).doesNotContain(ProbingProvider.KNOWN);

        String address = "127.0.0.1:" + port(supervisor);
        assertThat(log.lines()).contains("INFO listening on " + address);

        supervisor.stop();

        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        await().atMost(LIMIT).until(() -> output().contains(ProbingProvider.KNOWN));
        assertThat(log.lines())
                .anyMatch(line ->
                        line.startsWith("INFO stopping to listen on " + address + ": " + ProbingProvider.REASON));
    }
}
