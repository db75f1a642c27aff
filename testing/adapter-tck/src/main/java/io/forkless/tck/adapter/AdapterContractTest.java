package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.client.ContentResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server promises on a listener that a supervisor owns, whichever server it is. Extend it in the tests of an
 * adapter and name a program that runs the server, in worker processes of a real supervisor:
 *
 * <ul>
 *   <li>Its arguments are {@code plain=PORT} (HTTP/1.1 and h2c), {@code unix=PATH} (the same) and {@code tls=PORT} (HTTP/1.1 and h2, with the
 *       certificate of {@link TestKeyStore#ofThisWorker()}), those with a port on 127.0.0.1, and {@code grace=MILLIS}, the
 *       drain idle grace. {@code restarts} runs {@link Restarts} once the server has started, {@code hold} calls {@link
 *       HeldReadiness#hold} before. With {@code threads=N} no more than N requests that take threads are handled at a time.
 *   <li>{@code /} answers with {@code PID PROTOCOL}; so do {@code /sleep?MILLIS} and {@code /until-drain} after the calls
 *       of the same names of {@link SlowRequests}, each on a thread that it takes, and {@code /release} after {@link
 *       HeldReadiness#release}.
 *   <li>{@code /attributes} tells {@code accepted=N open=N draining=BOOLEAN pacing=BOOLEAN port=N}, of its listener.
 *   <li>{@code /socket} is a WebSocket that sends back what it gets.
 * </ul>
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Execution(ExecutionMode.CONCURRENT)
public abstract class AdapterContractTest {
    static final String NO_UNIX_DOMAIN = "there is no listener on a path on Windows";

    private static final int SECONDS = 30;

    /** Longer than a client of ours takes between two requests, however busy the machine is. */
    protected static final String LONG_GRACE = "grace=15000";

    @TempDir
    private static Path temporary;

    private static TestKeyStore keyStore;
    private static Clients clients;

    private final Class<?> program;

    /** @param program has the main method of the workers, as described above */
    protected AdapterContractTest(Class<?> program) {
        this.program = program;
    }

    @BeforeAll
    static void makeKeyStore() throws Exception {
        keyStore = TestKeyStore.create(temporary);
        clients = new Clients(keyStore.clientContext());
    }

    @Test
    void http_1_and_h2c_by_upgrade_and_by_prior_knowledge_are_served_on_one_port() throws Exception {
        try (Cluster cluster = start(2, "plain=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(get(HttpClient.Version.HTTP_2, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
            try (JettyHttp2Client client = clients.jettyHttp2()) {
                assertThat(client.get("http", cluster.port(), "/")).endsWith(" HTTP/2.0");
            }
        }
    }

    @Test
    void tls_is_served_with_http_1_and_with_h2_by_alpn() throws Exception {
        try (Cluster cluster = start(2, "tls=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(get(HttpClient.Version.HTTP_2, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void a_web_socket_is_opened_by_upgrade(String listener) throws Exception {
        try (Cluster cluster = start(1, listener + "=0").ready()) {
            assertThat(webSocket(listener, cluster).echo("hello")).isEqualTo("hello");
        }
    }

    @Test
    void workers_may_have_several_listeners() throws Exception {
        int tls = Http1Client.freePort();
        int plain = Http1Client.freePort();
        try (Cluster cluster = startOnDemand(2, "tls=" + tls, "plain=" + plain).ready()) {
            assertThat(get(HttpClient.Version.HTTP_2, "https", tls, "/")).endsWith(" HTTP/2.0");
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", plain, "/")).endsWith(" HTTP/1.1");

            cluster.stop();
            assertDrained(cluster);
        }
    }

    @Test
    void a_worker_that_is_held_back_serves_and_is_ready_when_the_hold_is_released() throws Exception {
        try (Cluster cluster = start(1, "hold", "plain=0")) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            cluster.assertNotReady();

            get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/release");

            cluster.ready();
        }
    }

    /** A stop may cut off what is under way. It may not forget a connection, open and served by nobody. */
    @Test
    void stopped_and_started_again_it_adopts_again_and_has_forgotten_no_client() throws Exception {
        try (Cluster cluster = start(1, "restarts", "plain=0").ready()) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(CompletableFuture.runAsync(() -> connectWhileItRestarts(cluster)));
            }
            for (CompletableFuture<Void> client : clients) {
                client.get();
            }
            try (Http1Client client = new Http1Client(cluster.port())) { // one connection, however often it asks
                await().atMost(Cluster.PATIENCE)
                        .untilAsserted(() -> assertThat(client.exchange("/attributes"))
                                .contains("open=1 ")
                                .contains("port=" + cluster.port()));
            }
        }
    }

    @Test
    void attributes_tell_an_operator_where_the_server_stands() throws Exception {
        try (Cluster cluster = start(1, "plain=0").ready();
                Http1Client client = new Http1Client(cluster.port())) {
            assertThat(client.exchange("/attributes"))
                    .contains("accepted=1 open=1 draining=false pacing=true port=" + cluster.port());
        }
    }

    @ParameterizedTest
    @EnumSource(QuickClients.class)
    void a_worker_without_a_free_thread_leaves_clients_to_the_one_that_has_some(QuickClients clients) throws Exception {
        try (Cluster cluster =
                        start(1, "threads=" + BusyWorker.THREADS, "plain=0").ready();
                BusyWorker busy = BusyWorker.keep(cluster, Cluster.PATIENCE.multipliedBy(10))) {
            cluster.scale(2);

            Collection<String> answers = clients.answers(cluster, 32);

            // Under Wine a request may take longer to its thread than the client's claim to one lasts. Then the
            // acceptor
            // waits in accept already, and gets one client more.
            int tooMany = OS.WINDOWS.isCurrentOs() ? 1 : 0;
            assertThat(answers.size())
                    .as(
                            "%d of them by the busy one",
                            answers.stream().filter(busy::hasAnswered).count())
                    .isGreaterThanOrEqualTo(32 - tooMany);
        }
    }

    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            disabledReason = "how to freeze a process, and to see that it is, depends on the system")
    void a_frozen_worker_with_free_threads_does_not_keep_the_others_from_serving() throws Exception {
        try (Cluster cluster =
                        start(1, "threads=" + BusyWorker.THREADS, "plain=0").ready();
                BusyWorker busy = BusyWorker.keep(cluster, Duration.ofSeconds(5))) {
            cluster.scale(2);
            cluster.freezeAllBut(busy.pid());

            assertThat(QuickClients.CLOSE.answers(cluster, 8))
                    .allMatch(busy::hasAnswered)
                    .hasSize(8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_http_1_request_under_way_when_the_drain_begins_is_answered(String listener) throws Exception {
        try (Cluster cluster = start(1, listener + "=0").ready()) {
            CompletableFuture<HttpResponse<String>> slow = clients.jdk(HttpClient.Version.HTTP_1_1)
                    .sendAsync(
                            Clients.request(scheme(listener), cluster.port(), "/until-drain"), BodyHandlers.ofString());
            SlowRequests.awaitOne(cluster);

            cluster.stop();

            assertThat(slow.get(SECONDS, TimeUnit.SECONDS).body()).endsWith(" HTTP/1.1");
            assertThat(slow.get().headers().firstValue("Connection")).hasValue("close");
            assertDrained(cluster);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_h2_request_under_way_when_the_drain_begins_is_answered(String listener) throws Exception {
        try (Cluster cluster = start(1, listener + "=0").ready();
                JettyHttp2Client client = clients.jettyHttp2()) {
            CompletableFuture<ContentResponse> slow = client.send(scheme(listener), cluster.port(), "/until-drain");
            SlowRequests.awaitOne(cluster);

            cluster.stop();

            assertThat(slow.get(SECONDS, TimeUnit.SECONDS).getContentAsString()).endsWith(" HTTP/2.0");
            assertDrained(cluster);
        }
    }

    /** A client has to send again what follows an announced end (RFC 9112 section 9.3.2). */
    @Test
    void requests_that_were_pipelined_before_the_drain_began_are_answered_up_to_an_announced_end() throws Exception {
        assertThat(answersToFourPipelinedRequests()).allMatch(answer -> answer.contains("200 OK"));
    }

    @Test
    void the_last_response_on_a_keep_alive_connection_announces_that_it_closes() throws Exception {
        assertThatTheEndIsAnnounced(LONG_GRACE, "plain=0");
    }

    /** @param arguments of a worker with one listener and a long grace */
    protected final void assertThatTheEndIsAnnounced(String... arguments) throws Exception {
        try (Cluster cluster = start(1, arguments).ready();
                Http1Client busy = new Http1Client(cluster.port());
                Http1Client other = new Http1Client(cluster.port())) {
            assertThat(other.exchange("/")).doesNotMatch(Http1Client::isClosing);
            busy.send("/sleep?1000"); // keeps the worker while we look at the other connection
            await().atMost(Cluster.PATIENCE)
                    .until(() -> other.exchange("/attributes").contains("open=2"));

            cluster.stop();

            // The announcement follows when the listener is closed.
            await().atMost(Cluster.PATIENCE).until(() -> other.exchange("/"), Http1Client::isClosing);
            assertThat(isRefused(cluster)).isTrue();
            assertThat(other.isEnded()).isTrue();
            assertThat(busy.receive()).contains("200 OK");
            assertDrained(cluster);
        }
    }

    @Test
    void an_idle_connection_does_not_hold_up_the_drain() throws Exception {
        try (Cluster cluster = start(1, "plain=0").ready();
                Http1Client used = new Http1Client(cluster.port());
                Http1Client neverUsed = new Http1Client(cluster.port())) {
            assertThat(used.exchange("/")).contains("200 OK");
            await().atMost(Cluster.PATIENCE)
                    .until(() -> used.exchange("/attributes").contains("open=2"));

            cluster.stop();

            assertThat(used.isEnded()).isTrue();
            assertThat(neverUsed.isEnded()).isTrue();
            assertDrained(cluster);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_idle_h2_connection_does_not_hold_up_the_drain(String listener) throws Exception {
        try (Cluster cluster = start(1, listener + "=0").ready();
                JettyHttp2Client client = clients.jettyHttp2()) {
            client.get(scheme(listener), cluster.port(), "/");

            cluster.stop();

            assertDrained(cluster);
        }
    }

    @Test
    void a_web_socket_that_is_idle_is_ended_when_the_grace_is_over() throws Exception {
        try (Cluster cluster = start(1, "plain=0").ready()) {
            EchoSocket socket = webSocket("plain", cluster);
            assertThat(socket.echo("hello")).isEqualTo("hello");

            cluster.stop();

            assertDrained(cluster);
            assertThat(socket.end()).succeedsWithin(Cluster.PATIENCE);
        }
    }

    @Test
    void an_address_that_the_supervisor_does_not_grant_fails_the_start_and_is_not_bound() throws Exception {
        int port = Http1Client.freePort();
        try (Cluster cluster = start(1, "plain=" + port)) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output())
                    .contains("listen 127.0.0.1:" + port + ": not granted: the supervisor listens on 127.0.0.1:0");
        }
    }

    @Test
    void a_worker_without_the_supervisors_provider_fails_to_start_and_says_so() throws Exception {
        Predicate<String> providers = entry -> entry.matches(".*(posix|windows)-provider.*");
        try (Cluster cluster = Cluster.startWithout(providers, program("plain=0"))) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output()).contains("cannot be used: none is on the class path");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_UNIX_DOMAIN)
    void a_unix_domain_listener_is_served_by_all_workers_and_ends_as_one_with_a_port_does() throws Exception {
        Path path = UnixDomainPaths.next();
        Cluster.Program worker = program(LONG_GRACE, "unix=" + path);
        try (Cluster cluster = Cluster.start(2, path, worker).ready();
                Http1Client busy = new Http1Client(path);
                Http1Client other = new Http1Client(path)) {
            Set<String> answers = new HashSet<>();
            await().atMost(Cluster.PATIENCE).until(() -> {
                try (Http1Client client = new Http1Client(path)) {
                    answers.add(client.exchange("/").replaceAll("(?s).*\r\n\r\n", ""));
                }
                return answers.size() == 2;
            });
            assertThat(answers).allMatch(answer -> answer.endsWith(" HTTP/1.1"));
            assertThat(other.exchange("/")).contains("200 OK").doesNotMatch(Http1Client::isClosing);
            busy.send("/until-drain");
            SlowRequests.awaitOne(cluster);

            cluster.stop();

            await().atMost(Cluster.PATIENCE).until(() -> other.exchange("/"), Http1Client::isClosing);
            assertThat(other.isEnded()).isTrue();
            assertThat(busy.receive()).contains("200 OK").matches(Http1Client::isClosing);
            assertDrained(cluster);
            assertThat(path).doesNotExist();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_UNIX_DOMAIN)
    void h2c_on_a_unix_domain_listener_is_served_by_upgrade() throws Exception {
        Path path = UnixDomainPaths.next();
        try (Cluster cluster = Cluster.start(1, path, program("unix=" + path)).ready();
                Http1Client client = new Http1Client(path)) {
            client.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
            assertThat(client.receiveHeader()).startsWith("HTTP/1.1 101 ");
            client.disconnect();

            cluster.stop();

            assertDrained(cluster);
            assertThat(cluster.output()).doesNotContain("Exception");
        }
    }

    /** So many workers on a free port; no other is granted. */
    protected final Cluster start(int workers, String... arguments) throws IOException {
        return Cluster.start(workers, program(arguments));
    }

    /** So many workers that get the ports that they ask for. */
    protected final Cluster startOnDemand(int workers, String... arguments) throws IOException {
        return Cluster.startOnDemand(workers, program(arguments));
    }

    /** After {@link Cluster#stop}: waits for the end, and nothing may have been lost. An adapter may look at more. */
    protected void assertDrained(Cluster cluster) throws InterruptedException {
        assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
    }

    /** The drain begins while the server is at work on the first one; the last answer is the one that announces the end. */
    protected final List<String> answersToFourPipelinedRequests() throws Exception {
        List<String> answers = new ArrayList<>();
        try (Cluster cluster = start(1, LONG_GRACE, "plain=0").ready();
                Http1Client client = new Http1Client(cluster.port())) {
            client.send("/until-drain", "/", "/", "/");
            SlowRequests.awaitOne(cluster);

            cluster.stop();

            do {
                answers.add(client.receive());
            } while (!Http1Client.isClosing(answers.get(answers.size() - 1)));
            assertThat(client.isEnded()).isTrue();
            assertDrained(cluster);
        }
        return answers;
    }

    protected static String get(HttpClient.Version version, String scheme, int port, String path) throws Exception {
        return clients.jdk(version)
                .send(Clients.request(scheme, port, path), BodyHandlers.ofString())
                .body();
    }

    /** @param listener {@code plain} or {@code tls} */
    protected static EchoSocket webSocket(String listener, Cluster cluster) throws Exception {
        String scheme = listener.equals("tls") ? "wss" : "ws";
        return new EchoSocket(
                clients.jdk(HttpClient.Version.HTTP_1_1),
                URI.create(scheme + "://127.0.0.1:" + cluster.port() + "/socket"));
    }

    private Cluster.Program program(String... arguments) {
        return new Cluster.Program(program, List.of(keyStore.option()), List.of(arguments));
    }

    private static String scheme(String listener) {
        return listener.equals("tls") ? "https" : "http";
    }

    private static void connectWhileItRestarts(Cluster cluster) {
        while (!Restarts.areOver(cluster)) {
            try (Http1Client client = new Http1Client(cluster.port())) {
                client.exchange("/");
            } catch (EOFException | SocketException cutOff) {
                // by the stop
            } catch (IOException e) {
                throw new UncheckedIOException("neither answered nor cut off", e);
            }
        }
    }

    private static boolean isRefused(Cluster cluster) {
        try (Http1Client client = new Http1Client(cluster.port())) {
            return !client.isConnected();
        } catch (IOException | IndexOutOfBoundsException e) { // refused, or the supervisor has no listener any more
            return true;
        }
    }
}
