package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.Outcome;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Undertow workers, asked by real clients. */
class ForklessUndertowTest {
    private static final List<String> NO_OPTIONS = List.of();

    @TempDir
    private static Path temporary;

    private static List<String> withKeyStore;
    private static Clients clients;

    @BeforeAll
    static void makeKeyStore() throws Exception {
        TestKeyStore keyStore = TestKeyStore.create(temporary);
        withKeyStore = List.of("-Dtest.keystore=" + keyStore.file());
        clients = new Clients(keyStore.clientContext());
    }

    @Test
    void http_1_and_h2c_by_upgrade_and_by_prior_knowledge_are_served_on_one_port() throws Exception {
        try (Cluster cluster = Cluster.start(2, NO_OPTIONS, "plain=0").ready()) {
            assertThat(clients.get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(clients.get(HttpClient.Version.HTTP_2, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
            org.eclipse.jetty.client.HttpClient client = clients.jettyHttp2();
            try {
                assertThat(client.GET("http://127.0.0.1:" + cluster.port() + "/")
                                .getContentAsString())
                        .endsWith(" HTTP/2.0");
            } finally {
                client.stop();
            }
        }
    }

    @Test
    void tls_is_served_with_http_1_and_with_h2_by_alpn() throws Exception {
        try (Cluster cluster = Cluster.start(2, withKeyStore, "tls=0").ready()) {
            assertThat(clients.get(HttpClient.Version.HTTP_1_1, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(clients.get(HttpClient.Version.HTTP_2, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void a_web_socket_is_opened_by_upgrade(String listener) throws Exception {
        try (Cluster cluster = Cluster.start(1, withKeyStore, listener + "=0").ready()) {
            Echoes echoes = new Echoes();
            WebSocket socket = echoes.connect(listener.equals("tls") ? "wss" : "ws", cluster.port());
            socket.sendText("hello", true);

            assertThat(echoes.text.get(30, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void ajp_is_answered() throws Exception {
        try (Cluster cluster = Cluster.start(1, List.of("-Dio.undertow.ajp.REQUIRE_AJP_SECRET=false"), "ajp=0")
                        .ready();
                Socket socket = new Socket("127.0.0.1", cluster.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(HexFormat.of().parseHex("123400010a")); // CPing

            assertThat(HexFormat.of().formatHex(socket.getInputStream().readNBytes(5)))
                    .isEqualTo("4142000109"); // CPong
        }
    }

    @Test
    void workers_may_have_several_listeners() throws Exception {
        int tls = Clients.freePort();
        int plain = Clients.freePort();
        try (Cluster cluster = Cluster.startOnDemand(2, withKeyStore, "tls=" + tls, "plain=" + plain)
                .ready()) {
            assertThat(clients.get(HttpClient.Version.HTTP_2, "https", tls, "/"))
                    .endsWith(" HTTP/2.0");
            assertThat(clients.get(HttpClient.Version.HTTP_1_1, "http", plain, "/"))
                    .endsWith(" HTTP/1.1");

            cluster.stop();
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void the_wildcard_address_of_undertow_is_every_address() throws Exception {
        int port = Clients.freePort();
        try (Cluster cluster = Cluster.startOnDemand(1, NO_OPTIONS, "wildcard=" + port)) {
            cluster.ready();
            assertThat(clients.get(HttpClient.Version.HTTP_1_1, "http", port, "/"))
                    .endsWith(" HTTP/1.1");
        }
    }

    @Test
    void attributes_tell_an_operator_where_the_server_stands() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Http1Client client = new Http1Client(cluster.port())) {
            assertThat(client.exchange("/attributes"))
                    .contains("accepted=1 open=1 draining=false pacing=true port=" + cluster.port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_http_1_request_under_way_when_the_drain_begins_is_answered(String listener) throws Exception {
        try (Cluster cluster = Cluster.start(1, withKeyStore, listener + "=0").ready()) {
            CompletableFuture<HttpResponse<String>> slow = clients.jdk(HttpClient.Version.HTTP_1_1)
                    .sendAsync(
                            Clients.request(scheme(listener), cluster.port(), "/until-drain"), BodyHandlers.ofString());
            cluster.awaitOutput("sleeping");

            cluster.stop();

            assertThat(slow.get(30, TimeUnit.SECONDS).body()).endsWith(" HTTP/1.1");
            assertThat(slow.get().headers().firstValue("Connection")).hasValue("close");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_h2_request_under_way_when_the_drain_begins_is_answered(String listener) throws Exception {
        org.eclipse.jetty.client.HttpClient client = clients.jettyHttp2();
        try (Cluster cluster = Cluster.start(1, withKeyStore, listener + "=0").ready()) {
            CompletableFuture<ContentResponse> slow = new CompletableResponseListener(
                            client.newRequest(scheme(listener) + "://127.0.0.1:" + cluster.port() + "/until-drain"))
                    .send();
            cluster.awaitOutput("sleeping");

            cluster.stop();

            assertThat(slow.get(30, TimeUnit.SECONDS).getContentAsString()).endsWith(" HTTP/2.0");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        } finally {
            client.stop();
        }
    }

    @Test
    void requests_that_were_pipelined_before_the_drain_began_are_all_answered() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Http1Client client = new Http1Client(cluster.port())) {
            client.send("/until-drain", "/", "/", "/");
            cluster.awaitOutput("sleeping");

            cluster.stop();

            List<String> responses = List.of(client.receive(), client.receive(), client.receive(), client.receive());
            assertThat(responses).allMatch(response -> response.contains("200 OK"));
            assertThat(responses.subList(0, 3)).noneMatch(Http1Client::isClosing);
            assertThat(responses.get(3)).matches(Http1Client::isClosing);
            assertThat(client.isEnded()).isTrue();
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void the_last_response_on_a_keep_alive_connection_announces_that_it_closes() throws Exception {
        try (Cluster cluster =
                        Cluster.start(1, NO_OPTIONS, "grace=5000", "plain=0").ready();
                Http1Client busy = new Http1Client(cluster.port());
                Http1Client other = new Http1Client(cluster.port())) {
            assertThat(other.exchange("/")).doesNotMatch("(?is).*connection: close.*");
            busy.send("/sleep?1000"); // keeps the worker while we look at the other connection
            await().until(() -> other.exchange("/attributes").contains("open=2"));

            cluster.stop();

            await().atMost(Cluster.PATIENCE).until(() -> isRefused(cluster));
            assertThat(other.exchange("/")).contains("200 OK").matches(Http1Client::isClosing);
            assertThat(other.isEnded()).isTrue();
            assertThat(busy.receive()).contains("200 OK");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void an_idle_connection_does_not_hold_up_the_drain() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Http1Client used = new Http1Client(cluster.port());
                Http1Client neverUsed = new Http1Client(cluster.port())) {
            assertThat(used.exchange("/")).contains("200 OK");
            await().until(() -> used.exchange("/attributes").contains("open=2"));

            cluster.stop();

            assertThat(used.isEnded()).isTrue();
            assertThat(neverUsed.isEnded()).isTrue();
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void an_idle_h2_connection_gets_a_goaway_and_does_not_hold_up_the_drain(String listener) throws Exception {
        org.eclipse.jetty.client.HttpClient client = clients.jettyHttp2();
        try (Cluster cluster = Cluster.start(1, withKeyStore, listener + "=0").ready()) {
            client.GET(scheme(listener) + "://127.0.0.1:" + cluster.port() + "/");

            cluster.stop();

            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        } finally {
            client.stop();
        }
    }

    @Test
    void a_web_socket_is_closed_when_the_grace_is_over() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready()) {
            Echoes echoes = new Echoes();
            echoes.connect("ws", cluster.port()).sendText("hello", true);
            assertThat(echoes.text.get(30, TimeUnit.SECONDS)).isEqualTo("hello");

            cluster.stop();

            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
            assertThat(echoes.end).succeedsWithin(Cluster.PATIENCE);
        }
    }

    @Test
    void an_address_that_the_supervisor_does_not_grant_fails_the_start_and_is_not_bound() throws Exception {
        int port = Clients.freePort();
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=" + port)) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output())
                    .contains("listen 127.0.0.1:" + port + ": not granted: the supervisor listens on 127.0.0.1:0");
        }
    }

    @Test
    void a_worker_without_the_supervisors_provider_fails_to_start_and_says_so() throws Exception {
        try (Cluster cluster =
                Cluster.startWithout(entry -> entry.matches(".*(posix|windows)-provider.*"), "plain=0")) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output()).contains("cannot be used: none is on the class path");
        }
    }

    private static String scheme(String listener) {
        return listener.equals("tls") ? "https" : "http";
    }

    private static boolean isRefused(Cluster cluster) {
        try (Http1Client client = new Http1Client(cluster.port())) {
            return !client.isConnected();
        } catch (IOException | IndexOutOfBoundsException e) { // refused, or the supervisor has no listener any more
            return true;
        }
    }

    /** The client's end of a WebSocket. */
    private static final class Echoes implements WebSocket.Listener {
        final CompletableFuture<String> text = new CompletableFuture<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();

        WebSocket connect(String scheme, int port) throws Exception {
            return clients.jdk(HttpClient.Version.HTTP_1_1)
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(scheme + "://127.0.0.1:" + port + "/socket"), this)
                    .get(30, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.complete(data.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
            end.complete(null);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            end.complete(null);
        }
    }
}
