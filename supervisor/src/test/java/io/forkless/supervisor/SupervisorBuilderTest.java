package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.NoProviderException;
import io.forkless.spi.UnixListenSpec;
import io.forkless.supervisor.status.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupervisorBuilderTest {
    private static final Duration TOO_LONG = Duration.ofDays(366);

    @Test
    void a_command_is_all_that_is_needed() {
        assertThatCode(() -> builder().build()).doesNotThrowAnyException();
    }

    @Test
    void without_a_command_there_is_nothing_to_run() {
        assertThatThrownBy(() -> Supervisor.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("command: missing");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refusal(
                        builder -> builder.orphanTimeout(Duration.ofSeconds(1)),
                        "orphan time-out: the name is missing, by which another supervisor finds the workers"),
                refusal(builder -> builder.takeOver(), "take over: the name of the supervisor is missing"),
                refusal(b -> b.workers(0), "workers: 0 is not between 1 and 1024"),
                refusal(b -> b.workers(-1), "workers: -1 is not between 1 and 1024"),
                refusal(b -> b.workers(1025), "workers: 1025 is not between 1 and 1024"),
                refusal(b -> b.bootTimeout(Duration.ZERO), "boot time-out: 0 ms is not between 1 ms and 365 days"),
                refusal(
                        b -> b.bootTimeout(Duration.ofNanos(1)),
                        "boot time-out: 0 ms is not between 1 ms and 365 days"),
                refusal(
                        b -> b.drainTimeout(Duration.ofMillis(-5)),
                        "drain time-out: -5 ms is not between 1 ms and 365 days"),
                refusal(
                        b -> b.drainTimeout(TOO_LONG),
                        "drain time-out: 31622400000 ms is not between 1 ms and 365 days"),
                refusal(
                        b -> b.bootTimeout(Duration.ofMillis(Long.MAX_VALUE)),
                        "boot time-out: 9223372036854775807 ms is not between 1 ms and 365 days"),
                refusal(
                        b -> b.readyHold(Duration.ofSeconds(Long.MAX_VALUE)),
                        "ready hold: 106751991167300 days is not between 1 ms and 365 days"),
                refusal(
                        b -> b.hangTimeout(Duration.ofSeconds(Long.MIN_VALUE)),
                        "hang time-out: -106751991167300 days is not between 1 ms and 365 days"),
                refusal(
                        b -> b.recycle(Duration.ofSeconds(Long.MAX_VALUE), 0, 0),
                        "recycling: age: 106751991167300 days is not between 1 ms and 365 days"),
                refusal(
                        b -> b.recycle(Duration.ofNanos(999_999), 0, 0),
                        "recycling: age: 0 ms is not between 1 ms and 365 days"),
                refusal(b -> b.recycle(Duration.ZERO, 0, -1), "recycling: a limit is negative"),
                refusal(b -> b.maxFailedStarts(0), "failed starts: 0 is not positive"),
                refusal(b -> b.name("a/b"), "'a/b' is not a supervisor name: use [A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
                refusal(b -> b.environment("A=B", "c"), "environment: 'A=B' is not the name of a variable"),
                refusal(b -> b.environment("", "c"), "environment: '' is not the name of a variable"),
                refusal(b -> b.environment("A", "\0"), "environment: the value of 'A' has a NUL character"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(UnaryOperator<SupervisorBuilder> change, String message) {
        assertThatThrownBy(() -> change.apply(builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1024})
    void the_limits_are_allowed(int workers) {
        assertThatCode(() -> builder()
                        .workers(workers)
                        .bootTimeout(Duration.ofMillis(1))
                        .drainTimeout(Duration.ofDays(365))
                        .maxFailedStarts(1)
                        .name(null)
                        .build())
                .doesNotThrowAnyException();
    }

    @Test
    void what_has_been_built_does_not_change_any_more() {
        List<String> command = new ArrayList<>(List.of("nosuch-program"));
        SupervisorBuilder builder = Supervisor.builder().command(command).provider("nosuch");
        Supervisor supervisor = builder.build();
        command.clear();
        builder.provider(null);
        assertThatThrownBy(supervisor::start)
                .isInstanceOf(NoProviderException.class)
                .hasMessageContaining("'nosuch'");
    }

    @Test
    void it_shows_who_may_connect_to_a_path_where_that_is_not_the_usual() {
        UnixListenSpec path = ListenSpec.unix("/run/x");
        assertThat(shownListener(path)).isEqualTo(path.toString());
        assertThat(shownListener(path.withMode(07))).isEqualTo(path + " (mode 0007)");
        assertThat(shownListener(path.withGroup("www-data"))).isEqualTo(path + " (group www-data)");
        assertThat(shownListener(path.withMode(0600).withOwner("web").withGroup("www-data")))
                .isEqualTo(path + " (mode 0600, owner web, group www-data)");
    }

    private static String shownListener(ListenSpec spec) {
        String shown = builder().listen(spec).build().toString();
        return shown.substring(shown.indexOf("listen:")).replace("listen:   ", "");
    }

    @Test
    void a_supervisor_that_has_not_started_can_be_asked_and_stopped() throws Exception {
        Supervisor supervisor = builder().build();
        assertThat(supervisor.addresses()).isEmpty();
        assertThat(supervisor.workers()).isEmpty();
        supervisor.close();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(supervisor.awaitReady(Duration.ofSeconds(30))).isFalse();
        supervisor.start(); // has no effect: it was told to stop before
        assertThat(supervisor.workers()).isEmpty();
    }

    @Test
    void a_supervisor_that_is_killed_before_it_has_started_does_not_start() throws Exception {
        Supervisor supervisor = builder().build();
        supervisor.kill();
        supervisor.start();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
    }

    private static SupervisorBuilder builder() {
        return Supervisor.builder().command(List.of("nosuch-program"));
    }

    private static Arguments refusal(UnaryOperator<SupervisorBuilder> change, String message) {
        return Arguments.of(change, message);
    }
}
