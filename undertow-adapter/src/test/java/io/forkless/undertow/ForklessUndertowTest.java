package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.tck.adapter.AdapterContractTest;
import io.forkless.tck.adapter.Cluster;
import io.forkless.tck.adapter.Http1Client;
import io.forkless.tck.adapter.UnixDomainPaths;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real Undertow workers, asked by real clients. */
class ForklessUndertowTest extends AdapterContractTest {
    ForklessUndertowTest() {
        super(TestWorker.class);
    }

    @Test
    void ajp_is_answered() throws Exception {
        try (Cluster cluster = start(1, "ajp=0").ready();
                Socket socket = new Socket("127.0.0.1", cluster.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(HexFormat.of().parseHex("123400010a")); // CPing

            assertThat(HexFormat.of().formatHex(socket.getInputStream().readNBytes(5)))
                    .isEqualTo("4142000109"); // CPong
        }
    }

    /** More than HTTP asks for: the last of them announces the end. */
    @Test
    void requests_that_were_pipelined_before_the_drain_began_are_all_answered() throws Exception {
        assertThat(answersToFourPipelinedRequests()).hasSize(4).allMatch(answer -> answer.contains("200 OK"));
    }

    @Test
    void the_wildcard_address_of_undertow_is_every_address() throws Exception {
        int port = Http1Client.freePort();
        try (Cluster cluster = startOnDemand(1, "wildcard=" + port)) {
            cluster.ready();
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", port, "/")).endsWith(" HTTP/1.1");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no listener on a path on Windows")
    void without_a_supervisor_it_binds_its_unix_domain_path_and_removes_it() throws Exception {
        Path path = UnixDomainPaths.next();
        Undertow server = ForklessUndertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .addHttpListener(path)
                .setHandler(exchange -> exchange.getResponseSender()
                        .send(exchange.getSourceAddress() + " " + exchange.getDestinationAddress()))
                .build();
        for (int i = 0; i < 2; i++) {
            server.start();
            InetSocketAddress address =
                    (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
            try (Http1Client plain = new Http1Client(address.getPort());
                    Http1Client unix = new Http1Client(path)) {
                assertThat(plain.exchange("/")).endsWith("/127.0.0.1:" + address.getPort());
                assertThat(unix.exchange("/")).endsWith("/127.0.0.1:0 /127.0.0.1:0");
            } finally {
                server.stop();
            }
            assertThat(path).doesNotExist();
        }
    }
}
