package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.status.Outcome;
import io.forkless.tck.adapter.AdapterContractTest;
import io.forkless.tck.adapter.Cluster;
import io.forkless.tck.adapter.EchoSocket;
import io.forkless.tck.adapter.HeldReadiness;
import io.forkless.tck.adapter.Http1Client;
import io.forkless.tck.adapter.UnixDomainPaths;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Jetty workers, asked by real clients. */
class SharedServerConnectorTest extends AdapterContractTest {
    SharedServerConnectorTest() {
        super(TestWorker.class);
    }

    @Override
    protected void assertDrained(Cluster cluster) throws InterruptedException {
        super.assertDrained(cluster);
        cluster.awaitOutput("the server has stopped");
    }

    @Test
    void a_web_socket_that_is_in_use_outlives_the_grace() throws Exception {
        try (Cluster cluster = start(1, "grace=4000", "plain=0").ready()) {
            EchoSocket socket = webSocket("plain", cluster);
            assertThat(socket.echo("before")).isEqualTo("before");

            cluster.stop();

            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
            while (System.nanoTime() < end) {
                assertThat(socket.echo("during")).isEqualTo("during");
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertDrained(cluster);
        }
    }

    @Test
    void attributes_tell_also_of_the_supervisor() throws Exception {
        try (Cluster cluster = start(1, "plain=0").ready()) {
            assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/attributes"))
                    .contains("supervised=true index=0 ")
                    .contains(" blocking=true");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with Java 21")
    void an_acceptor_on_a_virtual_thread_leaves_the_shared_listener_blocking() throws Exception {
        try (Cluster cluster = start(2, "virtual-threads", "plain=0").ready()) {
            for (int i = 0; i < 20; i++) {
                assertThat(get(HttpClient.Version.HTTP_1_1, "http", cluster.port(), "/attributes"))
                        .contains("blocking=true");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-acceptors", "inherit-channel", "reuse-port"})
    void a_setting_that_a_shared_listener_cannot_serve_fails_the_start(String setting) throws Exception {
        try (Cluster cluster = start(1, setting, "plain=0")) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output()).contains("java.lang.IllegalStateException");
        }
    }

    @Test
    void the_end_is_announced_through_a_connection_factory_that_wraps_that_of_http() throws Exception {
        assertThatTheEndIsAnnounced(LONG_GRACE, "wrapped", "plain=0");
    }

    @Test
    void a_connection_factory_through_which_the_end_cannot_be_announced_fails_the_start() throws Exception {
        try (Cluster cluster = start(1, "hidden", "plain=0")) {
            assertThat(cluster.outcome()).isEqualTo(Outcome.GAVE_UP);
            assertThat(cluster.output()).contains("no response could announce that its connection ends");
        }
    }

    @Test
    void connectors_that_a_running_server_gets_make_it_ready_when_the_last_one_has_started() throws Exception {
        int plain = Http1Client.freePort();
        int tls = Http1Client.freePort();
        try (Cluster cluster = startOnDemand(1, "late", "plain=" + plain, "tls=" + tls)) {
            HeldReadiness.awaitWaiting(cluster);
            cluster.assertNotReady();

            get(HttpClient.Version.HTTP_1_1, "http", plain, "/release");

            cluster.ready();
            assertThat(get(HttpClient.Version.HTTP_1_1, "https", tls, "/")).endsWith(" HTTP/1.1");
            cluster.stop();
            assertDrained(cluster);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals on Windows")
    void a_worker_on_the_module_path_that_gets_a_term_signal_drains() throws Exception {
        try (Cluster cluster = Cluster.startOnModulePath(2, "io.forkless.jetty", ModuleWorker.class)
                .ready()) {
            assertThat(cluster.terminateOne()).contains("status 0");
            assertThat(cluster.output()).contains("draining: SIGTERM");
        }
    }

    @Test
    void without_a_supervisor_it_binds_as_a_server_connector_does() throws Exception {
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server, 0, 1); // no acceptor: selectors accept
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
        try (Http1Client client = new Http1Client(connector.getLocalPort())) {
            assertThat(connector.isSupervised()).isFalse();
            assertThat(connector.getWorkerIndex()).isEqualTo(-1);
            assertThat(client.exchange("/")).contains("404 Not Found");
            assertThat(HttpConfigurations.of(connector))
                    .allSatisfy(http -> assertThat(http.getCustomizers()).isEmpty());
        } finally {
            server.stop();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no listener on a path on Windows")
    void without_a_supervisor_it_binds_its_unix_domain_path_and_removes_it() throws Exception {
        Path path = UnixDomainPaths.next();
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server);
        connector.setUnixDomainPath(path);
        server.addConnector(connector);
        for (int i = 0; i < 2; i++) {
            server.start();
            try (Http1Client client = new Http1Client(path)) {
                assertThat(client.exchange("/")).contains("404 Not Found");
                assertThat(connector.getOpenConnections()).isEqualTo(1);
            } finally {
                server.stop();
            }
            assertThat(path).doesNotExist();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no listener on a path on Windows")
    void a_unix_domain_path_needs_an_acceptor() throws Exception {
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server, 0, 1);
        connector.setUnixDomainPath(UnixDomainPaths.next());
        server.addConnector(connector);
        try {
            assertThatThrownBy(server::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("use at least one acceptor");
        } finally {
            server.stop();
        }
    }
}
