package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.pool.Backoff;
import io.forkless.supervisor.pool.FakeQueues;
import io.forkless.supervisor.pool.FakeWorkers;
import io.forkless.supervisor.pool.Recycling;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.pool.SupervisorLife;
import io.forkless.supervisor.pool.SupervisorTransition;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operator's commands over real sockets, for a pool of simulated workers. */
class AdminSessionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final String name = "test-" + UUID.randomUUID();
    private final FakeWorkers workers = new FakeWorkers();
    private final FakeQueues queues = new FakeQueues();
    private final CompletableFuture<Outcome> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> allReady = new CompletableFuture<>();
    private final List<SocketChannel> peers = new ArrayList<>();
    private final CapturedLog log = new CapturedLog();
    private PrivateDirectory directory;
    private EventLoop loop;
    private Endpoint endpoint;
    private ControlServer control;
    private WorkerPool pool;
    private int reopened;
    private volatile List<String> remarks = List.of();

    @BeforeEach
    void start() throws Exception {
        directory = PrivateDirectory.create("forkless-test-");
        endpoint = Endpoint.claim(name);
        loop = new EventLoop("operator-session-test");
        Settings settings = new Settings(2, LONG, Duration.ZERO, LONG, LONG, LONG, 3, LONG, 1, Recycling.NEVER);
        Backoff backoff = new Backoff(LONG, LONG, new SplittableRandom());
        SupervisorLife life = new SupervisorLife();
        life.make(SupervisorTransition.START);
        pool = new WorkerPool(
                life,
                settings,
                backoff,
                loop,
                workers,
                queues,
                () -> allReady.complete(null),
                ended::complete,
                event -> {});
        control = new ControlServer(
                loop,
                directory,
                new Welcome(LONG, LONG),
                endpoint.token(),
                connection -> new AdminSession(loop, connection, new Operations()));
        endpoint.publish(control.address());
        loop.start();
        onLoop(() -> {
            pool.start();
            return null;
        });
    }

    @AfterEach
    void stop() throws Exception {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        loop.stop();
        control.close();
        endpoint.close();
        log.close();
        await().atMost(LIMIT)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("operator-session-test")));
        directory.close();
    }

    /** Nobody takes over. */
    private static final HandOver NO_HAND_OVER = new HandOver() {
        @Override
        public Session open() {
            throw new IllegalStateException("nobody is to take over");
        }

        @Override
        public boolean hasSteppedDown() {
            return false;
        }

        @Override
        public CompletionStage<Long> upgrade(Path launch) {
            return CompletableFuture.failedFuture(new IllegalStateException("no upgrade"));
        }
    };

    private final class Operations implements AdminSession.Operations {
        @Override
        public WorkerPool pool() {
            return pool;
        }

        @Override
        public CompletionStage<Void> restart(OptionalInt surge) {
            return surge.isPresent() ? pool.restart(surge.getAsInt()) : pool.restart();
        }

        @Override
        public void scale(int workers) {
            pool.scale(workers);
        }

        @Override
        public List<String> restartRemarks() {
            return remarks;
        }

        @Override
        public CompletionStage<List<String>> remarks() {
            return CompletableFuture.completedFuture(remarks);
        }

        @Override
        public CompletionStage<Void> allReady() {
            return allReady;
        }

        @Override
        public CompletionStage<Outcome> stop() {
            pool.stop();
            queues.closed(true);
            return ended;
        }

        @Override
        public HandOver handOver() {
            return NO_HAND_OVER;
        }

        @Override
        public void reopenLogs() {
            reopened++;
        }
    }

    @Test
    void status_lists_every_worker() throws Exception {
        ready(1);
        try (AdminClient client = connect()) {
            assertThat(client.execute("status", "")).isEmpty();
            assertThat(client.reports()).hasSize(2);
            assertThat(client.reports().get(0))
                    .matches(
                            "index=0 pid=1000 state=STARTING inStateMillis=\\d+ uptimeMillis=\\d+ restarts=0 accepted=0"
                                    + " open=0 heapUsed=0 resident=-1 lastExit=");
            assertThat(client.reports().get(1)).contains("index=1 pid=1001 state=READY ");
            onLoop(() -> {
                pool.exited(workers.newest(0), 7);
                return null;
            });
            client.execute("status", "");
            assertThat(client.reports().get(0))
                    .contains(" pid=-1 state=BACKOFF ")
                    .endsWith(" lastExit=exited with status 7 before it was ready");
        }
    }

    @Test
    void status_of_very_many_workers_is_whole() throws Exception {
        try (AdminClient client = connect()) {
            client.execute("scale", "1024");
            client.execute("status", "");
            assertThat(client.reports()).hasSize(1024);
            assertThat(client.reports().get(1023)).startsWith("index=1023 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"3,3", "+1,3", "-1,1", "2,2", "1024,1024"})
    void scale_says_how_many_there_are_to_be(String argument, int workers) throws Exception {
        try (AdminClient client = connect()) {
            assertThat(client.execute("scale", argument)).isEqualTo("scaling to " + workers + " workers");
            assertThat(onLoop(pool::workers)).isEqualTo(workers);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,workers: 0 is not between 1 and 1024",
        "-2,workers: 0 is not between 1 and 1024",
        "10000,workers: 10000 is not between 1 and 1024",
        "+10000,workers: 10002 is not between 1 and 1024",
        "x,scale: 'x' is not a number",
        "'',scale: '' is not a number",
        "+-1,scale: '+-1' is not a number",
        "1 2,scale: '1 2' is not a number",
        "99999999999,scale: '99999999999' is not a number"
    })
    void scale_to_what_makes_no_sense_is_refused_and_changes_nothing(String argument, String reason) throws Exception {
        try (AdminClient client = connect()) {
            assertRefused(client, "scale", argument, reason);
            assertThat(onLoop(pool::workers)).isEqualTo(2);
        }
    }

    @Test
    void a_command_that_nobody_knows_is_refused_and_the_next_one_is_not() throws Exception {
        try (AdminClient client = connect()) {
            assertRefused(client, "dance", "", "unknown command 'dance'");
            assertThat(client.execute("reopen-logs", "")).isEqualTo("reopened");
            assertThat(reopened).isOne();
        }
    }

    @Test
    void what_the_operator_should_know_is_listed() throws Exception {
        try (AdminClient client = connect()) {
            client.execute("remarks", "");
            assertThat(client.reports()).isEmpty();
            remarks = List.of("web.args has changed", "app.jar was overwritten");
            client.execute("remarks", "");
            assertThat(client.reports()).isEqualTo(remarks);
        }
    }

    @Test
    void restart_is_answered_when_it_is_done() throws Exception {
        remarks = List.of("web.args has changed");
        ready(0);
        ready(1);
        try (AdminClient client = connect();
                AdminClient impatient = connect()) {
            FutureTask<String> first = inBackground(() -> client.execute("restart", ""));
            FutureTask<String> second = inBackground(() -> impatient.execute("restart", ""));
            await().atMost(LIMIT)
                    .until(() -> log.lines().stream()
                                    .filter(line -> line.startsWith("INFO restarting 2 workers"))
                                    .count()
                            == 2);
            // Which replacements the second one makes anew depends on when it came.
            await().atMost(LIMIT).until(() -> {
                onLoop(() -> {
                    List.copyOf(workers.launched).stream()
                            .filter(process -> process.drains > 0)
                            .forEach(process -> pool.exited(process, 0));
                    List.copyOf(workers.launched).forEach(process -> {
                        process.linked = true;
                        pool.ready(process);
                    });
                    return null;
                });
                return first.isDone() && second.isDone();
            });
            assertThat(first.get()).isEqualTo("restarted 2 workers; web.args has changed");
            assertThat(second.get()).isEqualTo("restarted 2 workers; web.args has changed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "100%", "51%", "1024"})
    void restart_with_a_surge_replaces_as_many_at_a_time(String surge) throws Exception {
        ready(0);
        ready(1);
        try (AdminClient client = connect()) {
            FutureTask<String> restart = inBackground(() -> client.execute("restart", surge));
            await().atMost(LIMIT).until(() -> onLoop(() -> workers.launched.size()) == 4);
            ready(2);
            ready(3);
            exit(0, 0);
            exit(1, 0);
            assertThat(restart.get(30, TimeUnit.SECONDS)).isEqualTo("restarted 2 workers");
        }
    }

    @Test
    void restart_with_a_surge_that_makes_no_sense_is_refused_and_restarts_nothing() throws Exception {
        try (AdminClient client = connect()) {
            assertRefused(
                    client,
                    "restart",
                    "0",
                    "surge: '0' is neither a number from 1 to 1024 nor a percentage from 1% to 100%");
            assertRefused(client, "restart", "1025", "surge: 1025 is not between 1 and 1024");
            assertThat(workers.launched).hasSize(2);
        }
    }

    @Test
    void restart_that_fails_is_refused_with_the_reason() throws Exception {
        ready(0);
        ready(1);
        onLoop(() -> {
            workers.failAfter(0);
            return null;
        });
        try (AdminClient client = connect()) {
            assertRefused(
                    client,
                    "restart",
                    "",
                    "restart aborted: replacement worker 2 failed: cannot start 'app': command not found; 0 of 2 workers"
                            + " were replaced");
        }
    }

    @Test
    void stop_during_a_restart_ends_it() throws Exception {
        ready(0);
        ready(1);
        try (AdminClient restarting = connect();
                AdminClient client = connect()) {
            FutureTask<String> restart = inBackground(() -> restarting.execute("restart", ""));
            await().atMost(LIMIT).until(() -> onLoop(() -> workers.launched.size()) == 3);
            FutureTask<String> stop = inBackground(() -> client.execute("stop", ""));
            assertThatThrownBy(() -> restart.get(30, TimeUnit.SECONDS))
                    .hasRootCauseMessage(
                            "restart aborted: the supervisor was told to stop; 0 of 2 workers were replaced");
            assertRefused(restarting, "scale", "3", "the supervisor is stopping");
            assertRefused(restarting, "restart", "", "the supervisor is stopping");
            assertThat(stop).isNotDone();
            exitAll(0);
            assertThat(stop.get(30, TimeUnit.SECONDS)).isEqualTo("stopped");
            assertThat(client.reports()).containsExactly("draining 2 workers");
        }
    }

    @Test
    void stop_tells_what_was_lost() throws Exception {
        ready(0);
        try (AdminClient client = connect()) {
            FutureTask<String> stop = inBackground(() -> client.execute("stop", ""));
            await().atMost(LIMIT).until(() -> onLoop(() -> workers.newest(0).drains) == 1);
            exitAll(1);
            assertThatThrownBy(() -> stop.get(30, TimeUnit.SECONDS))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            FailedException.class,
                            e -> assertThat(e.exitStatus()).isEqualTo(5))
                    .hasMessage(
                            "stopped, but connections may have been lost: worker 0 (pid 1000): exited with status 1");
        }
    }

    @Test
    void restart_tells_what_was_lost() throws Exception {
        ready(0);
        ready(1);
        try (AdminClient client = connect()) {
            FutureTask<String> restart = inBackground(() -> client.execute("restart", ""));
            await().atMost(LIMIT).until(() -> onLoop(() -> workers.launched.size()) == 3);
            ready(2);
            exit(0, 0);
            ready(3);
            exit(1, 143);
            assertThatThrownBy(() -> restart.get(30, TimeUnit.SECONDS))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            FailedException.class,
                            e -> assertThat(e.exitStatus()).isEqualTo(5))
                    .hasMessage(
                            "restarted 2 workers, but connections may have been lost: worker 1 (pid 1001): killed by"
                                    + " SIGTERM (status 143)");
        }
    }

    @Test
    void whoever_waits_long_hears_that_the_supervisor_lives() throws Exception {
        ready(0);
        ready(1);
        try (AdminClient client = AdminClient.connect(name, Places.ofThisUser(), Duration.ofSeconds(4))) {
            FutureTask<String> restart = inBackground(() -> client.execute("restart", ""));
            long begun = System.nanoTime();
            await().atMost(LIMIT)
                    .until(() -> restart.isDone() || System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(5));
            assertThat(restart).isNotDone();
            loop.stop();
            assertThatThrownBy(() -> restart.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IOException.class)
                    .rootCause()
                    .hasMessageContaining("ended before it had answered");
        }
    }

    @Test
    void await_ready_is_answered_when_all_are_ready() throws Exception {
        try (AdminClient client = connect()) {
            FutureTask<String> answer = inBackground(() -> client.execute("await-ready", ""));
            ready(0);
            assertThat(answer).isNotDone();
            ready(1);
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("all 2 workers are ready");
        }
    }

    @Test
    void an_operator_who_leaves_in_the_middle_harms_nobody() throws Exception {
        ready(0);
        ready(1);
        AdminClient leaving = connect();
        inBackground(() -> leaving.execute("restart", ""));
        await().atMost(LIMIT).until(() -> onLoop(() -> workers.launched.size()) == 3);
        leaving.close();
        ready(2);
        try (AdminClient client = connect()) {
            client.execute("status", "");
            assertThat(client.reports()).as("the restart goes on").hasSize(4);
        }
        assertThat(log.lines()).noneMatch(line -> line.startsWith("SEVERE"));
    }

    @Test
    void who_does_not_know_the_secret_is_turned_away() throws Exception {
        for (String token : List.of("0".repeat(64), endpoint.token().substring(1), endpoint.token() + "0", "")) {
            assertThat(answerTo("operator 1 " + token + "\ndo stop \n"))
                    .isEqualTo("refused 0 the token is not this supervisor's\n");
        }
        assertThat(onLoop(() -> pool.status().stream().anyMatch(worker -> worker.state() == WorkerState.READY)))
                .isFalse();
        assertThat(log.lines().toString()).doesNotContain(endpoint.token());
        ready(0);
    }

    @Test
    void another_version_is_turned_away_with_both_numbers() throws Exception {
        assertThat(answerTo("operator 2 " + endpoint.token() + "\n"))
                .isEqualTo("refused 0 the supervisor speaks control protocol 1, the command 2: use the same Forkless"
                        + " version for both\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready\n", "hello 1 t 1\n", "do\n", "nonsense\n", "operator 1 t\n"})
    void an_operator_who_leaves_the_protocol_is_turned_away(String garbage) throws Exception {
        assertThat(answerTo("operator 1 " + endpoint.token() + "\n" + garbage)).isEmpty();
        try (AdminClient client = connect()) {
            client.execute("status", "");
        }
    }

    @Test
    void several_commands_may_come_over_one_connection_at_once() throws Exception {
        SocketChannel peer = peer("operator 1 " + endpoint.token() + "\ndo scale 3\ndo scale +1\ndo reopen-logs \n");
        StringBuilder answers = new StringBuilder();
        while (!answers.toString().contains("reopened")) {
            answers.append(read(peer));
        }
        assertThat(answers).hasToString("done scaling to 3 workers\ndone scaling to 4 workers\ndone reopened\n");
    }

    private AdminClient connect() throws IOException {
        return AdminClient.connect(
                name, Places.ofThisUser(), LONG); // a busy machine may take long to log a thousand workers
    }

    private static void assertRefused(AdminClient client, String verb, String argument, String reason) {
        assertThatThrownBy(() -> client.execute(verb, argument))
                .isInstanceOf(RefusedException.class)
                .hasMessage(reason);
    }

    private void ready(int index) throws Exception {
        onLoop(() -> {
            workers.newest(index).linked = true;
            pool.ready(workers.newest(index));
            return null;
        });
    }

    private void exit(int index, int status) throws Exception {
        onLoop(() -> {
            pool.exited(workers.newest(index), status);
            return null;
        });
    }

    private void exitAll(int status) throws Exception {
        onLoop(() -> {
            List.copyOf(workers.launched).forEach(process -> pool.exited(process, status));
            return null;
        });
    }

    private String answerTo(String text) throws IOException {
        return read(peer(text));
    }

    private SocketChannel peer(String text) throws IOException {
        SocketChannel peer = SocketChannel.open(control.address());
        peers.add(peer);
        peer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return peer;
    }

    /** What comes next; empty at the end of the stream, be it in order or not. */
    private static String read(SocketChannel channel) {
        ByteBuffer bytes = ByteBuffer.allocate(16_384);
        try {
            channel.read(bytes);
        } catch (IOException reset) {
            return "";
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private static <T> FutureTask<T> inBackground(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    private <T> T onLoop(Callable<T> question) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.get(30, TimeUnit.SECONDS);
    }
}
