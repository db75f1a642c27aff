package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.worker.FakeWorker;
import io.forkless.worker.ReadyHold;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The README's example of a server that is tested as a worker, in the JVM of the test. */
@Isolated("Worker.current() is one for the whole JVM")
class FakeWorkerTest {
    @Test
    void a_server_is_tested_as_a_worker_without_a_supervisor() throws Exception {
        Server server = server();
        try (FakeWorker worker = new FakeWorker()) {
            worker.install(); // Worker.current() answers it, until it is closed
            server.start();
            assertThat(worker.isReady()).isTrue();
            InetSocketAddress address =
                    (InetSocketAddress) worker.listeners().get(0).getLocalAddress();
            assertThat(get(address)).isEqualTo("hello from worker 0");
            assertThat(worker.drain(Duration.ofSeconds(10))).isTrue(); // a real one would exit with status 0
        } finally {
            server.stop();
        }
        assertThat(server.isStopped()).isTrue();
    }

    @Test
    void a_server_that_is_held_back_serves_and_is_not_ready() throws Exception {
        Server server = server();
        try (FakeWorker worker = new FakeWorker(3)) {
            worker.install();
            ReadyHold warmingUp = worker.holdReady();
            server.start();
            assertThat(get((InetSocketAddress) worker.listeners().get(0).getLocalAddress()))
                    .isEqualTo("hello from worker 3");
            assertThat(worker.isReady()).isFalse();
            warmingUp.close();
            assertThat(worker.isReady()).isTrue();
        } finally {
            server.stop();
        }
    }

    private static Server server() {
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Content.Sink.write(response, true, "hello from worker " + connector.getWorkerIndex(), callback);
                return true;
            }
        });
        return server;
    }

    private static String get(InetSocketAddress address) throws Exception {
        URI uri = new URI("http", null, address.getHostString(), address.getPort(), "/", null, null);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(1)).build(), BodyHandlers.ofString())
                .body();
    }
}
