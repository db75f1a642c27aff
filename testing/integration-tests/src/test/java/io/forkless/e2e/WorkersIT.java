package io.forkless.e2e;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.Scoreboard;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the README promises, with the packaged jars: workers on one port, and what may befall them. */
abstract class WorkersIT {
    private static final boolean FULL = Boolean.getBoolean("forkless.full");
    private static final int WORKERS = Machine.isWine() ? 3 : 4;
    private static final Manner[] SIMPLE = {Manner.KEEP_ALIVE, Manner.CLOSE};

    private final String example;

    @TempDir
    private Path temporary;

    /** @param example the name of the program that the workers run */
    WorkersIT(String example) {
        this.example = example;
    }

    @Test
    void sequential_connections_are_spread_evenly_over_all_workers() throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS)) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                answers.add(HttpConnection.get(forkless.port(), "/"));
            }

            assertThat(answers).allMatch(answer -> answer.matches("worker [0-3] pid \\d+"));
            assertSpread(answers, 400 / WORKERS / 5 * 4, 1.2);
        }
    }

    @Test
    @DisabledIfSystemProperty(named = Machine.WINE, matches = ".+", disabledReason = Machine.WINE_IS_NO_MEASURE)
    void a_burst_of_keep_alive_connections_leaves_no_worker_with_less_than_half_of_its_share() throws Exception {
        int connections = 64;
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS)) {
            warmUp(forkless.port());
            Scoreboard scoreboard = scoreboard();
            int rounds = FULL ? 20 : 5;
            List<Map<String, Long>> uneven = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                // A worker that has yet to notice that the last round's connections are closed would get fewer.
                await().untilAsserted(
                                () -> assertThat(IntStream.range(0, WORKERS).mapToLong(scoreboard::open))
                                        .containsOnly(0L));
                Map<String, Long> byWorker = byWorker(burst(forkless.port(), connections));
                if (byWorker.size() < WORKERS || Collections.min(byWorker.values()) < connections / WORKERS / 2) {
                    uneven.add(byWorker);
                }
            }
            // A worker that gets no processor for the moment of a burst, since the machine is busy, takes no part in
            // it.
            assertThat(uneven).hasSizeLessThanOrEqualTo(rounds / 5);
        }
    }

    @Test
    void a_killed_worker_costs_its_own_connections_and_is_replaced() throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS);
                Load load = Load.start(forkless.port(), 32, SIMPLE)) {
            load.awaitMore(1000);
            Set<String> before = forkless.answersOfAll(WORKERS);
            String victim = before.iterator().next();

            Machine.kill(pid(victim));

            forkless.awaitLine(Machine.isWindows() ? "BACKOFF (exited with status" : "killed by SIGKILL");
            assertRecovery(forkless, load, victim, before);
        }
    }

    /** A connection that cannot be accepted stays in the queue, so the others serve it. */
    @Test
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no prlimit on Windows")
    @DisabledOnOs(value = OS.MAC, disabledReason = "prlimit(1) is of Linux")
    void a_worker_without_free_descriptors_costs_nothing_and_serves_again_when_there_are_some() throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS)) {
            Set<String> before = forkless.answersOfAll(WORKERS);
            String victim = before.iterator().next();
            Load load = Load.start(forkless.port(), 8, Manner.CLOSE);
            try (load) {
                load.awaitMore(1000);
                limitFiles(pid(victim), "1:");
                // No message tells: a log may need a file for its first one.
                forkless.awaitThat(
                        "the victim answers no more",
                        () -> !answers(forkless.port(), 10 * WORKERS).contains(victim));
                load.awaitMore(1000);
                limitFiles(pid(victim), "1024:");
                forkless.awaitThat(
                        "the victim answers again",
                        () -> HttpConnection.get(forkless.port(), "/").equals(victim));
            }
            assertThat(load.failures()).as("%s", load).isEmpty();
            assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
            assertThat(forkless.answersOfAll(WORKERS)).isEqualTo(before);
        }
    }

    @Test
    void a_worker_that_crashes_costs_its_own_connections_and_is_replaced() throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS);
                Load load = Load.start(forkless.port(), 32, SIMPLE)) {
            load.awaitMore(1000);
            Set<String> before = forkless.answersOfAll(WORKERS);

            try (HttpConnection connection = new HttpConnection(forkless.port())) {
                connection.send("/", false, 1);
                String victim = connection.receive();
                connection.send("/crash", false, 1);
                forkless.awaitLine("exited with status 1");

                assertRecovery(forkless, load, victim, before);
            }
        }
    }

    @Test
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no such signal on Windows")
    void termination_under_load_loses_no_request_and_frees_the_port_at_once() throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS);
                Load load = Load.start(forkless.port(), 32, SIMPLE)) {
            int port = forkless.port();
            load.awaitMore(2000);
            CompletableFuture<String> longRequest = request(port, "/sleep?ms=1500");
            load.awaitMore(100);
            load.stopWhenRefused();

            forkless.terminate();

            assertThat(forkless.awaitExit()).as(forkless.output()).isZero();
            bind(port);
            load.join();
            assertThat(load.lost()).as("%s%n%s", load, forkless.output()).isZero();
            assertThat(longRequest.join()).startsWith("worker");
            assertThat(files(temporary)).isEmpty();
        }
    }

    @Test
    void a_stop_by_command_under_load_loses_no_request() throws Exception {
        int clients = 16;
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS);
                Load load = Load.start(forkless.port(), clients, Manner.values())) {
            load.awaitMore(1000);
            load.stopWhenRefused();

            forkless.operate("stop");

            assertThat(forkless.awaitExit()).as(forkless.output()).isZero();
            load.join();
            // Windows resets who connects in the moment in which the last worker closes: docs/windows.md says so.
            long comeTooLate = Machine.isWindows() ? load.count(Outcome.ENDED_BEFORE) : 0;
            assertThat(load.lost() - comeTooLate)
                    .as("%s%n%s", load, forkless.output())
                    .isZero();
            assertThat(comeTooLate).as("%s%n%s", load, forkless.output()).isLessThanOrEqualTo(clients);
            assertThat(files(temporary)).isEmpty();
        }
    }

    /** The profiles "full" and "soak" repeat it for longer. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void rolling_restarts_under_load_lose_no_request_and_leave_the_connections_spread() throws Exception {
        int restarts = Integer.getInteger("forkless.it.restarts", FULL ? 3 : 1);
        long requests = Long.getLong("forkless.it.requests", Machine.isWine() ? 4_000 : FULL ? 200_000 : 10_000);
        int clients = Machine.isWine() ? 8 : 32; // each request takes Wine's server many steps
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS);
                Load load = Load.start(forkless.port(), clients, Manner.values())) {
            load.awaitMore(1000);
            for (int i = 0; i < restarts; i++) {
                Set<String> before = forkless.answersOfAll(WORKERS);
                long answered = load.count(Outcome.OK);
                forkless.operate("restart");
                assertThat(forkless.answersOfAll(WORKERS)).doesNotContainAnyElementsOf(before);
                load.awaitMore(Math.max(1, requests / restarts - (load.count(Outcome.OK) - answered)));
            }

            assertThat(load.lost()).as("%s%n%s", load, forkless.output()).isZero();
            assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
            assertThat(forkless.count("READY (")).isGreaterThanOrEqualTo(WORKERS * (restarts + 1L));
            assertThat(load.clientsByWorker().values())
                    .as("%s", load)
                    .allMatch(count -> count <= 2 * clients / WORKERS);
            System.out.println("soak: rolling restarts of " + WORKERS + " " + example + ": " + restarts + "; " + load);
        }
    }

    @Test
    void a_killed_supervisor_leaves_workers_that_finish_their_requests_and_go_if_they_are_not_to_wait()
            throws Exception {
        try (RunningProgram forkless = RunningProgram.forkless(temporary, example, WORKERS, "--orphan-timeout", "0")) {
            int port = forkless.port();
            assertThat(forkless.processes()).hasSizeGreaterThanOrEqualTo(1 + WORKERS);
            CompletableFuture<String> longRequest = request(port, "/sleep?ms=2000");
            Scoreboard scoreboard = scoreboard();
            await().until(() ->
                    IntStream.range(0, WORKERS).mapToLong(scoreboard::open).sum() == 1);

            forkless.handle().destroyForcibly();

            assertThat(longRequest.join()).startsWith("worker");
            forkless.awaitThat("no process is left", () -> forkless.processes().isEmpty());
            bind(port);
            if (!Machine.isWindows()) { // there nobody can delete a file that a process has mapped
                assertThat(files(temporary))
                        .as("the last one removes what is left")
                        .isEmpty();
            }
        }
    }

    @Test
    void without_a_supervisor_it_is_an_ordinary_server() throws Exception {
        try (RunningProgram program = RunningProgram.alone(temporary, example, "FORKLESS_CONTROL", "")) {
            program.awaitLine("serving");

            assertThat(HttpConnection.get(program.port(), "/")).matches("worker - pid \\d+");
        }
    }

    @Test
    void a_worker_with_a_stale_bootstrap_file_says_so_in_one_line_and_does_not_bind() throws Exception {
        String stale = temporary.resolve("0-0.bootstrap").toString();
        try (RunningProgram program = RunningProgram.alone(temporary, example, "FORKLESS_CONTROL", stale)) {
            assertThat(program.awaitExit()).isEqualTo(1);

            assertThat(program.output())
                    .startsWith(example + ": FORKLESS_CONTROL names a bootstrap file that was used already")
                    .doesNotContain("\n");
        }
    }

    /** The victim's connections are lost, at most one request of each; nobody is refused; four workers serve again. */
    private static void assertRecovery(RunningProgram forkless, Load load, String victim, Set<String> before) {
        forkless.awaitThat("the victim has been replaced", () -> forkless.count("READY") > WORKERS + 1);
        Set<String> after = forkless.answersOfAll(WORKERS);
        load.awaitMore(1000);
        load.close();

        assertThat(after).hasSize(WORKERS).doesNotContain(victim);
        assertThat(before).filteredOn(worker -> !worker.equals(victim)).isSubsetOf(after);
        assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
        if (!Machine.isWine()) { // where a killed program's connection may stay, without an end, for a while
            assertThat(load.count(Outcome.CONNECT_TIMEOUT)).as("%s", load).isZero();
            assertThat(load.count(Outcome.ANSWER_TIMEOUT)).as("%s", load).isZero();
        }
        assertThat(load.count(Outcome.WRONG)).as("%s", load).isZero();
        // 16 clients hold a connection each and 16 have at most one under way, over four workers.
        assertThat(load.lost()).as("%s", load).isLessThanOrEqualTo(32);
        assertThat(load.failures())
                .as("only the victim's clients fail; one with a fresh connection does not know its worker")
                .allMatch(
                        failure -> failure.worker() == null || failure.worker().equals(victim));
    }

    private static Set<String> answers(int port, int count) throws IOException {
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < count; i++) {
            answers.add(HttpConnection.get(port, "/"));
        }
        return answers;
    }

    private static void limitFiles(long pid, String limit) throws Exception {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--nofile=" + limit).start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static void warmUp(int port) throws Exception {
        try (Load load = Load.start(port, 8, SIMPLE)) {
            load.awaitMore(2000);
        }
    }

    /** The one that the workers read and write. */
    private Scoreboard scoreboard() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            Path file = files.filter(path -> path.endsWith(Scoreboard.FILE))
                    .findFirst()
                    .orElseThrow();
            return Scoreboard.map(file);
        }
    }

    /** Opens all connections at once, then asks over each which worker has it. */
    private static List<String> burst(int port, int connections) throws IOException {
        List<HttpConnection> open = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                open.add(new HttpConnection(port));
            }
            List<String> answers = new ArrayList<>();
            for (HttpConnection connection : open) {
                connection.send("/", false, 1);
            }
            for (HttpConnection connection : open) {
                answers.add(connection.receive());
            }
            return answers;
        } finally {
            for (HttpConnection connection : open) {
                connection.close();
            }
        }
    }

    private static Map<String, Long> byWorker(List<String> answers) {
        return answers.stream().collect(groupingBy(answer -> answer, counting()));
    }

    private static void assertSpread(List<String> answers, long least, double ratio) {
        Map<String, Long> byWorker = byWorker(answers);
        assertThat(byWorker).hasSize(WORKERS);
        long min = byWorker.values().stream().mapToLong(Long::longValue).min().orElse(0);
        long max = byWorker.values().stream().mapToLong(Long::longValue).max().orElse(0);
        assertThat(min).as("%s", byWorker).isGreaterThanOrEqualTo(least);
        assertThat((double) max / min).as("%s", byWorker).isLessThanOrEqualTo(ratio);
    }

    private static CompletableFuture<String> request(int port, String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return HttpConnection.get(port, path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static long pid(String worker) {
        return Long.parseLong(worker.replaceAll(".* pid ", ""));
    }

    /** Binds without listening: a client of the load that is still trying must not find us. */
    private static void bind(int port) throws IOException {
        try (SocketChannel socket = SocketChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            // Those of the JVM and of JNA, which a killed process leaves behind.
            return files.filter(file -> !file.getFileName().toString().matches("hsperfdata.*|jna-.*"))
                    .toList();
        }
    }
}
