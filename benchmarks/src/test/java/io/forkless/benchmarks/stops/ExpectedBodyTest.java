package io.forkless.benchmarks.stops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import io.forkless.testing.load.ScriptedServer;
import io.forkless.testing.load.Target;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** An answer that is cut or changed anywhere is told from a whole one, and from what a client can repeat without risk. */
class ExpectedBodyTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final int BYTES = 100;
    private static final ExpectedBody BODY = new ExpectedBody(BYTES, Duration.ZERO);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String LENGTH = OK + "Content-Length: " + BYTES + "\r\n\r\n";

    @Test
    void a_whole_answer_has_a_length_or_comes_in_chunks_or_ends_with_the_connection() throws Exception {
        byte[] body = Traffic.body(0, BYTES);
        try (ScriptedServer server = new ScriptedServer((i, client) -> {
                    client.read().write(LENGTH).write(body);
                    client.read().write(OK + "Transfer-Encoding: chunked\r\n\r\n");
                    client.write("A\r\n").write(Traffic.body(0, 10)).write("\r\n5a\r\n");
                    client.write(Traffic.body(10, BYTES)).write("\r\n0\r\n\r\n");
                    client.read().write(OK + "Connection: close\r\n\r\n").write(body);
                });
                HttpConnection connection = connect(server, NEVER)) {
            ask(connection);
            ask(connection);
            assertThat(connection.isLast()).isFalse();
            ask(connection);
            assertThat(connection.isLast()).isTrue();
        }
    }

    @Test
    void an_answer_that_is_cut_anywhere_is_lost() throws Exception {
        byte[] most = Traffic.body(0, BYTES - 1);

        assertLost(Outcome.ENDED_WITHIN, (i, client) -> client.read().write("H"));
        assertLost(
                Outcome.ENDED_WITHIN, (i, client) -> client.read().write(LENGTH).write(most));
        assertLost(
                Outcome.ENDED_WITHIN,
                (i, client) -> client.read().write(LENGTH).write(most).reset());
        assertLost(
                Outcome.ENDED_WITHIN,
                (i, client) ->
                        client.read().write(OK + "Connection: close\r\n\r\n").write(most));
        assertLost(
                Outcome.ENDED_WITHIN,
                (i, client) -> client.read()
                        .write(OK + "Transfer-Encoding: chunked\r\n\r\n63\r\n")
                        .write(most)
                        .write("\r\n"));
        assertLost(Outcome.ENDED_BEFORE, (i, client) -> client.read());
        assertLost(Outcome.ENDED_BEFORE, (i, client) -> client.read().reset());
    }

    @Test
    void an_answer_with_another_byte_or_status_or_length_is_lost() throws Exception {
        byte[] wrong = Traffic.body(0, BYTES);
        wrong[BYTES / 2]++;

        assertLost(Outcome.WRONG, (i, client) -> client.read().write(LENGTH).write(wrong));
        assertLost(
                Outcome.WRONG,
                (i, client) -> client.read().write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
        assertLost(Outcome.WRONG, (i, client) -> client.read().write(OK + "Content-Length: 0\r\n\r\n"));
    }

    @Test
    void an_end_after_an_interim_response_is_within() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer((i, client) -> client.read().write("HTTP/1.1 100 Continue\r\n\r\n"));
                HttpConnection connection = connect(server, NEVER)) {
            connection.begin(REQUEST);
            connection.receiveContinue();

            assertThat(outcome(() -> connection.receive(BODY))).isEqualTo(Outcome.ENDED_WITHIN);
        }
    }

    @Test
    void a_kept_connection_that_ends_without_an_answer_is_stale_only_when_it_was_idle_for_the_grace() throws Exception {
        ScriptedServer.Script secondIsCut = (i, client) ->
                client.read().write(LENGTH).write(Traffic.body(0, BYTES)).read();

        assertThat(second(secondIsCut, NEVER)).isEqualTo(Outcome.ENDED_BEFORE);
        assertThat(second(secondIsCut, Duration.ZERO)).isEqualTo(Outcome.STALE_SENT);
    }

    @Test
    void a_new_connection_may_be_closed_when_nothing_comes_for_the_grace() throws Exception {
        try (ScriptedServer server = new ScriptedServer((i, client) -> client.read());
                HttpConnection connection = connect(server, Duration.ZERO)) {
            assertThat(outcome(() -> ask(connection))).isEqualTo(Outcome.STALE_SENT);
        }
    }

    @Test
    void a_client_that_is_refused_was_promised_nothing_by_a_service_that_stops() throws Exception {
        try (SocketChannel bound = SocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            Target target = Target.of(bound.socket().getLocalPort());

            assertThat(outcome(() -> new HttpConnection(target).close())).isEqualTo(Outcome.REFUSED);
        }
        assertThat(Mode.STOP.isLoss(Outcome.REFUSED)).isFalse();
        assertThat(Mode.RESTART.isLoss(Outcome.REFUSED)).isTrue();
    }

    private static void assertLost(Outcome expected, ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script);
                HttpConnection connection = connect(server, NEVER)) {
            Outcome outcome = outcome(() -> ask(connection));

            assertThat(outcome).isEqualTo(expected);
            assertThat(Mode.values()).allMatch(mode -> mode.isLoss(outcome));
        }
    }

    /** Of the second request of a connection. */
    private static Outcome second(ScriptedServer.Script script, Duration grace) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script);
                HttpConnection connection = connect(server, grace)) {
            ask(connection);
            return outcome(() -> ask(connection));
        }
    }

    private static HttpConnection connect(ScriptedServer server, Duration grace) throws RequestException {
        return new HttpConnection(Target.of(server.port()).withIdleGrace(grace));
    }

    private static void ask(HttpConnection connection) throws RequestException {
        int half = REQUEST.length() / 2;
        connection.begin(REQUEST.substring(0, half));
        connection.sendMore(REQUEST.substring(half).getBytes(StandardCharsets.US_ASCII));
        connection.receive(BODY);
    }

    private static Outcome outcome(ThrowingCallable request) {
        return catchThrowableOfType(RequestException.class, request).outcome();
    }
}
