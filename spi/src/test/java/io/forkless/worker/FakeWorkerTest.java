package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("Worker.current() is one for the whole JVM")
class FakeWorkerTest {
    private static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);
    private static final Duration AMPLE = Duration.ofSeconds(60);

    private final FakeWorker worker = new FakeWorker();

    @AfterEach
    void close() {
        worker.close();
    }

    @Test
    void a_program_gets_it_as_its_worker_until_it_is_closed() throws Exception {
        assertThat(Worker.current()).isEmpty();
        worker.install();
        worker.install(); // again: no matter
        assertThat(Worker.current()).containsSame(worker);
        worker.close();
        assertThat(Worker.current()).isEmpty();
    }

    @Test
    void one_that_is_not_installed_is_nobodys_current_worker() throws Exception {
        worker.install();
        try (FakeWorker other = new FakeWorker()) {
            assertThatIllegalStateException()
                    .isThrownBy(other::install)
                    .withMessage("another fake worker is installed in this JVM");
        }
        assertThat(Worker.current()).containsSame(worker);
    }

    @Test
    void a_real_worker_cannot_be_replaced() throws Exception {
        Map<String, String> environment = Map.of(BootstrapFile.ENVIRONMENT, "no-such-file");
        try (ChildJvm jvm = ChildJvm.start(environment, JavaProgram.of(WorkerProgram.class, "installFake"))) {
            assertThat(jvm.awaitExit()).isZero();
            assertThat(jvm.output())
                    .isEqualTo("installFake: this process is the worker of a supervisor (FORKLESS_CONTROL is set)\n");
        }
    }

    @Test
    void the_index_is_what_the_test_says() {
        assertThat(worker.index()).isZero();
        try (FakeWorker third = new FakeWorker(2)) {
            assertThat(third.index()).isEqualTo(2);
        }
    }

    @Test
    void a_listener_is_a_real_one_to_which_clients_connect() throws Exception {
        SharedServerSocketChannel listener = worker.listen(ANY_PORT);
        assertThat(worker.listeners()).containsExactly(listener);
        try (SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                SocketChannel accepted = listener.accept()) {
            assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
        worker.close();
        assertThat(listener.isOpen()).isFalse();
    }

    @Test
    void a_listener_has_the_port_that_was_asked_for_and_is_refused_if_that_is_taken() throws Exception {
        InetSocketAddress taken = (InetSocketAddress) worker.listen(ANY_PORT).getLocalAddress();
        ListenSpec same = ListenSpec.tcp(null, taken.getPort());
        assertThatThrownBy(() -> worker.listen(same))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("listen " + same + ": ");
        worker.listeners().get(0).close();
        assertThat(worker.listen(same).getLocalAddress()).isEqualTo(taken);
    }

    @Test
    void a_test_gives_listeners_of_its_own_or_refuses_them() throws Exception {
        FakeListener own = new FakeListener(nanos -> {});
        try (FakeWorker supplied = new FakeWorker(0, spec -> {
            if (spec.equals(ListenSpec.tcp(null, 1))) {
                throw new IOException("listen " + spec + ": not granted");
            }
            return own;
        })) {
            assertThat(supplied.listen(ANY_PORT)).isSameAs(own);
            assertThatThrownBy(() -> supplied.listen(ListenSpec.tcp(null, 1))).hasMessage("listen *:1: not granted");
            assertThat(supplied.listeners()).containsExactly(own);
        }
    }

    @Test
    void it_is_ready_when_its_server_has_started_and_nobody_holds_it_back() {
        ReadyHold early = worker.holdReady();
        worker.ready();
        assertThat(worker.isReady()).isFalse();
        assertThat(worker.readyHolds()).isOne();
        early.close();
        early.close();
        assertThat(worker.isReady()).isTrue();
        assertThat(worker.readyHolds()).isZero();

        ReadyHold late = worker.holdReady();
        assertThat(worker.isReady()).isFalse();
        late.close();
        assertThat(worker.isReady()).isTrue();
    }

    @Test
    void a_drain_runs_all_handlers_at_the_same_time_and_waits_for_them() {
        BlockingQueue<Duration> limits = new LinkedBlockingQueue<>();
        CountDownLatch together = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            worker.onDrain(limit -> {
                together.countDown();
                together.await();
                limits.add(limit);
            });
        }
        assertThat(worker.isDraining()).isFalse();
        assertThat(worker.drain(AMPLE)).isTrue();
        assertThat(limits).containsExactly(Duration.ofSeconds(54), Duration.ofSeconds(54));
        assertThat(worker.isDraining()).isTrue();
        assertThat(worker.drain(AMPLE)).as("again").isTrue();
        assertThat(limits).hasSize(2);
        assertThatIllegalStateException().isThrownBy(() -> worker.onDrain(limits::add));
    }

    @Test
    void a_handler_that_fails_or_takes_too_long_has_lost_connections() throws Exception {
        worker.onDrain(limit -> {
            throw new IOException("of this test");
        });
        assertThat(worker.drain(AMPLE)).isFalse();

        CountDownLatch never = new CountDownLatch(1);
        try (FakeWorker slow = new FakeWorker()) {
            slow.onDrain(limit -> never.await());
            assertThat(slow.drain(Duration.ofMillis(100))).isFalse();
        } finally {
            never.countDown();
        }
    }

    /** Many connections, and no free thread: a real worker that had siblings would wait. */
    @Test
    void its_acceptors_never_wait_for_other_workers() throws Exception {
        AcceptPacing pacing = worker.acceptPacing();
        pacing.limitedBy(() -> 0);
        SharedServerSocketChannel listener = worker.listen(ANY_PORT);
        for (int i = 0; i < 100; i++) {
            pacing.opened();
        }
        CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 100; i++) {
                        pacing.beforeAccept(listener);
                    }
                })
                .get(30, TimeUnit.SECONDS);
        assertThat(List.of(pacing.open(), pacing.accepted())).containsOnly(100L);
    }
}
