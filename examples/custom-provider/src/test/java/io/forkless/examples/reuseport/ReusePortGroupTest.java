package io.forkless.examples.reuseport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which worker gets which socket of the group; the kernel lists the sockets in /proc/net/tcp. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "sockets are counted in /proc")
class ReusePortGroupTest {
    private static final String LISTEN = "0A"; // net/tcp_states.h

    private final List<Process> workers = new ArrayList<>();
    private SharedListener group;

    @BeforeEach
    void listen() throws IOException {
        group = new ReusePortProvider().listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws IOException {
        group.close();
        workers.forEach(Process::destroyForcibly);
    }

    @Test
    void each_worker_has_a_socket_of_its_own_however_often_it_asks() throws IOException {
        assertThat(sockets()).isOne(); // for the clients that come before the workers

        Process first = worker();
        Process second = worker();
        for (int i = 0; i < 3; i++) {
            group.ticketFor(first.toHandle());
            group.ticketFor(second.toHandle());
        }

        assertThat(sockets()).isEqualTo(2);
    }

    @Test
    void a_worker_takes_over_the_socket_of_one_that_has_died() throws IOException {
        Process dying = worker();
        group.ticketFor(dying.toHandle());
        group.ticketFor(worker().toHandle());
        dying.destroyForcibly().onExit().join();

        group.ticketFor(worker().toHandle());

        assertThat(sockets()).isEqualTo(2);
    }

    @Test
    void a_socket_that_nobody_takes_over_is_closed_in_time_unless_it_is_the_last() throws IOException {
        Process one = worker();
        Process other = worker();
        group.ticketFor(one.toHandle());
        group.ticketFor(other.toHandle());

        one.destroyForcibly();
        other.destroyForcibly();

        await().atMost(Duration.ofSeconds(30)).until(() -> sockets() == 1);
        await().during(Duration.ofSeconds(3)).until(() -> sockets() == 1);
    }

    @Test
    void closing_closes_all_of_them() throws IOException {
        group.ticketFor(worker().toHandle());
        group.ticketFor(worker().toHandle());

        group.close();

        assertThat(sockets()).isZero();
    }

    @Test
    void what_it_cannot_do_is_refused_with_the_remedy() {
        for (ListenSpec spec :
                List.of(ListenSpec.unix("/x"), ListenSpec.tcp("::", 0).withIpv6Only(true))) {
            assertThatIOException()
                    .isThrownBy(() -> new ReusePortProvider().listen(spec))
                    .withMessageStartingWith("listen " + spec + ": ")
                    .withMessageEndingWith("use --provider posix");
        }
    }

    /** A process that could be a worker. */
    private Process worker() throws IOException {
        Process worker = new ProcessBuilder("sleep", "60").start();
        workers.add(worker);
        return worker;
    }

    private long sockets() throws IOException {
        int port = ((InetSocketAddress) group.localAddress()).getPort();
        String local = ":" + String.format(Locale.ROOT, "%04X", port);
        try (Stream<String> rows = Files.lines(Path.of("/proc/net/tcp"))) {
            return rows.map(row -> row.trim().split("\\s+"))
                    .filter(field -> field[1].endsWith(local) && field[3].equals(LISTEN))
                    .count();
        }
    }
}
