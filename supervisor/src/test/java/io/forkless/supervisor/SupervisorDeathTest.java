package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What happens around a supervisor that is killed, starved or on an old platform. */
class SupervisorDeathTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> SERVE =
            JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0").command();

    @TempDir(factory = ShortTempDir.class)
    Path directory;

    private Path temporary;

    @BeforeEach
    void make_a_temporary_directory() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
    }

    @Test
    void the_workers_of_a_killed_supervisor_answer_what_is_in_flight_and_go() throws Exception {
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), List.of(), 2, true, SERVE).awaitReady()) {
            try (Client client = new Client(supervisor.port())) {
                client.ask("hello");
                client.send("sleep 1000");
                supervisor.killHard();
                assertThat(client.receive()).isEqualTo("slept");
            }
            supervisor.pids().forEach(SupervisedTest::awaitGone);
            new ServerSocket(supervisor.port(), 1, InetAddress.getLoopbackAddress()).close();
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(supervisor.filesAfterDeath()).isEmpty());
        }
    }

    @Test
    void a_supervisor_that_stops_leaves_nothing_behind() throws Exception {
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), List.of(), 2, true, SERVE).awaitReady()) {
            supervisor.stop();
            supervisor.pids().forEach(SupervisedTest::awaitGone);
            assertThat(supervisor.files()).isEmpty();
        }
    }

    @Test
    void where_there_are_no_unix_sockets_workers_call_over_tcp() throws Exception {
        List<String> noUnix = List.of(
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "-Djava.nio.channels.spi.SelectorProvider=" + NoUnixSelectorProvider.class.getName());
        List<String> deaf = JavaProgram.of(TestWorker.class, TestWorker.DEAF).command();
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, List.of(), noUnix, 1, false, deaf).awaitReady()) {
            try (Stream<Path> files = Files.walk(supervisor.temporary)) {
                assertThat(files).noneMatch(file -> file.endsWith("control.sock"));
            }
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "prlimit(1) is of Linux")
    void a_full_descriptor_table_passes_and_workers_serve_on() throws Exception {
        List<String> starved = List.of("prlimit", "--nofile=100:100");
        try (SupervisorProcess supervisor =
                new SupervisorProcess(temporary, starved, List.of(), 2, true, SERVE).awaitReady()) {
            UnixDomainSocketAddress control = UnixDomainSocketAddress.of(supervisor.controlSocket());
            List<SocketChannel> hostile = new ArrayList<>();
            try {
                for (int i = 0; i < 120; i++) { // more than it has descriptors, fewer than it bears with strangers
                    hostile.add(SocketChannel.open(control));
                }
                await().atMost(LIMIT).until(() -> supervisor.log().contains("cannot accept a control connection"));
                for (int i = 0; i < 10; i++) {
                    assertThat(Client.who(supervisor.port()).pid()).isIn(supervisor.pids());
                }
                SupervisedTest.killHard(supervisor.pids().get(0)); // it cannot be replaced now
                assertThat(Client.who(supervisor.port()).pid())
                        .isEqualTo(supervisor.pids().get(1));
                await().atMost(LIMIT)
                        .until(() -> supervisor
                                .log()
                                .contains("worker 0 (pid " + supervisor.pids().get(0) + "): BACKOFF"));
            } finally {
                for (SocketChannel channel : hostile) {
                    channel.close();
                }
            }
            await().atMost(LIMIT)
                    .until(() -> !supervisor
                            .pids()
                            .contains(Client.who(supervisor.port()).pid()));
            supervisor.stop();
        }
    }
}
