package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.forkless.spi.ListenSpec;
import io.forkless.tck.adapter.Http1Client;
import io.forkless.tck.adapter.UnixDomainPaths;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/** A server on listeners that a supervisor could own, in this JVM. */
class SharedXnioWorkerTest {
    private static final HttpHandler HELLO =
            exchange -> exchange.getResponseSender().send("hello");

    private final TestListeners listeners = new TestListeners();
    private final List<Undertow> servers = new ArrayList<>();

    @AfterEach
    void stopServers() throws IOException {
        servers.forEach(Undertow::stop);
        listeners.close();
    }

    @Test
    void fifty_starts_and_stops_leave_no_thread_and_no_descriptor_behind() throws Exception {
        Undertow server = server(listeners.builder().addHttpListener(0, "127.0.0.1"));
        startUseAndStop(server); // loads classes and whatever they keep
        long threads = threads();
        long descriptors = descriptors();

        for (int i = 0; i < 50; i++) {
            startUseAndStop(server);
        }

        await("threads").untilAsserted(() -> assertThat(threads()).isLessThanOrEqualTo(threads));
        await("descriptors").untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors));
    }

    private static void startUseAndStop(Undertow server) throws IOException {
        server.start();
        try (Http1Client used = new Http1Client(port(server));
                Http1Client neverUsed = new Http1Client(port(server))) {
            assertThat(used.exchange("/")).contains("200 OK");
            assertThat(neverUsed.isConnected()).isTrue();
            await().until(() -> open(server) == 2); // until then it is in the queue, for whoever listens
            server.stop();
            assertThat(used.isEnded()).isTrue();
            assertThat(neverUsed.isEnded()).isTrue();
        }
    }

    @Test
    void the_threads_are_those_that_were_asked_for() throws Exception {
        Undertow server = started(listeners
                .builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(3)
                .setWorkerThreads(5)
                .setWorkerOption(Options.WORKER_NAME, "by-name")
                .setWorkerOption(Options.WORKER_TASK_KEEPALIVE, 1234));

        XnioWorker worker = server.getWorker();
        assertThat(worker.getIoThreadCount()).isEqualTo(3);
        assertThat(worker.getOption(Options.WORKER_IO_THREADS)).isEqualTo(3);
        assertThat(worker.getOption(Options.WORKER_TASK_MAX_THREADS)).isEqualTo(5);
        assertThat(worker.getOption(Options.WORKER_TASK_KEEPALIVE)).isEqualTo(1234);
        assertThat(worker.getName()).isEqualTo("by-name");
        assertThat(worker.submit(() -> Thread.currentThread().getName()).get()).startsWith("by-name task-");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .contains("by-name I/O-1", "by-name I/O-3")
                .doesNotContain("by-name I/O-4");
    }

    @Test
    void the_worker_has_the_options_that_undertow_gives_to_its_own() throws Exception {
        Undertow ordinary = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(HELLO)
                .build();
        servers.add(ordinary);
        ordinary.start();
        Undertow shared = started(listeners.builder().addHttpListener(0, "127.0.0.1"));

        for (Option<?> option : List.of(
                Options.WORKER_IO_THREADS,
                Options.WORKER_TASK_CORE_THREADS,
                Options.WORKER_TASK_MAX_THREADS,
                Options.WORKER_TASK_KEEPALIVE,
                Options.STACK_SIZE)) {
            assertThat(shared.getWorker().getOption(option))
                    .as(option.getName())
                    .isEqualTo(ordinary.getWorker().getOption(option));
        }
    }

    @Test
    void socket_options_reach_the_connections_and_those_of_a_listener_come_first() throws Exception {
        HttpHandler options = exchange -> exchange.getResponseSender()
                .send(option(exchange, Options.TCP_NODELAY) + " " + option(exchange, Options.KEEP_ALIVE) + " "
                        + option(exchange, Options.READ_TIMEOUT));
        Undertow server = started(listeners
                .builder()
                .setSocketOption(Options.KEEP_ALIVE, true)
                .setSocketOption(Options.READ_TIMEOUT, 10_000)
                .addHttpListener(0, "127.0.0.1", options)
                .addListener(new Undertow.ListenerBuilder()
                        .setType(Undertow.ListenerType.HTTP)
                        .setHost("127.0.0.1")
                        .setPort(Http1Client.freePort())
                        .setRootHandler(options)
                        .setOverrideSocketOptions(OptionMap.create(Options.READ_TIMEOUT, 20_000))));

        try (Http1Client first = new Http1Client(port(server, 0));
                Http1Client second = new Http1Client(port(server, 1))) {
            assertThat(first.exchange("/")).endsWith("true true 10000");
            assertThat(second.exchange("/")).endsWith("true true 20000");
        }
    }

    private static <T> T option(HttpServerExchange exchange, Option<T> option) throws IOException {
        return exchange.getConnection().getOption(option);
    }

    @Test
    void connector_statistics_count() throws Exception {
        Undertow server = started(listeners
                .builder()
                .setServerOption(UndertowOptions.ENABLE_STATISTICS, true)
                .addHttpListener(0, "127.0.0.1"));

        try (Http1Client client = new Http1Client(port(server))) {
            client.exchange("/");
            client.exchange("/");
            var statistics = server.getListenerInfo().get(0).getConnectorStatistics();
            await().untilAsserted(() -> assertThat(statistics.getRequestCount()).isEqualTo(2));
            assertThat(statistics.getActiveConnections()).isEqualTo(1);
        }
    }

    @Test
    void a_suspended_listener_leaves_clients_to_others_and_serves_again_when_resumed() throws Exception {
        Undertow server = started(listeners.builder().addHttpListener(0, "127.0.0.1"));
        Undertow other = started(listeners.builder().addHttpListener(0, "127.0.0.1"));
        other.getListenerInfo().get(0).suspend();
        try (Http1Client before = new Http1Client(port(server))) {
            assertThat(before.exchange("/")).contains("200 OK");

            server.getListenerInfo().get(0).suspend();

            assertThat(before.isEnded()).isTrue();
        }
        try (Http1Client waiting = new Http1Client(port(server))) {
            waiting.send("/");
            await().during(Duration.ofMillis(300)).until(() -> accepted(server) == 1 && accepted(other) == 0);
            other.getListenerInfo().get(0).resume();
            assertThat(waiting.receive()).contains("200 OK");
            assertThat(accepted(other)).isEqualTo(1);
        }
        other.getListenerInfo().get(0).suspend();
        server.getListenerInfo().get(0).resume();
        try (Http1Client after = new Http1Client(port(server))) {
            assertThat(after.exchange("/")).contains("200 OK");
            assertThat(accepted(server)).isEqualTo(2);
        }
    }

    @Test
    void above_high_water_connections_wait_until_others_have_ended() throws Exception {
        Undertow server = started(listeners
                .builder()
                .setSocketOption(Options.CONNECTION_HIGH_WATER, 2)
                .setSocketOption(Options.CONNECTION_LOW_WATER, 1)
                .addHttpListener(0, "127.0.0.1"));
        try (Http1Client first = new Http1Client(port(server));
                Http1Client second = new Http1Client(port(server));
                Http1Client third = new Http1Client(port(server))) {
            assertThat(first.exchange("/")).contains("200 OK");
            assertThat(second.exchange("/")).contains("200 OK");
            third.send("/");
            await().during(Duration.ofMillis(300)).until(() -> accepted(server) == 2);
            first.disconnect();
            await().during(Duration.ofMillis(300)).until(() -> accepted(server) == 2); // not below low water
            second.disconnect();
            assertThat(third.receive()).contains("200 OK");
        }
    }

    @Test
    void the_water_marks_can_be_changed_while_it_serves() throws Exception {
        Undertow server = started(listeners
                .builder()
                .setSocketOption(Options.CONNECTION_HIGH_WATER, 1)
                .addHttpListener(0, "127.0.0.1"));
        Undertow.ListenerInfo listener = server.getListenerInfo().get(0);
        try (Http1Client first = new Http1Client(port(server));
                Http1Client second = new Http1Client(port(server))) {
            assertThat(first.exchange("/")).contains("200 OK");
            second.send("/");

            listener.setSocketOption(Options.CONNECTION_HIGH_WATER, 10);

            assertThat(second.receive()).contains("200 OK");
            assertThatThrownBy(() -> listener.setSocketOption(Options.CONNECTION_LOW_WATER, 11))
                    .hasMessage("low water 11 is not between 1 and high water 10");
        }
    }

    @Test
    void an_address_that_is_taken_fails_the_start_with_its_name_and_frees_the_other_listeners() throws Exception {
        int port = Http1Client.freePort();
        Undertow server =
                server(listeners.builder().addHttpListener(0, "127.0.0.1").addHttpListener(port, "127.0.0.1"));
        long threads = threads();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", port));

            assertThatThrownBy(server::start)
                    .hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("listen 127.0.0.1:" + port);
            assertThat(threads()).isLessThanOrEqualTo(threads);
        }

        server.start();
        try (Http1Client client = new Http1Client(port(server, 1))) {
            assertThat(client.exchange("/")).contains("200 OK");
        }
    }

    @Test
    void a_start_that_undertow_itself_gives_up_has_accepted_nothing_and_made_no_thread() throws Exception {
        Undertow server =
                server(listeners.builder().addHttpListener(0, "127.0.0.1").addHttpListener(0, "no-such-host.invalid"));
        long threads = threads();

        assertThatThrownBy(server::start).hasRootCauseInstanceOf(UnknownHostException.class);

        assertThat(threads()).isLessThanOrEqualTo(threads);
    }

    @Test
    void a_start_after_one_that_undertow_itself_gave_up_asks_for_the_same_listeners() throws Exception {
        List<ListenSpec> asked = new ArrayList<>();
        ListenerSource recording = spec -> {
            asked.add(spec);
            return listeners.listen(ListenSpec.tcp("127.0.0.1", 0));
        };
        Path path = Path.of("listener").toAbsolutePath();
        Undertow server = server(new ForklessUndertow.Builder(null, recording)
                .addHttpListener(path)
                .addHttpListener(8080, "127.0.0.1")
                .addHttpListener(0, "no-such-host.invalid"));

        for (int start = 1; start <= 2; start++) {
            assertThatThrownBy(server::start).hasRootCauseInstanceOf(UnknownHostException.class);
        }

        assertThat(asked)
                .extracting(ListenSpec::toString)
                .containsExactly("unix:" + path, "127.0.0.1:8080", "unix:" + path, "127.0.0.1:8080");
    }

    @Test
    void a_worker_of_the_application_is_used_and_outlives_the_server() throws Exception {
        XnioWorker own = Xnio.getInstance()
                .createWorker(OptionMap.create(Options.WORKER_NAME, "own", Options.WORKER_IO_THREADS, 1));
        try {
            Undertow server =
                    started(listeners.builder().addHttpListener(0, "127.0.0.1").setWorker(own));
            assertThat(server.getWorker().getIoThread().getName()).startsWith("own ");
            try (Http1Client client = new Http1Client(port(server))) {
                assertThat(client.exchange("/")).contains("200 OK");
            }

            server.stop();

            assertThat(own.isShutdown()).isFalse();
        } finally {
            own.shutdownNow();
            assertThat(own.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_server_that_was_built_otherwise_cannot_listen_with_its_worker_past_the_drain() throws Exception {
        Undertow server = started(listeners.builder().addHttpListener(0, "127.0.0.1"));
        Undertow other = Undertow.builder()
                .setWorker(server.getWorker())
                .addHttpListener(0, "127.0.0.1", HELLO)
                .build();

        assertThatThrownBy(other::start)
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("ForklessUndertow.builder()");

        try (Http1Client client = new Http1Client(port(server))) {
            assertThat(client.exchange("/")).contains("200 OK");
        }
    }

    @Test
    void a_stop_waits_for_requests_no_longer_than_the_shutdown_timeout() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Undertow server = started(listeners
                .builder()
                .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, 100)
                .addHttpListener(0, "127.0.0.1", new BlockingHandler(exchange -> {
                    begun.countDown();
                    end.await();
                })));
        try (Http1Client client = new Http1Client(port(server))) {
            client.send("/");
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

            server.stop();

            assertThat(server.getWorker().isShutdown()).isTrue();
        } finally {
            end.countDown();
        }
    }

    @Test
    void without_a_supervisor_it_is_an_ordinary_undertow() throws Exception {
        Undertow server = started(
                ForklessUndertow.builder().addHttpListener(0, "127.0.0.1").setIoThreads(1));

        assertThat(server.getWorker()).isNotInstanceOf(SharedXnioWorker.class);
        assertThat(server.getWorker().getIoThreadCount()).isEqualTo(1);
        try (Http1Client client = new Http1Client(port(server))) {
            assertThat(client.exchange("/")).contains("200 OK");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no listener on a path on Windows")
    void without_a_supervisor_the_wildcard_beside_a_path_is_every_address() throws Exception {
        Undertow server = started(
                ForklessUndertow.builder().addHttpListener(0, "0.0.0.0").addHttpListener(UnixDomainPaths.next()));

        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        assertThat(address.getAddress()).isEqualTo(everyAddress());
    }

    /** As a JVM binds it; where there is no IPv6, that is 0.0.0.0. */
    private static InetAddress everyAddress() throws IOException {
        try (ServerSocketChannel any = ServerSocketChannel.open()) {
            return ((InetSocketAddress) any.bind(null).getLocalAddress()).getAddress();
        }
    }

    private Undertow server(ForklessUndertow.Builder builder) {
        Undertow server = builder.setHandler(HELLO).build();
        servers.add(server);
        return server;
    }

    private Undertow started(ForklessUndertow.Builder builder) {
        Undertow server = server(builder);
        server.start();
        return server;
    }

    private static int port(Undertow server) {
        return port(server, 0);
    }

    private static int port(Undertow server, int listener) {
        return ((InetSocketAddress) server.getListenerInfo().get(listener).getAddress()).getPort();
    }

    private static long accepted(Undertow server) {
        return ((SharedXnioWorker) server.getWorker()).getAcceptedConnections();
    }

    private static long open(Undertow server) {
        return ((SharedXnioWorker) server.getWorker()).getOpenConnections();
    }

    /** Those of servers; the garbage collector's and the compiler's come and go. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("XNIO-") || name.startsWith("forkless-accept"))
                .count();
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
