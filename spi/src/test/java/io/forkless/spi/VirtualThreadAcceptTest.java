package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads came with Java 21")
class VirtualThreadAcceptTest {
    private LoopbackChannel channel;

    @BeforeEach
    void open() throws IOException {
        channel = new LoopbackChannel();
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
    }

    @Test
    void a_platform_thread_accepts_in_the_place_of_a_virtual_one() throws Exception {
        FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
        Thread caller = startVirtual(accept);

        try (SocketChannel client = channel.connect();
                SocketChannel server = accept.get(30, TimeUnit.SECONDS)) {
            assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            assertThat(channel.acceptors).doesNotContain(caller).singleElement().satisfies(thread -> {
                assertThat(thread.getName()).isEqualTo("forkless-accept");
                assertThat(thread.isDaemon()).isTrue();
            });
        }
    }

    @Test
    void an_interrupt_loses_no_connection_and_is_kept_for_the_caller() throws Exception {
        FutureTask<Boolean> interrupted = new FutureTask<>(() -> {
            try (SocketChannel server = channel.accept()) {
                return server.isConnected() && Thread.currentThread().isInterrupted();
            }
        });
        Thread caller = startVirtual(interrupted);
        await().until(() -> caller.getState() == Thread.State.WAITING && channel.calls.get() == 1);

        caller.interrupt();
        // It has seen the interrupt, as it cleared it, and waits on.
        await().until(() -> caller.getState() == Thread.State.WAITING && !caller.isInterrupted());

        try (SocketChannel client = channel.connect()) {
            assertThat(client.isConnected()).isTrue();
            assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(channel.calls).hasValue(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void close_wakes_every_virtual_acceptor_and_leaves_no_thread() throws Exception {
        List<FutureTask<SocketChannel>> accepts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
            accepts.add(accept);
            startVirtual(accept);
        }
        await().until(() -> channel.calls.get() == 4);

        channel.close();

        for (FutureTask<SocketChannel> accept : accepts) {
            assertThat(accept)
                    .failsWithin(30, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .withCauseInstanceOf(AsynchronousCloseException.class);
        }
        assertNoThreadIsLeft();
    }

    @Test
    void an_idle_platform_thread_ends_with_the_channel() throws Exception {
        FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
        startVirtual(accept);
        try (SocketChannel client = channel.connect();
                SocketChannel server = accept.get(30, TimeUnit.SECONDS)) {
            assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }

        channel.close();

        assertNoThreadIsLeft();
    }

    @Test
    void an_accept_that_races_with_close_sees_a_closed_channel() throws Exception {
        for (int i = 0; i < 300; i++) {
            LoopbackChannel closing = new LoopbackChannel();
            List<FutureTask<SocketChannel>> accepts = new ArrayList<>();
            for (int k = 0; k < 8; k++) {
                FutureTask<SocketChannel> accept = new FutureTask<>(closing::accept);
                accepts.add(accept);
                startVirtual(accept);
            }
            closing.close();
            for (FutureTask<SocketChannel> accept : accepts) {
                assertThat(failureOf(accept)).isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    private void assertNoThreadIsLeft() {
        assertThat(channel.acceptors).isNotEmpty();
        await().untilAsserted(() -> assertThat(channel.acceptors).noneMatch(Thread::isAlive));
    }

    private static Throwable failureOf(FutureTask<?> task) throws Exception {
        try {
            return new AssertionError("accepted " + task.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** {@code Thread.startVirtualThread}, which the Java version of this build does not know. */
    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        return (Thread) start.invoke(null, task);
    }
}
