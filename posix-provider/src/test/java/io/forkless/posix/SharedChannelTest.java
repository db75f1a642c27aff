package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

/** What an adopted channel promises, in this process and across several. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors and queues are examined in /proc")
class SharedChannelTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final ProcessHandle SELF = ProcessHandle.current();

    private SharedListener listener;
    private SocketAddress address;

    @BeforeEach
    void listen() throws IOException {
        listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
        address = listener.localAddress();
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void close_wakes_every_blocked_accept_promptly() throws Exception {
        SharedServerSocketChannel channel = adopt();
        List<FutureTask<SocketChannel>> accepts = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            accepts.add(startAccept(channel));
        }

        long start = System.nanoTime();
        channel.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(accepts)
                .allSatisfy(accept -> assertThat(accept)
                        .failsWithin(10, TimeUnit.SECONDS)
                        .withThrowableThat()
                        .havingRootCause()
                        .isInstanceOf(ClosedChannelException.class));
    }

    @Test
    void non_blocking_mode_is_refused_with_the_reason_and_does_not_reach_the_others() throws Exception {
        try (SharedServerSocketChannel channel = adopt()) {
            assertThatThrownBy(() -> channel.configureBlocking(false))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("open file description");
            assertThat(Proc.flagsOf(address, SELF.pid())).containsOnly(Proc.O_RDWR | Proc.O_CLOEXEC);
        }
    }

    @Test
    void a_connection_accepted_while_the_channel_is_closed_is_delivered() throws Exception {
        List<SocketChannel> clients = new ArrayList<>();
        ConcurrentLinkedQueue<SocketChannel> accepted = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 200; i++) {
            SharedServerSocketChannel channel = adopt();
            Thread acceptor = startAcceptingAll(channel, accepted);
            Thread closer = new Thread(() -> closeSoon(channel));
            closer.start();
            clients.addAll(Client.connectMany(address, 5));
            closer.join();
            acceptor.join();
        }
        // What is neither delivered nor lost is queued, for the supervisor's copy has kept the listener.
        try (SharedServerSocketChannel channel = adopt()) {
            startAcceptingAll(channel, accepted);
            await().untilAsserted(() -> assertThat(accepted).hasSameSizeAs(clients));
        }
        Client.closeAll(clients);
        Client.closeAll(accepted);
    }

    @Test
    void close_releases_the_copy_of_this_process_only() throws Exception {
        SharedServerSocketChannel channel = adopt();
        try (WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("accept");
            FutureTask<SocketChannel> accept = startAccept(channel);

            channel.close();

            assertThat(accept).failsWithin(10, TimeUnit.SECONDS);
            for (int i = 0; i < 20; i++) {
                assertThat(Client.servedBy(address)).isEqualTo(worker.pid());
            }
        }
    }

    @Test
    void the_listener_lives_until_its_last_holder_closes_it() throws Exception {
        ListenSpec same = ListenSpec.parse(address.toString().substring(1));
        try (WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("accept");
            listener.close();
            assertThat(Client.servedBy(address)).isEqualTo(worker.pid());
            assertThatIOException().isThrownBy(() -> PROVIDER.listen(same));

            worker.tell("close");

            // The kernel lets go of the socket when the thread that accepted has left its call, soon after the close.
            await().untilAsserted(() -> assertThatIOException()
                    .isThrownBy(() -> Client.servedBy(address))
                    .isInstanceOf(ConnectException.class));
            listener = PROVIDER.listen(same);
        }
    }

    @Test
    void a_frozen_and_then_killed_worker_loses_no_more_than_it_had_claimed() throws Exception {
        try (WorkerJvm frozen = WorkerJvm.start();
                WorkerJvm worker = WorkerJvm.start()) {
            frozen.adopt(listener);
            worker.adopt(listener);
            frozen.tell("accept");
            worker.tell("accept");
            await().until(() -> Client.servedBy(address) == frozen.pid());
            frozen.signal("STOP");

            List<SocketChannel> clients = Client.connectMany(address, 40);
            frozen.signal("KILL");
            frozen.handle().onExit().get(10, TimeUnit.SECONDS);

            int served = 0;
            for (SocketChannel client : clients) {
                try {
                    served += Client.readPid(client) == worker.pid() ? 1 : 0;
                } catch (IOException claimedByTheFrozenOne) {
                    // at most one, for it had one acceptor
                }
            }
            assertThat(served).isGreaterThanOrEqualTo(clients.size() - 1);
            Client.closeAll(clients);
            for (int i = 0; i < 20; i++) {
                assertThat(Client.servedBy(address)).isEqualTo(worker.pid());
            }
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads before 21")
    void accepting_on_a_virtual_thread_leaves_the_shared_socket_blocking() throws Exception {
        try (WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("accept-virtually");
            for (int i = 0; i < 20; i++) {
                assertThat(Client.servedBy(address)).isEqualTo(worker.pid());
            }

            assertThat(Proc.flagsOf(address, worker.pid())).containsExactly(Proc.O_RDWR | Proc.O_CLOEXEC);
            assertThat(Proc.flagsOf(address, SELF.pid())).containsOnly(Proc.O_RDWR | Proc.O_CLOEXEC);
        }
    }

    @Test
    void a_workers_copy_is_blocking_and_closed_on_exec() throws Exception {
        try (WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("accept");
            assertThat(Client.servedBy(address)).isEqualTo(worker.pid());

            assertThat(Proc.flagsOf(address, worker.pid())).containsExactly(Proc.O_RDWR | Proc.O_CLOEXEC);
            assertThat(Proc.flagsOf(address, SELF.pid())).containsOnly(Proc.O_RDWR | Proc.O_CLOEXEC);
        }
    }

    @Test
    void grandchildren_do_not_hold_the_port() throws Exception {
        List<ProcessHandle> grandchildren = new ArrayList<>();
        ListenSpec same = ListenSpec.parse(address.toString().substring(1));
        try {
            try (WorkerJvm worker = WorkerJvm.start()) {
                worker.adopt(listener);
                grandchildren.add(processOf(worker.ask("start-grandchild sleep 300")));
                grandchildren.add(processOf(worker.ask("start-native-grandchild sleep 300")));
            }
            listener.close();

            listener = PROVIDER.listen(same);

            assertThat(grandchildren).allMatch(ProcessHandle::isAlive);
        } finally {
            grandchildren.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private SharedServerSocketChannel adopt() throws IOException {
        return PROVIDER.adopt(listener.ticketFor(SELF));
    }

    private static ProcessHandle processOf(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** Returns when the thread is inside the JDK's accept. */
    private static FutureTask<SocketChannel> startAccept(SharedServerSocketChannel channel) {
        FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
        Thread thread = new Thread(accept, "acceptor");
        thread.start();
        await().until(() -> Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals("sun.nio.ch.ServerSocketChannelImpl")
                        && frame.getMethodName().equals("accept")));
        return accept;
    }

    private static Thread startAcceptingAll(
            SharedServerSocketChannel channel, ConcurrentLinkedQueue<SocketChannel> accepted) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            accepted.add(channel.accept());
                        }
                    } catch (ClosedChannelException e) {
                        // as it should be
                    } catch (IOException e) {
                        Assertions.fail(e);
                    }
                },
                "acceptor");
        thread.start();
        return thread;
    }

    private static void closeSoon(SharedServerSocketChannel channel) {
        try {
            long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(400_000);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            channel.close();
        } catch (IOException e) {
            Assertions.fail(e);
        }
    }
}
