package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.Client;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
    void non_blocking_mode_is_refused_with_the_reason_and_does_not_reach_the_others() throws Exception {
        try (SharedServerSocketChannel channel = adopt()) {
            assertThatThrownBy(() -> channel.configureBlocking(false))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("open file description");
            assertThat(LinuxProc.flagsOf(address, SELF.pid())).containsOnly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
        }
    }

    @Test
    void a_queued_connection_is_seen_without_being_taken() throws Exception {
        try (SharedServerSocketChannel channel = adopt()) {
            assertThat(channel.awaitQueued(0)).isFalse();
            try (SocketChannel client = SocketChannel.open(address)) {
                assertThat(channel.awaitQueued(TimeUnit.SECONDS.toNanos(10))).isTrue();
                assertThat(channel.awaitQueued(0)).isTrue();
                try (SocketChannel accepted = channel.accept()) {
                    assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
                }
                assertThat(channel.awaitQueued(0)).isFalse();
            }
        }
    }

    @Test
    void who_waits_for_a_connection_does_not_look_at_a_descriptor_that_was_closed() throws Exception {
        SharedServerSocketChannel channel = adopt();
        List<FutureTask<Boolean>> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waits.add(new FutureTask<>(() -> channel.awaitQueued(TimeUnit.MILLISECONDS.toNanos(50))));
            new Thread(waits.get(i)).start();
        }

        channel.close();

        for (FutureTask<Boolean> wait : waits) {
            wait.get(10, TimeUnit.SECONDS);
        }
        assertThat(channel.awaitQueued(TimeUnit.SECONDS.toNanos(10))).isTrue();
    }

    @Test
    void a_frozen_and_then_killed_worker_loses_no_more_than_it_had_claimed() throws Exception {
        try (WorkerJvm frozen = WorkerJvm.start();
                WorkerJvm worker = WorkerJvm.start()) {
            frozen.adopt(listener);
            worker.adopt(listener);
            frozen.tell("serve 1");
            worker.tell("serve 1");
            await().until(() -> Client.servedBy(address) == frozen.pid());
            PosixSignals.stop(frozen.pid());

            List<Client> clients = Client.connectMany(address, 40);
            PosixSignals.send("KILL", frozen.pid());
            frozen.handle().onExit().get(10, TimeUnit.SECONDS);

            int served = 0;
            for (Client client : clients) {
                try {
                    served += client.servedBy() == worker.pid() ? 1 : 0;
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
            worker.run(WorkerTasks.ServeVirtually.class);
            for (int i = 0; i < 20; i++) {
                assertThat(Client.servedBy(address)).isEqualTo(worker.pid());
            }

            assertThat(LinuxProc.flagsOf(address, worker.pid()))
                    .containsExactly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
            assertThat(LinuxProc.flagsOf(address, SELF.pid())).containsOnly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
        }
    }

    @Test
    void a_workers_copy_is_blocking_and_closed_on_exec() throws Exception {
        try (WorkerJvm worker = WorkerJvm.start()) {
            worker.adopt(listener);
            worker.tell("serve 1");
            assertThat(Client.servedBy(address)).isEqualTo(worker.pid());

            assertThat(LinuxProc.flagsOf(address, worker.pid()))
                    .containsExactly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
            assertThat(LinuxProc.flagsOf(address, SELF.pid())).containsOnly(LinuxProc.O_RDWR | LinuxProc.O_CLOEXEC);
        }
    }

    private SharedServerSocketChannel adopt() throws IOException {
        return PROVIDER.adopt(listener.ticketFor(SELF));
    }
}
