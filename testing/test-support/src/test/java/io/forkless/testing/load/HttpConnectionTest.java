package io.forkless.testing.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.ShortTempDir;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a request can fail is told from the others. */
class HttpConnectionTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void a_port_without_listener_refuses() throws Exception {
        try (SocketChannel bound = SocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            int port = bound.socket().getLocalPort();

            assertThat(outcome(() -> HttpConnection.get(port, "/"))).isEqualTo(Outcome.REFUSED);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "others complete or refuse what does not fit into the queue")
    void a_full_queue_is_a_connect_timeout() throws Exception {
        List<HttpConnection> queued = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Outcome outcome = outcome(() -> {
                while (queued.size() < 10) {
                    queued.add(new HttpConnection(impatient(deaf.getLocalPort())));
                }
            });

            assertThat(outcome).isEqualTo(Outcome.CONNECT_TIMEOUT);
        } finally {
            queued.forEach(HttpConnection::close);
        }
    }

    @Test
    void a_good_answer_tells_whether_another_request_may_follow() throws Exception {
        try (ScriptedServer server = new ScriptedServer((i, client) ->
                        client.read().write(ScriptedServer.GOOD).read().write(ScriptedServer.LAST));
                HttpConnection connection = new HttpConnection(server.port())) {
            assertThat(ask(connection)).isEqualTo("42");
            assertThat(connection.isLast()).isFalse();
            assertThat(ask(connection)).isEqualTo("42");
            assertThat(connection.isLast()).isTrue();
        }
    }

    @Test
    void an_end_before_the_first_response_is_told_from_one_within_it() throws Exception {
        assertThat(first((i, client) -> client.read())).isEqualTo(Outcome.ENDED_BEFORE);
        assertThat(first((i, client) -> client.read().reset())).isEqualTo(Outcome.ENDED_BEFORE);
        assertThat(first((i, client) -> client.read().write("HTTP/1.1 2"))).isEqualTo(Outcome.ENDED_WITHIN);
        assertThat(first((i, client) ->
                        client.read().write(ScriptedServer.GOOD.substring(0, ScriptedServer.GOOD.length() - 1))))
                .isEqualTo(Outcome.ENDED_WITHIN);
    }

    @Test
    void an_end_between_pipelined_responses_is_within() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer((i, client) -> client.read().read().write(ScriptedServer.GOOD));
                HttpConnection connection = new HttpConnection(server.port())) {
            connection.send("/", false, 2);
            assertThat(connection.receive()).isEqualTo("42");

            assertThat(outcome(connection::receive)).isEqualTo(Outcome.ENDED_WITHIN);
        }
    }

    @Test
    void a_connection_that_was_closed_while_idle_is_stale_and_nothing_is_sent() throws Exception {
        assertThat(afterIdling((i, client) -> client.read().write(ScriptedServer.GOOD)))
                .isEqualTo(Outcome.STALE);
        assertThat(afterIdling(
                        (i, client) -> client.read().write(ScriptedServer.GOOD).reset()))
                .isEqualTo(Outcome.STALE);
    }

    @Test
    void a_server_that_speaks_unasked_is_about_to_close_the_connection() throws Exception {
        String timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

        assertThat(afterIdling((i, client) ->
                        client.read().write(ScriptedServer.GOOD + timeout).stall()))
                .isEqualTo(Outcome.STALE);
    }

    @Test
    void a_request_that_was_sent_over_a_connection_that_then_ends_may_or_may_not_have_been_processed()
            throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                        (i, client) -> client.read().write(ScriptedServer.GOOD).read());
                HttpConnection connection = new HttpConnection(server.port())) {
            ask(connection);

            assertThat(outcome(() -> ask(connection))).isEqualTo(Outcome.STALE_SENT);
        }
    }

    @Test
    void a_server_that_stalls_before_or_within_its_response_is_late() throws Exception {
        assertThat(first((i, client) -> client.stall())).isEqualTo(Outcome.ANSWER_TIMEOUT);
        assertThat(first((i, client) -> client.read().write("HTTP/1.1 ").stall()))
                .isEqualTo(Outcome.ANSWER_TIMEOUT);
    }

    @Test
    void another_status_and_another_protocol_are_wrong() throws Exception {
        assertThat(first((i, client) -> client.read().write(ScriptedServer.UNAVAILABLE)))
                .isEqualTo(Outcome.WRONG);
        assertThat(first((i, client) -> client.read().write("+OK POP3 ready\r\n\r\n")))
                .isEqualTo(Outcome.WRONG);
        assertThat(first((i, client) -> client.read().write("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")))
                .isEqualTo(Outcome.WRONG);
    }

    @Test
    void a_unix_domain_socket_is_served_alike(@TempDir(factory = ShortTempDir.class) Path directory) throws Exception {
        Path path = directory.resolve("s");
        Target target = Target.of(UnixDomainSocketAddress.of(path)).withTimeouts(SHORT, SHORT);
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            try (HttpConnection connection = new HttpConnection(target);
                    SocketChannel peer = listener.accept()) {
                connection.send("/", false, 2);
                peer.write(ByteBuffer.wrap(ScriptedServer.GOOD.getBytes(StandardCharsets.US_ASCII)));
                assertThat(connection.receive()).isEqualTo("42");
                assertThat(outcome(connection::receive)).isEqualTo(Outcome.ANSWER_TIMEOUT);
            }
            try (HttpConnection connection = new HttpConnection(target)) {
                try (SocketChannel peer = listener.accept()) {
                    connection.send("/", false, 1);
                    peer.write(ByteBuffer.wrap(ScriptedServer.GOOD.getBytes(StandardCharsets.US_ASCII)));
                    assertThat(connection.receive()).isEqualTo("42");
                    peer.read(ByteBuffer.allocate(1000)); // or the close would be a reset
                }
                assertThat(outcome(() -> ask(connection))).isEqualTo(Outcome.STALE);
            }
        }
        assertThat(outcome(() -> HttpConnection.get(target, "/"))).isEqualTo(Outcome.REFUSED);
    }

    /** Of the first request of a connection, which meets that script. */
    private static Outcome first(ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script);
                HttpConnection connection = new HttpConnection(impatient(server.port()))) {
            return outcome(() -> ask(connection));
        }
    }

    /** Of a second request, when what the script does after its answer has arrived. */
    private static Outcome afterIdling(ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script);
                HttpConnection connection = new HttpConnection(server.port())) {
            ask(connection);
            await().untilAsserted(() ->
                    assertThatThrownBy(connection::expectSilence).isInstanceOf(java.io.IOException.class));
            return outcome(() -> connection.send("/", false, 1));
        }
    }

    private static Target impatient(int port) {
        return Target.of(port).withTimeouts(SHORT, SHORT);
    }

    private static String ask(HttpConnection connection) throws RequestException {
        connection.send("/", false, 1);
        return connection.receive();
    }

    private static Outcome outcome(ThrowingCallable request) {
        return catchThrowableOfType(RequestException.class, request).outcome();
    }
}
