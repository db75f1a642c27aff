package io.forkless.supervisor.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
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
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers of every kind, over real sockets. The honest worker is a real process that the test speaks for. */
public class ControlServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WELCOME = "welcome 30000 1000\n";

    private static final String OPERATOR_TOKEN = "fedcba9876543210";

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
    private Process process;
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
        process = JavaProgram.of(Sleeper.class).process().start();
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
                },
                false);
        worker.spawned(process.toHandle());
        bootstrap = onLoop(() -> control.expect(worker));
    }

    @AfterEach
    void stop() throws Exception {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        loop.stop();
        control.close();
        process.destroyForcibly().waitFor();
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
        assertThat(onLoop(worker::linkedProcess)).isEqualTo(process.toHandle());
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
    void a_message_may_come_byte_by_byte_and_several_at_once() throws Exception {
        SocketChannel link = connect();
        for (byte b : hello(bootstrap.token(), process.pid()).toBytes()) {
            link.write(ByteBuffer.wrap(new byte[] {b}));
        }
        assertThat(read(link)).isEqualTo(WELCOME);
        send(link, "ready\nready\nbye\nready\n");
        await().atMost(LIMIT).until(() -> events.size() == 3);
    }

    @Test
    void a_descendant_of_the_spawned_process_may_speak_for_it() throws Exception {
        Process script = new ProcessBuilder(Wrapper.around(
                        JavaProgram.of(Sleeper.class, Sleeper.RUNS).command()))
                .start();
        try {
            assertThat(script.inputReader().readLine()).isEqualTo(Sleeper.RUNS);
            long child = script.children().findAny().orElseThrow().pid();
            worker.spawned(script.toHandle());
            SocketChannel link = connect();
            send(link, hello(bootstrap.token(), child));
            assertThat(read(link)).isEqualTo(WELCOME);
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
            assertThat(answerTo(hello(token, process.pid()))).startsWith("refused 0 the token is stale or foreign");
        }
        assertThat(log.lines().toString()).doesNotContain(bootstrap.token());
        assertStillServing();
    }

    @Test
    void a_token_works_once() throws Exception {
        SocketChannel link = join();
        assertThat(answerTo(hello(bootstrap.token(), process.pid()))).startsWith("refused 0 the token is stale");
        send(link, new Ready());
        await().atMost(LIMIT).until(() -> events.contains("ready"));
    }

    @Test
    void a_token_of_a_worker_that_has_exited_is_stale() throws Exception {
        onLoop(() -> {
            control.forget(worker);
            return null;
        });
        assertThat(answerTo(hello(bootstrap.token(), process.pid()))).startsWith("refused 0 the token is stale");
    }

    @Test
    void a_process_that_the_supervisor_did_not_start_is_refused_even_with_the_token() throws Exception {
        for (long pid : new long[] {ProcessHandle.current().pid(), 1, 0, -1, 4_194_305, Long.MAX_VALUE}) {
            String token = onLoop(() -> control.expect(worker)).token();
            assertThat(answerTo(hello(token, pid)))
                    .isEqualTo("refused 0 process " + pid + " is not a process that this supervisor started\n");
        }
        assertStillServing();
    }

    @Test
    void another_version_of_the_protocol_is_refused_with_both_numbers() throws Exception {
        assertThat(answerTo(new Hello(2, bootstrap.token(), process.pid(), false)))
                .isEqualTo("refused 0 the supervisor speaks control protocol 1, the worker 2:"
                        + " use the same Forkless version for both\n");
        assertStillServing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello 1 t 1\n", "ticket 1 posix:AA\n", "nonsense\n", "listen 1 0 false 80\n"})
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
        assertThat(onLoop(worker::drain)).as("nobody is there to hear it").isFalse();
        SocketChannel link = join();
        assertThat(onLoop(worker::drain)).isTrue();
        assertThat(read(link)).isEqualTo("drain\n");
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
        SpawnedWorker other = new SpawnedWorker(4, IGNORED, false);
        other.spawned(process.toHandle());
        String token = onLoop(() -> control.expect(other)).token();
        assertThat(answerTo(hello(token, process.pid()))).isEqualTo(WELCOME);
    }

    /** The honest worker's link. */
    private SocketChannel join() throws IOException {
        SocketChannel link = connect();
        send(link, hello(bootstrap.token(), process.pid()));
        assertThat(read(link)).isEqualTo(WELCOME);
        return link;
    }

    private String answerTo(Hello hello) throws IOException {
        SocketChannel peer = connect();
        send(peer, hello);
        return read(peer);
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
}
