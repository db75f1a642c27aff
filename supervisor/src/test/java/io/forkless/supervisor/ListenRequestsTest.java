package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.testing.Client;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a worker gets when it asks for a listener. */
class ListenRequestsTest extends SupervisedTest {
    @Test
    void without_a_list_workers_share_what_they_ask_for() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).workers(2));
        assertThat(supervisor.addresses()).hasSize(1);
        awaitPids(port(supervisor), 2);
    }

    @Test
    void with_a_list_workers_get_nothing_else() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE).listen(ANY_PORT));
        assertThat(ask(supervisor, "listen 127.0.0.1:1"))
                .isEqualTo("refused: listen 127.0.0.1:1: not granted: the supervisor listens on 127.0.0.1:0;"
                        + " add --listen 127.0.0.1:1");
        assertThat(ask(supervisor, "listen 127.0.0.1:0")).startsWith("listening on /127.0.0.1:");
        assertThat(log.lines()).anyMatch(line -> line.startsWith("WARNING worker 0: listen 127.0.0.1:1: not granted"));
    }

    @Test
    void an_address_that_is_listed_twice_is_an_error() {
        assertTwice(ANY_PORT, ANY_PORT);
        assertTwice(ANY_PORT, ANY_PORT.withBacklog(1));
        assertTwice(ANY_PORT, ListenSpec.tcp("localhost", 0));
        assertTwice(ListenSpec.tcp(null, 0), ListenSpec.parse("[::]:0"));
    }

    @Test
    void addresses_that_differ_have_listeners_of_their_own() throws Exception {
        int port = FreePort.any();
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE));
        assertThat(ask(supervisor, "listen 127.0.0.2:" + port)).isEqualTo("listening on /127.0.0.2:" + port);
        assertThat(ask(supervisor, "listen 127.0.0.1:" + port)).isEqualTo("listening on /127.0.0.1:" + port);
        assertThat(ask(supervisor, "listen 127.0.0.2:" + port)).isEqualTo("listening on /127.0.0.2:" + port);
        assertThat(supervisor.addresses()).hasSize(3);
    }

    @Test
    void a_wildcard_is_no_substitute_for_an_address_that_workers_brought_and_all_wildcards_are_one() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE));
        int port = port(supervisor); // of 127.0.0.1
        for (String wildcard : List.of("0.0.0.0:" + port, "*:" + port, "[::]:" + port)) {
            assertThat(ask(supervisor, "listen " + wildcard))
                    .matches("refused: listen " + Pattern.quote("*:" + port) + ": bind: " + IN_USE + ".*");
        }
        assertThat(supervisor.addresses()).hasSize(1);
        String every = ask(supervisor, "listen 0.0.0.0:0");
        assertThat(every).startsWith("listening on /").contains("0:0:0:0");
        assertThat(ask(supervisor, "listen *:0")).isEqualTo(every);
        assertThat(ask(supervisor, "listen [::]:0")).isEqualTo(every);
        assertThat(supervisor.addresses()).hasSize(2);
    }

    @Test
    void a_program_that_asks_for_every_address_gets_the_only_listener_on_its_port() throws Exception {
        int port = FreePort.any();
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "*:" + port)
                        .command())
                .listen(ListenSpec.tcp("127.0.0.1", port)));
        assertThat(Client.who(port).index()).isZero();
        assertThat(log.lines())
                .anyMatch(line -> line.endsWith(" asks for *:" + port + " and gets 127.0.0.1:" + port
                        + ", the only listener on that port, which serves no other address"));
        for (String any : List.of("0.0.0.0:" + port, "[::]:" + port)) {
            assertThat(ask(supervisor, "listen " + any)).isEqualTo("listening on /127.0.0.1:" + port);
        }
        assertThat(ask(supervisor, "listen 127.0.0.2:" + port))
                .startsWith("refused: listen 127.0.0.2:" + port + ": not granted");
    }

    @Test
    void a_taken_port_is_told_to_the_worker_and_tried_anew_the_next_time() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE));
        String request;
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            request = "listen 127.0.0.1:" + other.getLocalPort();
            assertThat(ask(supervisor, request)).matches("refused: " + request + ": bind: " + IN_USE + ".*");
        }
        assertThat(ask(supervisor, request)).startsWith("listening on ");
    }

    @Test
    void a_worker_that_cannot_listen_is_restarted_until_it_can() throws Exception {
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        int port = other.getLocalPort();
        try {
            start(supervisor(TestWorker.SERVE)
                    .command(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:" + port)
                            .command()));
            Pattern refusal = Pattern.compile("listen 127.0.0.1:" + port + ": bind: " + IN_USE);
            await().atMost(LIMIT).until(() -> refusal.matcher(output()).find());
        } finally {
            other.close();
        }
        await().atMost(LIMIT).ignoreExceptions().until(() -> Client.who(port).index() == 0);
    }

    @Test
    void a_name_without_an_address_is_told_to_the_worker() throws Exception {
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE));
        assertThat(ask(supervisor, "listen nosuch.invalid:1"))
                .isEqualTo("refused: listen nosuch.invalid:1: unknown host 'nosuch.invalid'");
    }

    @Test
    void a_taken_port_in_the_list_ends_the_start() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + other.getLocalPort();
            assertThatThrownBy(() ->
                            start(supervisor(TestWorker.SERVE).listen(ANY_PORT).listen(ListenSpec.parse(address))))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("listen " + address + ": bind: " + IN_USE + ".*");
        }
    }

    private void assertTwice(ListenSpec first, ListenSpec second) {
        assertThatThrownBy(
                        () -> start(supervisor(TestWorker.SERVE).listen(first).listen(second)))
                .isInstanceOf(IOException.class)
                .hasMessage("listen " + second + ": the same address is given twice");
    }

    private static String ask(Supervisor supervisor, String request) throws IOException {
        return Client.ask(port(supervisor), request);
    }
}
