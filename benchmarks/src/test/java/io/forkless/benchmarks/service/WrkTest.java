package io.forkless.benchmarks.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The outputs are wrk 4.1.0's own. */
class WrkTest {
    private static final String CLEAN = """
            Running 1s test @ http://127.0.0.1:18765/
              1 threads and 4 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     6.34ms   12.61ms  89.40ms   94.44%
                Req/Sec     1.16k   352.13     1.64k    70.00%
              Latency Distribution
                 50%  840.00us
                 75%    4.64ms
                 90%    8.69ms
                 99%    1.25s
              1182 requests in 1.05s, 1.34MB read
            Requests/sec:   1123.38
            Transfer/sec:      1.28MB
            """;

    @Test
    void rate_and_latencies_are_found_in_whatever_unit_wrk_has_chosen() {
        Wrk wrk = Wrk.parse(CLEAN);

        assertThat(wrk.requestsPerSecond()).isEqualTo(1123.38);
        assertThat(wrk.requests()).isEqualTo(1182);
        assertThat(wrk.p50()).isCloseTo(0.84, within(1e-9));
        assertThat(wrk.p99()).isEqualTo(1250);
        assertThat(wrk.failures()).isZero();
    }

    @Test
    void answers_with_a_wrong_status_are_failures_and_not_requests() {
        Wrk wrk = Wrk.parse(CLEAN.replace("1.34MB read\n", "1.34MB read\n  Non-2xx or 3xx responses: 591\n"));

        assertThat(wrk.failures()).isEqualTo(591);
        assertThat(wrk.requests()).isEqualTo(591);
        assertThat(wrk.requestsPerSecond()).isCloseTo(1123.38 / 2, within(1e-9));
    }

    @Test
    void socket_errors_of_every_kind_are_failures() {
        Wrk wrk = Wrk.parse(CLEAN.replace(
                "1.34MB read\n", "1.34MB read\n  Socket errors: connect 1, read 20, write 300, timeout 4000\n"));

        assertThat(wrk.failures()).isEqualTo(4321);
        assertThat(wrk.requests()).isEqualTo(1182);
    }

    @Test
    void a_server_that_answers_nothing_has_the_rate_zero() {
        Wrk wrk = Wrk.parse("""
                Running 1s test @ http://127.0.0.1:18765/
                  1 threads and 4 connections
                  Latency Distribution
                     50%    0.00us
                     99%    0.00us
                  0 requests in 1.00s, 0.00B read
                Requests/sec:      0.00
                """);

        assertThat(wrk.requestsPerSecond()).isZero();
        assertThat(wrk.requests()).isZero();
    }

    @Test
    void anything_else_is_refused_and_shown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wrk.parse("unable to connect to 127.0.0.1:1 Connection refused"))
                .withMessageContaining("Connection refused");
    }
}
