package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.tck.WorkerProgram;
import io.forkless.testing.LinuxProc;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Hand-offs to other processes. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "processes are examined in /proc")
class WorkerHandOffTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();

    private SharedListener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void the_wrong_process_is_refused_and_the_right_one_can_still_adopt() throws Exception {
        try (WorkerJvm worker = WorkerJvm.start()) {
            byte[] ticket = listener.ticketFor(worker.handle());

            for (int i = 0; i < 20; i++) {
                assertThatIOException()
                        .isThrownBy(() -> PROVIDER.adopt(ticket))
                        .withMessage("adopt: the process that made the ticket refused: it is stale, was used before or"
                                + " was made for another process");
            }

            worker.tell("adopt " + HexFormat.of().formatHex(ticket));
        }
    }

    @Test
    void foreign_peers_that_say_nothing_or_come_in_a_loop_do_not_keep_the_worker_waiting() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger connected = new AtomicInteger();
        try (WorkerJvm worker = WorkerJvm.start()) {
            byte[] ticket = listener.ticketFor(worker.handle());
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(
                    TicketPayload.decode("test", ticket).socket());
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                silent.add(SocketChannel.open(address));
            }
            Thread nuisance = new Thread(() -> connectUntil(enough, address, connected), "nuisance");
            nuisance.start();
            await().until(() -> connected.get() > 20);

            worker.tell("adopt " + HexFormat.of().formatHex(ticket));

            enough.set(true);
            nuisance.join();
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    @Test
    @Tag("root")
    void another_user_is_refused_even_with_the_right_pid_and_nonce(@TempDir Path directory) throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory)) {
            byte[] ticket = ticketIn(directory, nobody);
            Path socket = TicketPayload.decode("test", ticket).socket();
            assertThat(Files.getPosixFilePermissions(socket.getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(nobody.ask("adopt " + HexFormat.of().formatHex(ticket)))
                    .isEqualTo("error: adopt: Permission denied");

            // Were the directories open to everybody, the kernel's word on who connects would still be there.
            for (Path closed : List.of(socket.getParent(), socket.getParent().getParent())) {
                Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path copy = Files.write(directory.resolve(WorkerTasks.FetchByHand.TICKET), ticket);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(nobody.ask("run " + WorkerTasks.FetchByHand.class.getName()))
                    .isEqualTo("refused");
        }
    }

    /** Whoever comes to know the path and can write to the directory, however that may be. */
    @Test
    @Tag("root")
    void another_user_that_serves_in_the_place_of_the_tickets_maker_learns_nothing(@TempDir Path directory)
            throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        try (WorkerJvm nobody = WorkerJvm.startAsNobody(directory)) {
            nobody.run(WorkerTasks.ServeHandOff.class);
            byte[] nonce = new byte[TicketPayload.NONCE_BYTES];
            byte[] ticket = new TicketPayload(nonce, directory.resolve(HandOff.SOCKET_FILE)).encode();

            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.adopt(ticket))
                    .withMessage("adopt: the process that serves the ticket, pid " + nobody.pid()
                            + ", belongs to user 65534 and not to this process's user 0");

            assertThat(nobody.ask("run " + WorkerTasks.ReceivedByHandOff.class.getName()))
                    .isEqualTo("-1");
        }
    }

    /** With a runtime directory of its own, which the test may open to everybody. */
    private byte[] ticketIn(Path directory, WorkerJvm worker) throws IOException {
        String before = System.setProperty("java.io.tmpdir", directory.toString());
        try {
            return listener.ticketFor(worker.handle());
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    @Test
    void a_full_descriptor_table_is_reported_and_nothing_leaks() throws Exception {
        try (WorkerJvm worker = WorkerJvm.start("sh", "-c", "ulimit -n 128; exec \"$@\"", "sh")) {
            worker.adopt(listener);
            int before;
            String answer;
            int attempts = 0;
            do {
                worker.tell("close");
                worker.run(WorkerTasks.FillDescriptorsButOne.class);
                before = LinuxProc.openFiles(worker.pid());
                answer = worker.ask("adopt " + HexFormat.of().formatHex(listener.ticketFor(worker.handle())));
                attempts++;
                // The JVM may have had a file open for a moment while the others were opened: then there are two.
            } while (answer.equals(WorkerProgram.DONE) && attempts < 10);

            // The one that is left goes to the connection, so that there is none for what comes through it.
            assertThat(answer)
                    .isEqualTo("error: adopt: recvmsg: MSG_CTRUNC: the descriptor was lost, most likely EMFILE (24):"
                            + " this process has too many open files; raise its limit (ulimit -n)");
            assertThat(LinuxProc.openFiles(worker.pid())).isLessThanOrEqualTo(before);
            worker.run(WorkerTasks.FreeDescriptors.class);
            worker.adopt(listener);
        }
    }

    @Test
    void what_a_killed_supervisor_leaves_of_a_hand_off_is_removed_by_its_worker() throws Exception {
        byte[] ticket;
        Path socket;
        try (WorkerJvm supervisor = WorkerJvm.start()) {
            supervisor.tell("listen 127.0.0.1:0");
            ticket = HexFormat.of()
                    .parseHex(supervisor.ask("ticket " + ProcessHandle.current().pid()));
            socket = TicketPayload.decode("test", ticket).socket();
        }
        assertThat(socket).exists();

        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(ticket))
                .withMessage("adopt: the ticket is stale or was used before");

        assertThat(socket.getParent()).doesNotExist();
    }

    private static void connectUntil(AtomicBoolean enough, UnixDomainSocketAddress address, AtomicInteger connected) {
        while (!enough.get()) {
            try {
                SocketChannel.open(address).close();
                connected.incrementAndGet();
            } catch (IOException e) {
                return; // the ticket has been used
            }
        }
    }
}
