package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.forkless.e2e.RunningProgram;
import io.forkless.testing.ShortTempDir;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Case A9 from the field: long streams in several workers at a deploy, and what is told of those that are cut. */
@Tag("long")
class StreamsIT {
    private static final int WORKERS = 2;
    private static final int STREAMS = 6;
    private static final int LOST = 5;

    /** So long that a status can be asked for while both drain, also on a machine that is busy. */
    private static final int DRAIN_SECONDS = 20;

    private static final Pattern CUT = Pattern.compile("not drained within [^,;]*, (\\d+) connections? cut");
    private static final Pattern OPEN = Pattern.compile("\"open\" *: *(\\d+)");

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private final String name = "it-" + UUID.randomUUID();
    private final List<HttpConnection> streams = new ArrayList<>();

    @AfterEach
    void close_the_streams() {
        streams.forEach(HttpConnection::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jetty-hello", "undertow-hello"})
    void streams_hold_a_restart_for_one_drain_time_out_however_many_workers_have_some(String example) throws Exception {
        try (RunningProgram run = run(example)) {
            run.awaitLine("all " + WORKERS + " workers are READY");
            open(run, STREAMS);
            assertRestartThatCuts(run);

            RunningProgram undisturbed = operate("restart", "--max-surge", "2");
            assertThat(undisturbed.awaitExit()).as(undisturbed.output()).isZero();
            assertThat(undisturbed.output()).isEqualTo("restarted 2 workers");

            open(run, 1);
            RunningProgram stop = operate("stop");
            assertThat(stop.awaitExit()).as(stop.output()).isEqualTo(LOST);
            assertThat(stop.output())
                    .contains("forkless: stopped, but connections may have been lost: worker ")
                    .endsWith(", 1 connection cut");
            assertThat(run.awaitExit()).as(run.output()).isEqualTo(LOST);
            assertThat(run.output()).contains("forkless: stopped, but connections may have been lost: worker ");
        }
    }

    private void assertRestartThatCuts(RunningProgram run) throws Exception {
        RunningProgram restart = operate("restart", "--max-surge", "100%");
        run.awaitThat("both drain", () -> run.count(": DRAINING") == WORKERS);
        String status = status();
        assertThat(status.split("DRAINING", -1)).as(status).hasSize(1 + WORKERS);
        assertThat(status.split("READY", -1)).as(status).hasSize(1 + WORKERS);

        assertThat(restart.awaitExit()).as(restart.output()).isEqualTo(LOST);
        List<Integer> cut = numbers(CUT, restart.output());
        assertThat(cut).as(restart.output()).hasSize(WORKERS);
        assertThat(cut.stream().mapToInt(Integer::intValue).sum())
                .as(restart.output())
                .isEqualTo(STREAMS);
        assertThat(restart.output())
                .startsWith("forkless: restarted 2 workers, but connections may have been lost: worker ")
                .endsWith("; " + STREAMS + " connections cut in all");
        assertThat(run.output()).contains(restart.output().replace("forkless: ", ""));
        assertThat(numbers(CUT, run.output()))
                .as("each line of a worker has it as well")
                .hasSize(2 * WORKERS);
        for (HttpConnection stream : streams) {
            assertThatExceptionOfType(RequestException.class).isThrownBy(stream::receive);
        }
    }

    /** Streams that do not end by themselves in time; if there are several, every worker has at least one. */
    private void open(RunningProgram run, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            HttpConnection stream = new HttpConnection(run.port());
            streams.add(stream);
            stream.send("/sleep?ms=600000", false, 1);
        }
        run.awaitThat("they are open", () -> {
            List<Integer> open = numbers(OPEN, status());
            return open.stream().mapToInt(Integer::intValue).sum() == count
                    && (count == 1 || open.stream().allMatch(connections -> connections > 0));
        });
    }

    private RunningProgram run(String example) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--name", name, "--workers", "" + WORKERS));
        arguments.addAll(List.of("--listen", "127.0.0.1:0", "--drain-timeout", "" + DRAIN_SECONDS));
        arguments.addAll(List.of("--boot-timeout", "" + RunningProgram.PATIENCE.toSeconds(), "--"));
        arguments.addAll(RunningProgram.workers(temporary, example));
        return RunningProgram.command(temporary, Map.of(), List.of(), arguments);
    }

    private RunningProgram operate(String verb, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(verb, "--name", name));
        arguments.addAll(List.of(options));
        return RunningProgram.command(temporary, Map.of(), List.of(), arguments);
    }

    private String status() throws IOException, InterruptedException {
        RunningProgram status = operate("status", "--json");
        assertThat(status.awaitExit()).as(status.output()).isZero();
        return status.output();
    }

    private static List<Integer> numbers(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .toList();
    }
}
