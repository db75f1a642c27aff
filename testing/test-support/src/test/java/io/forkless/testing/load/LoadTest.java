package io.forkless.testing.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What many clients meet is counted, each case once. */
class LoadTest {
    @Test
    void good_and_bad_answers_are_counted_and_a_failure_knows_its_client() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                (i, client) -> client.read().write(i % 2 == 0 ? ScriptedServer.LAST : ScriptedServer.UNAVAILABLE))) {
            Load load = Load.start(server.port(), 1, Manner.CLOSE);
            try (load) {
                load.awaitMore(10);
            }

            Counts counts = load.counts();
            assertThat(counts.of(Outcome.OK)).isGreaterThanOrEqualTo(10);
            assertThat(counts.of(Outcome.WRONG)).isBetween(counts.of(Outcome.OK) - 1, counts.of(Outcome.OK));
            assertThat(counts.lost()).isEqualTo(load.lost()).isEqualTo(counts.of(Outcome.WRONG));
            assertThat(load.failures())
                    .hasSize((int) counts.lost())
                    .allMatch(failure -> failure.client() == 0 && failure.worker() == null);
            assertThat(load.clientsByWorker()).isEqualTo(Map.of("42", 1));
            assertThat(load.firstAnswers()).containsOnlyKeys("42");
        }
    }

    @Test
    void the_gap_between_two_answers_is_measured_over_all_clients() throws Exception {
        try (ScriptedServer server = new ScriptedServer((i, client) -> {
                    if (i == 10) {
                        parkMillis(300);
                    }
                    client.read().write(ScriptedServer.LAST);
                });
                Load load = Load.start(server.port(), 2, Manner.CLOSE)) {
            load.awaitMore(20);

            assertThat(load.takeLongestGap()).isGreaterThanOrEqualTo(java.time.Duration.ofMillis(250));
        }
    }

    @Test
    void clients_that_are_told_so_end_when_they_are_refused() throws Exception {
        Load load;
        try (ScriptedServer server =
                new ScriptedServer((i, client) -> client.read().write(ScriptedServer.LAST))) {
            load = Load.start(server.port(), 2, Manner.CLOSE);
            load.awaitMore(10);
            load.stopWhenRefused();
        }

        load.join();
        await().untilAsserted(() -> assertThat(load.count(Outcome.REFUSED)).isGreaterThanOrEqualTo(2));
    }

    @Test
    void clients_of_several_kinds_are_told_apart_and_a_client_that_fails_in_an_unforeseen_way_goes_on()
            throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer((i, client) -> client.read().write(ScriptedServer.LAST));
                Load load = new Load()) {
            load.add("good", () -> Manner.CLOSE.open(Target.of(server.port())));
            load.awaitNextOfEach();
            load.add("bad", () -> {
                throw new IllegalStateException("so it is");
            });
            await().untilAsserted(() ->
                    assertThat(load.counts("bad").of(Outcome.WRONG)).isGreaterThan(1));

            assertThat(load.counts("good").lost()).isZero();
            assertThat(load.counts("bad").of(Outcome.OK)).isZero();
            assertThat(load.clientsByWorker(List.of("good"))).isEqualTo(Map.of("42", 1));
            assertThat(load.clientsByWorker(List.of("bad"))).isEmpty();
            assertThat(load.failures()).allMatch(failure -> failure.kind().equals("bad"));
        }
    }

    private static void parkMillis(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }
}
