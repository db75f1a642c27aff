package io.forkless.supervisor.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.FileIdentity;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.UserId;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.CapturedLog;
import io.forkless.supervisor.SupervisedTest;
import io.forkless.supervisor.Wrapper;
import io.forkless.supervisor.process.SpawnedWorker;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers of every kind, over real sockets. The honest worker is this process, since the kernel tells who calls. */
public class ControlServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WELCOME = "welcome 30000 1000\n";

    private static final String OPERATOR_TOKEN = "fedcba9876543210";
    private static final String EARLIER_TOKEN = "0123456789abcdef";
    private static final Holding HOLDING = new Holding(1, "posix", "127.0.0.1:80");
    private static final long OWN_PID = ProcessHandle.current().pid();
    private static final long PARENT_PID =
            ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L);

    public static final SpawnedWorker.Events IGNORED = new SpawnedWorker.Events() {
        @Override
        public void ready(SpawnedWorker from) {}

        @Override
        public void unready(SpawnedWorker worker) {}

        @Override
        public void drained(SpawnedWorker worker) {}

        @Override
        public void heartbeat(SpawnedWorker from, Heartbeat heartbeat) {}

        @Override
        public void listenRequested(SpawnedWorker from, Listen request) {}

        @Override
        public void linkLost(SpawnedWorker from) {}
    };

    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final Queue<ControlConnection> operators = new ConcurrentLinkedQueue<>();
    private final CapturedLog log = new CapturedLog();
    private final List<SocketChannel> peers = new ArrayList<>();
    private PrivateDirectory directory;
    private EventLoop loop;
    private ControlServer control;
    private Process other;
    private SpawnedWorker worker;
    private BootstrapFile bootstrap;

    @BeforeEach
    void start() throws Exception {
        directory = PrivateDirectory.create("forkless-test-");
        loop = new EventLoop("control-server-test");
        control = new ControlServer(
                loop,
                directory,
                new Welcome(Duration.ofSeconds(30), Duration.ofSeconds(1)),
                OPERATOR_TOKEN,
                operators::add);
        loop.start();
        other = JavaProgram.of(Sleeper.class).process().start();
        worker = new SpawnedWorker(
                3,
                new SpawnedWorker.Events() {
                    @Override
                    public void ready(SpawnedWorker from) {
                        events.add("ready");
                    }

                    @Override
                    public void unready(SpawnedWorker worker) {}

                    @Override
                    public void drained(SpawnedWorker worker) {}

                    @Override
                    public void heartbeat(SpawnedWorker from, Heartbeat heartbeat) {
                        events.add(heartbeat.toString());
                    }

                    @Override
                    public void listenRequested(SpawnedWorker from, Listen request) {
                        events.add("listen " + request.spec());
                        from.send(new ControlMessage.Refused(request.id(), "x".repeat(8000)));
                    }

                    @Override
                    public void linkLost(SpawnedWorker from) {
                        events.add("lost");
                    }

                    @Override
                    public void calledAgain(SpawnedWorker from, Again introduction) {
                        events.add("again " + introduction.holdings());
                    }

                    @Override
                    public void answered(SpawnedWorker from, ControlMessage answer) {
                        events.add(answer.encode());
                    }
                },
                false);
        worker.spawned(ProcessHandle.current());
        bootstrap = onLoop(() -> control.expect(worker));
    }

    @AfterEach
    void stop() throws Exception {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        loop.stop();
        control.close();
        other.destroyForcibly().waitFor();
        directory.close();
        log.close();
        await().atMost(LIMIT)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("control-server-test")));
    }

    @Test
    void an_invited_worker_is_welcome_and_heard() throws Exception {
        SocketChannel link = join();
        send(link, new Ready());
        send(link, new Listen(7, ListenSpec.parse("127.0.0.1:80")));
        await().atMost(LIMIT).until(() -> events.size() == 2);
        assertThat(events).containsExactly("ready", "listen 127.0.0.1:80");
        assertThat(onLoop(worker::linkedProcess)).isEqualTo(ProcessHandle.current());
        link.close();
        await().atMost(LIMIT).until(() -> events.contains("lost"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows removes no socket that is in use")
    void a_socket_whose_file_was_removed_is_made_again_and_links_stay() throws Exception {
        SocketChannel link = join();
        SocketChannel early = connect();
        assertThat(control.isThere()).isTrue();
        Files.delete(control.path());
        assertThat(control.isThere()).isFalse();

        onLoop(() -> {
            control.makeAgain();
            return null;
        });

        assertThat(control.isThere()).isTrue();
        send(link, new Ready());
        await().atMost(LIMIT).until(() -> events.contains("ready"));
        for (SocketChannel peer : List.of(early, connect())) {
            send(peer, "operator 1 " + OPERATOR_TOKEN + "\n");
        }
        await().atMost(LIMIT).until(() -> operators.size() == 2);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows removes no socket that is in use")
    void a_file_in_the_place_of_the_socket_gives_way() throws Exception {
        Files.delete(control.path());
        Files.createFile(control.path());
        assertThat(control.isThere()).isFalse();

        onLoop(() -> {
            control.makeAgain();
            return null;
        });
        control.touch(FileTime.fromMillis(0));

        assertThat(Files.getLastModifiedTime(control.path())).isEqualTo(FileTime.fromMillis(0));
        assertThat(join().isConnected()).isTrue();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "not every JDK can look at a socket there")
    void it_listens_again_as_soon_as_it_can() throws Exception {
        Path elsewhere = directory.path().resolveSibling(directory.path().getFileName() + "-elsewhere");
        pause();
        Files.move(directory.path(), elsewhere);
        assertThatThrownBy(this::resume).hasMessageContaining("cannot make the socket");
        Files.move(elsewhere, directory.path());
        resume();
        FileIdentity made = FileIdentity.of(control.path());
        resume();
        assertThat(made.isThere()).as("it was listening already").isTrue();
        assertThat(join().isConnected()).isTrue();
    }

    private void pause() throws Exception {
        onLoop(() -> {
            control.pause();
            return null;
        });
    }

    private void resume() throws Exception {
        onLoop(() -> {
            control.resume();
            return null;
        });
    }

    @Test
    void a_message_may_come_byte_by_byte_and_several_at_once() throws Exception {
        SocketChannel link = connect();
        for (byte b : hello(bootstrap.token(), OWN_PID).toBytes()) {
            link.write(ByteBuffer.wrap(new byte[] {b}));
        }
        assertThat(read(link)).isEqualTo(WELCOME);
        send(link, "ready\nready\nbye\nready\n");
        await().atMost(LIMIT).until(() -> events.size() == 3);
    }

    @Test
    void a_descendant_of_the_spawned_process_may_speak_for_it() throws Exception {
        List<String> program = JavaProgram.of(Caller.class, EndpointText.encode(control.address()), bootstrap.token())
                .command();
        Process script = new ProcessBuilder(Wrapper.around(program)).start();
        worker.spawned(script.toHandle());
        try {
            assertThat(script.inputReader().readLine()).isEqualTo(WELCOME.strip());
            long child = script.children().findAny().orElseThrow().pid();
            assertThat(onLoop(worker::linkedProcess).pid()).isEqualTo(child);
            onLoop(() -> {
                worker.kill();
                return null;
            });
            assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
            SupervisedTest.awaitGone(child);
        } finally {
            script.descendants().forEach(ProcessHandle::destroyForcibly);
            script.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "GET / HTTP/1.1\r\n",
                "hello\n",
                "hello 1\n",
                "again\n",
                "again 1 t\n",
                "hand-over 1\n",
                "adopted\n",
                "hello x y z\n",
                "hello 1 token 99999999999999999999\n",
                "\0\0\0\0\n",
                "ready\n",
                "listen 1 1024 false 127.0.0.1:80\n",
                "drain\n",
                "welcome 1\n"
            })
    void whoever_begins_with_anything_else_is_turned_away(String garbage) throws Exception {
        SocketChannel peer = connect();
        send(peer, garbage);
        assertThat(read(peer)).isEmpty();
        assertStillServing();
    }

    @Test
    void a_line_without_an_end_is_turned_away_and_costs_no_memory() throws Exception {
        SocketChannel peer = connect();
        try {
            for (int i = 0; i < 1000; i++) {
                send(peer, "x".repeat(8192));
            }
        } catch (IOException turnedAway) {
            // in words that differ between systems and languages
        }
        await().atMost(LIMIT).until(() -> log.lines().toString().contains("control line longer than 8192 bytes"));
        assertStillServing();
    }

    @Test
    void a_worker_gets_in_at_once_past_any_number_of_silent_connections() throws Exception {
        for (int i = 0; i < 2 * ControlServer.MAX_STRANGERS; i++) {
            connect();
        }
        long begun = System.nanoTime();
        assertStillServing();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(ControlServer.HELLO_TIMEOUT);
        assertThat(read(peers.get(0))).as("the oldest gave way").isEmpty();
        assertThat(log.lines())
                .contains(
                        "WARNING control connection turned away: too many connections have not introduced themselves");
    }

    @Test
    void a_silent_connection_is_closed_after_some_time_and_a_silent_worker_is_not() throws Exception {
        SocketChannel silent = connect();
        SocketChannel halfALine = connect();
        send(halfALine, "hello 1 ");
        SocketChannel link = join();
        assertThat(read(silent)).isEmpty();
        assertThat(read(halfALine)).isEmpty();
        assertThat(log.lines()).contains("WARNING control connection turned away: no introduction within 10 s");
        assertStillServing();
        send(link, new Ready());
        await().atMost(LIMIT).until(() -> events.contains("ready"));
    }

    @Test
    void a_wrong_token_is_refused() throws Exception {
        for (String token : List.of("0".repeat(64), bootstrap.token().substring(1), bootstrap.token() + "0")) {
            assertThat(answerTo(hello(token, OWN_PID))).startsWith("refused 0 the token is stale or foreign");
        }
        assertThat(log.lines().toString()).doesNotContain(bootstrap.token());
        assertStillServing();
    }

    @Test
    void a_token_works_once() throws Exception {
        SocketChannel link = join();
        assertThat(answerTo(hello(bootstrap.token(), OWN_PID))).startsWith("refused 0 the token is stale");
        send(link, new Ready());
        await().atMost(LIMIT).until(() -> events.contains("ready"));
    }

    @Test
    void a_token_of_a_worker_that_has_exited_is_stale() throws Exception {
        onLoop(() -> {
            control.forget(worker);
            return null;
        });
        assertThat(answerTo(hello(bootstrap.token(), OWN_PID))).startsWith("refused 0 the token is stale");
    }

    @Test
    void a_process_that_the_supervisor_did_not_start_is_refused_even_with_the_token() throws Exception {
        for (long pid : new long[] {PARENT_PID, 1, 0, -1, 4_194_305, Long.MAX_VALUE}) {
            String token = onLoop(() -> control.expect(worker)).token();
            assertThat(answerTo(hello(token, pid)))
                    .isEqualTo("refused 0 process " + pid + " is not a process that this supervisor started\n");
        }
        assertStillServing();
    }

    /** The kernel tells who calls. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not tell who calls")
    void a_process_that_knows_token_and_pid_of_a_worker_is_refused_and_the_worker_is_not() throws Exception {
        worker.spawned(other.toHandle());
        String claims = "refused 0 process " + OWN_PID + " of user " + UserId.ours() + " claims to be process "
                + other.pid() + "\n";
        String token = onLoop(() -> control.expect(worker)).token();
        assertThat(answerTo(hello(token, other.pid()))).isEqualTo(claims);
        for (int i = 0; i < 2; i++) {
            assertThat(answerTo(again(token, other.pid()))).isEqualTo(claims);
        }

        worker.spawned(ProcessHandle.current());
        assertThat(answerTo(again(token, OWN_PID)))
                .as("its token is still good")
                .isEqualTo(WELCOME);
    }

    @Test
    void a_worker_of_an_earlier_supervisor_is_welcome_with_what_it_has() throws Exception {
        onLoop(() -> {
            control.expectAgain(worker, EARLIER_TOKEN, true);
            return null;
        });
        SocketChannel link = connect();
        send(link, new Again(1, EARLIER_TOKEN, OWN_PID, true, false, true, false, List.of(HOLDING)));
        assertThat(read(link)).isEqualTo(WELCOME);
        await().atMost(LIMIT).until(() -> events.contains("again " + List.of(HOLDING)));
        assertThat(onLoop(worker::linkedProcess)).isEqualTo(ProcessHandle.current());
        assertThat(onLoop(worker::isReady)).isTrue();
        assertThat(onLoop(worker::isDraining)).isFalse();
        assertThat(onLoop(worker::isDebugged)).isTrue();

        send(link, new ControlMessage.Refused(1, "no such listener"));
        send(link, "ready\nbye\n");
        await().atMost(LIMIT).until(() -> events.contains("refused 1 no such listener") && events.contains("ready"));
    }

    @Test
    void one_that_has_never_called_the_earlier_supervisor_may_say_hello_and_one_that_has_may_not() throws Exception {
        SpawnedWorker booting = new SpawnedWorker(4, IGNORED, false);
        booting.spawned(ProcessHandle.current());
        onLoop(() -> {
            control.expectAgain(worker, EARLIER_TOKEN, true);
            control.expectAgain(booting, "4" + EARLIER_TOKEN, false);
            return null;
        });
        assertThat(answerTo(hello(EARLIER_TOKEN, OWN_PID))).startsWith("refused 0 the token is stale");
        assertThat(answerTo(hello("4" + EARLIER_TOKEN, OWN_PID))).isEqualTo(WELCOME);
        assertThat(answerTo(hello("4" + EARLIER_TOKEN, OWN_PID))).startsWith("refused 0 the token is stale");
    }

    @Test
    void a_worker_that_calls_again_with_a_wrong_token_is_refused() throws Exception {
        for (String token : List.of("0".repeat(64), bootstrap.token().substring(1), bootstrap.token() + "0")) {
            assertThat(answerTo(again(token, OWN_PID))).startsWith("refused 0 the token is foreign: ");
        }
        onLoop(() -> {
            control.forget(worker);
            return null;
        });
        assertThat(answerTo(again(bootstrap.token(), OWN_PID)))
                .as("that of a worker that has exited")
                .startsWith("refused 0 the token is foreign: ");
        assertThat(log.lines().toString()).doesNotContain(bootstrap.token());
        assertThat(events).isEmpty();
    }

    @Test
    void a_process_that_no_supervisor_of_the_service_started_is_refused_when_it_calls_again() throws Exception {
        for (long pid : new long[] {PARENT_PID, 1, 0, -1, 4_194_305, Long.MAX_VALUE}) {
            assertThat(answerTo(again(bootstrap.token(), pid)))
                    .isEqualTo("refused 0 process " + pid + " is not a process that this supervisor started\n");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void a_replay_is_refused_while_the_worker_is_connected_and_disturbs_nobody() throws Exception {
        SocketChannel link = join();
        for (int i = 0; i < 2; i++) {
            assertThat(answerTo(again(bootstrap.token(), OWN_PID)))
                    .isEqualTo("refused 0 worker 3 has called already\n");
        }
        send(link, new Ready());
        await().atMost(LIMIT).until(() -> events.contains("ready"));
        assertThat(events).containsExactly("ready");
    }

    @Test
    void a_worker_that_has_lost_its_link_may_call_again_and_again() throws Exception {
        SocketChannel link = join();
        for (int i = 1; i <= 3; i++) {
            link.close();
            link = connect();
            send(link, again(bootstrap.token(), OWN_PID)); // perhaps before anybody has noticed the end of the first
            assertThat(read(link)).isEqualTo(WELCOME);
            int times = i;
            await().atMost(LIMIT)
                    .until(() -> events.stream().filter("again []"::equals).count() == times);
        }
        assertThat(events).containsSubsequence("lost", "again []", "lost", "again []", "lost", "again []");
        assertThat(answerTo(hello(bootstrap.token(), OWN_PID)))
                .as("its first token is used up")
                .startsWith("refused 0 the token is stale");
    }

    /** It gave up to wait for an answer, and has called a second time, while the supervisor stood still. */
    @Test
    void a_call_whose_caller_has_hung_up_is_not_in_the_way_of_the_next_one() throws Exception {
        for (int round = 0; round < 20; round++) {
            CountDownLatch goOn = new CountDownLatch(1);
            loop.execute(() -> {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            SocketChannel first = connect();
            send(first, again(bootstrap.token(), OWN_PID));
            first.close();
            SocketChannel second = connect();
            send(second, again(bootstrap.token(), OWN_PID));
            goOn.countDown();
            assertThat(read(second)).isEqualTo(WELCOME);
            second.close();
        }
    }

    @Test
    void another_version_of_adoption_is_refused_with_both_numbers() throws Exception {
        assertThat(answerTo(new Again(2, bootstrap.token(), OWN_PID, true, false, false, false, List.of())))
                .isEqualTo(
                        "refused 0 the supervisor adopts workers by protocol 1, the worker speaks 2: it is replaced\n");
        assertThat(answerTo(again(bootstrap.token(), OWN_PID)))
                .as("its token is still good")
                .isEqualTo(WELCOME);
    }

    @Test
    void another_version_of_the_protocol_is_refused_with_both_numbers() throws Exception {
        assertThat(answerTo(new Hello(2, bootstrap.token(), OWN_PID, false)))
                .isEqualTo("refused 0 the supervisor speaks control protocol 1, the worker 2:"
                        + " use the same Forkless version for both\n");
        assertStillServing();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello 1 t 1\n",
                "again 1 t 1\n",
                "hand-over 1\n",
                "adopted\n",
                "ticket 1 posix\n",
                "nonsense\n",
                "listen 1 0 false 80\n"
            })
    void a_worker_that_leaves_the_protocol_loses_its_link(String garbage) throws Exception {
        SocketChannel link = join();
        send(link, garbage);
        assertThat(read(link)).isEmpty();
        await().atMost(LIMIT).until(() -> events.contains("lost"));
    }

    @Test
    void a_worker_that_does_not_read_its_answers_loses_its_link() throws Exception {
        SocketChannel link = join();
        try {
            for (int i = 0; i < 10_000; i++) {
                send(link, new Listen(i, ListenSpec.parse("80")));
            }
        } catch (IOException lost) {
            // in words that differ between systems and languages
        }
        await().atMost(LIMIT).until(() -> events.contains("lost"));
        assertThat(events.size()).isLessThan(2000);
    }

    @Test
    void a_link_that_is_ended_by_the_supervisor_ends_for_the_worker() throws Exception {
        SocketChannel link = join();
        onLoop(() -> {
            worker.disconnect();
            return null;
        });
        assertThat(read(link)).isEmpty();
    }

    @Test
    void the_order_to_drain_reaches_the_worker() throws Exception {
        SocketChannel link = join();
        assertThat(onLoop(worker::drain)).isTrue();
        assertThat(read(link)).isEqualTo("drain\n");
    }

    @Test
    void one_that_has_not_called_yet_is_told_to_drain_when_it_does() throws Exception {
        assertThat(onLoop(worker::drain)).as("it is there to hear it").isFalse();
        SocketChannel link = connect();
        send(link, hello(bootstrap.token(), OWN_PID));
        StringBuilder answer = new StringBuilder();
        await().atMost(LIMIT).until(() -> answer.append(read(link)).toString().equals("drain\n" + WELCOME));
    }

    @Test
    void a_bootstrap_file_is_for_one_worker_and_each_has_a_token_of_its_own() throws Exception {
        assertThat(bootstrap.index()).isEqualTo(3);
        assertThat(bootstrap.token()).matches("[0-9a-f]{64}");
        assertThat(onLoop(() -> control.expect(worker)).token()).isNotEqualTo(bootstrap.token());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void only_the_owner_sees_socket_and_bootstrap_file() throws Exception {
        bootstrap.writeTo(directory.resolve("3-0.bootstrap"));
        assertThat(Files.getPosixFilePermissions(directory.path()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(directory.resolve("3-0.bootstrap")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    private void assertStillServing() throws Exception {
        SpawnedWorker honest = new SpawnedWorker(4, IGNORED, false);
        honest.spawned(ProcessHandle.current());
        String token = onLoop(() -> control.expect(honest)).token();
        assertThat(answerTo(hello(token, OWN_PID))).isEqualTo(WELCOME);
    }

    /** The honest worker's link. */
    private SocketChannel join() throws IOException {
        SocketChannel link = connect();
        send(link, hello(bootstrap.token(), OWN_PID));
        assertThat(read(link)).isEqualTo(WELCOME);
        return link;
    }

    private String answerTo(ControlMessage introduction) throws IOException {
        SocketChannel peer = connect();
        send(peer, introduction);
        return read(peer);
    }

    private static Again again(String token, long pid) {
        return new Again(Again.CURRENT_VERSION, token, pid, true, false, false, false, List.of());
    }

    private static Hello hello(String token, long pid) {
        return new Hello(ControlMessage.VERSION, token, pid, false);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(bootstrap.address());
        peers.add(channel);
        return channel;
    }

    private static void send(SocketChannel channel, ControlMessage message) throws IOException {
        channel.write(ByteBuffer.wrap(message.toBytes()));
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
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

    /** A worker that a script has started: it calls, and says what it is told. */
    static final class Caller {
        private Caller() {}

        public static void main(String[] arguments) throws Exception {
            SocketChannel link = SocketChannel.open(
                    EndpointText.parse("0 - " + arguments[0] + "\n").address());
            send(link, hello(arguments[1], OWN_PID));
            System.out.print(read(link));
            Thread.sleep(Duration.ofMinutes(10).toMillis());
        }
    }
}
