package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Jetty workers, asked by real clients. */
class SharedServerConnectorTest {
    private static final List<String> NO_OPTIONS = List.of();

    @TempDir
    private static Path temporary;

    private static List<String> withKeyStore;
    private static SSLContext clientContext;

    @BeforeAll
    static void makeKeyStore() throws Exception {
        TestKeyStore keyStore = TestKeyStore.create(temporary);
        withKeyStore = List.of("-Dtest.keystore=" + keyStore.file());
        clientContext = keyStore.clientContext();
    }

    @Test
    void http_1_and_h2c_by_upgrade_and_by_prior_knowledge_are_served_on_one_port() throws Exception {
        try (Cluster cluster = Cluster.start(2, NO_OPTIONS, "plain=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(get(HttpClient.Version.HTTP_2, "http", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
            assertThat(getWithPriorKnowledge(cluster.port())).endsWith(" HTTP/2.0");
        }
    }

    @Test
    void tls_is_served_with_http_1_and_with_h2_by_alpn() throws Exception {
        try (Cluster cluster = Cluster.start(2, withKeyStore, "tls=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/1.1");
            assertThat(get(HttpClient.Version.HTTP_2, "https", cluster.port(), "/"))
                    .endsWith(" HTTP/2.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void an_http_1_request_under_way_when_the_drain_begins_is_answered(String scheme) throws Exception {
        try (Cluster cluster = Cluster.start(1, withKeyStore, connector(scheme)).ready()) {
            CompletableFuture<HttpResponse<String>> slow = client(HttpClient.Version.HTTP_1_1)
                    .sendAsync(request(scheme, cluster.port(), "/until-drain"), BodyHandlers.ofString());
            cluster.awaitOutput("sleeping");

            cluster.stop();

            assertThat(slow.get(30, TimeUnit.SECONDS).body()).endsWith(" HTTP/1.1");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
            cluster.awaitOutput("the server has stopped");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void an_h2_request_under_way_when_the_drain_begins_is_answered(String scheme) throws Exception {
        // Jetty's client: the JDK's (17) gives up every stream of a connection on which it gets a GOAWAY.
        org.eclipse.jetty.client.HttpClient client = h2Client();
        client.start();
        try (Cluster cluster = Cluster.start(1, withKeyStore, connector(scheme)).ready()) {
            CompletableFuture<ContentResponse> slow = new CompletableResponseListener(
                            client.newRequest(scheme + "://127.0.0.1:" + cluster.port() + "/until-drain"))
                    .send();
            cluster.awaitOutput("sleeping");

            cluster.stop();

            assertThat(slow.get(30, TimeUnit.SECONDS).getContentAsString()).endsWith(" HTTP/2.0");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
            cluster.awaitOutput("the server has stopped");
        } finally {
            client.stop();
        }
    }

    @Test
    void the_last_response_on_a_keep_alive_connection_announces_that_it_closes() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Socket busy = connect(cluster.port());
                Socket other = connect(cluster.port())) {
            assertThat(exchange(other, "/")).doesNotContain("Connection: close");
            send(busy, "/sleep?1000"); // keeps the worker while we look at the other connection
            await().until(() -> exchange(other, "/attributes").contains("open=2"));

            cluster.stop();

            await().atMost(Cluster.PATIENCE).until(() -> isRefused(cluster));
            assertThat(exchange(other, "/")).contains("200 OK").contains("Connection: close");
            assertThat(other.getInputStream().read()).isEqualTo(-1);
            assertThat(receive(busy)).contains("200 OK");
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void an_idle_connection_does_not_hold_up_the_drain() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Socket used = connect(cluster.port());
                Socket neverUsed = connect(cluster.port())) {
            assertThat(exchange(used, "/")).contains("200 OK");
            await().until(() -> exchange(used, "/attributes").contains("open=2"));

            cluster.stop();

            assertThat(used.getInputStream().read()).isEqualTo(-1);
            assertThat(neverUsed.getInputStream().read()).isEqualTo(-1);
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void a_connector_that_is_stopped_and_started_again_adopts_again() throws Exception {
        try (Cluster cluster =
                Cluster.start(2, NO_OPTIONS, "restart-connectors", "plain=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/attributes"))
                    .contains("supervised=true")
                    .contains("port=" + cluster.port());
        }
    }

    @Test
    void attributes_tell_an_operator_where_the_connector_stands() throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=0").ready();
                Socket socket = connect(cluster.port())) {
            assertThat(exchange(socket, "/attributes"))
                    .contains("supervised=true index=0 accepted=1 open=1 draining=false pacing=true port="
                            + cluster.port() + " blocking=true");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with Java 21")
    void an_acceptor_on_a_virtual_thread_leaves_the_shared_listener_blocking() throws Exception {
        try (Cluster cluster =
                Cluster.start(2, NO_OPTIONS, "virtual-threads", "plain=0").ready()) {
            for (int i = 0; i < 20; i++) {
                assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/attributes"))
                        .contains("blocking=true");
            }
        }
    }

    @Test
    void workers_may_have_several_connectors() throws Exception {
        int tls = freePort();
        int plain = freePort();
        try (Cluster cluster = Cluster.startOnDemand(2, withKeyStore, "tls=" + tls, "plain=" + plain)
                .ready()) {
            assertThat(get(HttpClient.Version.HTTP_2, "https", tls, "/")).endsWith(" HTTP/2.0");
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", plain, "/")).endsWith(" HTTP/1.1");

            cluster.stop();
            assertThat(cluster.outcome()).isEqualTo(Outcome.DRAINED);
        }
    }

    @Test
    void an_address_that_the_supervisor_does_not_grant_fails_the_start_and_is_not_bound() throws Exception {
        int port = freePort();
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, "plain=" + port)) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output())
                    .contains("listen 127.0.0.1:" + port + ": not granted: the supervisor listens on 127.0.0.1:0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-acceptors", "inherit-channel", "reuse-port"})
    void a_setting_that_a_shared_listener_cannot_serve_fails_the_start(String setting) throws Exception {
        try (Cluster cluster = Cluster.start(1, NO_OPTIONS, setting, "plain=0")) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output()).contains("java.lang.IllegalStateException");
        }
    }

    @Test
    void without_a_supervisor_it_binds_as_a_server_connector_does() throws Exception {
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server, 0, 1); // no acceptor: selectors accept
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
        try {
            assertThat(connector.isSupervised()).isFalse();
            assertThat(connector.getWorkerIndex()).isEqualTo(-1);
            HttpResponse<String> response = client(HttpClient.Version.HTTP_1_1)
                    .send(request("http", connector.getLocalPort(), "/"), BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(404);
        } finally {
            server.stop();
        }
    }

    private static String get(HttpClient.Version version, String scheme, int port, String path) throws Exception {
        return client(version)
                .send(request(scheme, port, path), BodyHandlers.ofString())
                .body();
    }

    private static HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(clientContext)
                .build();
    }

    private static HttpRequest request(String scheme, int port, String path) {
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                .build();
    }

    /** The JDK's client speaks h2c only after an upgrade. */
    private static String getWithPriorKnowledge(int port) throws Exception {
        org.eclipse.jetty.client.HttpClient client = h2Client();
        client.start();
        try {
            return client.GET("http://127.0.0.1:" + port + "/").getContentAsString();
        } finally {
            client.stop();
        }
    }

    private static org.eclipse.jetty.client.HttpClient h2Client() {
        SslContextFactory.Client ssl = new SslContextFactory.Client();
        ssl.setSslContext(clientContext);
        ClientConnector connector = new ClientConnector();
        connector.setSslContextFactory(ssl);
        return new org.eclipse.jetty.client.HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector)));
    }

    private static String connector(String scheme) {
        return scheme.equals("https") ? "tls=0" : "plain=0";
    }

    private static boolean isRefused(Cluster cluster) {
        try (Socket socket = connect(cluster.port())) {
            return !socket.isConnected();
        } catch (IOException | IndexOutOfBoundsException e) { // refused, or the supervisor has no listener any more
            return true;
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 2000);
            socket.setSoTimeout(30_000);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static String exchange(Socket socket, String path) throws IOException {
        send(socket, path);
        return receive(socket);
    }

    private static void send(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Header and body; our handler always sends a length. */
    private static String receive(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder header = new StringBuilder();
        while (!header.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("closed after: " + header);
            }
            header.append((char) c);
        }
        String length = header.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
        return header + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
    }

    private static int freePort() throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }
}
