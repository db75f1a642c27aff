package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.testing.LinuxProc;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Hand-offs from this process to itself. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "descriptors are handed off on POSIX systems")
class HandOffTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final ProcessHandle SELF = ProcessHandle.current();

    private SharedListener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        awaitNoHandOff();
    }

    @Test
    void whoever_does_not_know_the_nonce_gets_nothing_and_the_ticket_stays_valid() throws IOException {
        byte[] ticket = listener.ticketFor(SELF);
        TicketPayload payload = TicketPayload.decode("test", ticket);
        byte[] wrong = payload.nonce().clone();
        wrong[TicketPayload.NONCE_BYTES - 1] ^= 1;

        assertRefused(payload.socket(), wrong);
        assertRefused(
                payload.socket(), Arrays.copyOf("GET / HTTP/1.1\r\n".repeat(9).getBytes(), 128));
        hangUpAfter(payload.socket(), new byte[0]);
        hangUpAfter(payload.socket(), Arrays.copyOf(payload.nonce(), TicketPayload.NONCE_BYTES - 1));
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(new TicketPayload(wrong, payload.socket()).encode()))
                .withMessageContaining("adopt: the process that made the ticket refused");

        PROVIDER.adopt(ticket).close();
    }

    @Test
    void a_nonce_in_pieces_is_a_nonce() throws IOException {
        TicketPayload payload = TicketPayload.decode("test", listener.ticketFor(SELF));
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(payload.socket()))) {
            for (byte piece : payload.nonce()) {
                channel.write(ByteBuffer.wrap(new byte[] {piece}));
            }
            assertThat(channel.read(ByteBuffer.allocate(2))).isOne(); // the descriptor's companion
        }
    }

    @Test
    void a_ticket_expires() throws IOException {
        NativeSocket socket = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        HandOff handOff = new HandOff(socket, SELF, Duration.ofMillis(200));
        handOff.start(() -> {});
        Path path = TicketPayload.decode("test", handOff.ticket()).socket();
        assertThat(path).exists();

        await().untilAsserted(() -> assertThat(path.getParent()).doesNotExist());

        assertStale(handOff.ticket());
        socket.close();
    }

    @Test
    void a_ticket_ends_with_its_process() throws Exception {
        NativeSocket socket = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        Process worker = new ProcessBuilder("sleep", "600").start();
        HandOff handOff = new HandOff(socket, worker.toHandle(), Duration.ofMinutes(10));
        handOff.start(() -> {});
        Path path = TicketPayload.decode("test", handOff.ticket()).socket();
        assertThat(path).exists();

        worker.destroyForcibly();

        await().untilAsserted(() -> assertThat(path.getParent()).doesNotExist());
        socket.close();
    }

    @Test
    void a_silent_peer_does_not_keep_a_ticket_beyond_its_time() throws IOException {
        NativeSocket socket = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        HandOff handOff = new HandOff(socket, SELF, Duration.ofMillis(500));
        handOff.start(() -> {});
        Path path = TicketPayload.decode("test", handOff.ticket()).socket();
        try (SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        await().untilAsserted(() -> assertThat(path.getParent()).doesNotExist());
        socket.close();
    }

    @Test
    void closing_the_listener_ends_its_tickets_and_frees_the_port_at_once() throws IOException {
        for (int i = 0; i < 50; i++) {
            byte[] ticket = listener.ticketFor(SELF);
            ListenSpec same =
                    ListenSpec.parse(listener.localAddress().toString().substring(1));

            listener.close();

            assertStale(ticket);
            listener = PROVIDER.listen(same);
        }
    }

    /** Whatever the serving thread is doing at that moment. */
    @Test
    void closing_the_listener_at_any_moment_leaves_nothing_and_no_exception() throws Exception {
        List<Throwable> uncaught = new ArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try {
            for (int i = 0; i < 300; i++) {
                TicketPayload payload = TicketPayload.decode("test", listener.ticketFor(SELF));
                try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(payload.socket()))) {
                    peer.write(ByteBuffer.wrap(payload.nonce(), 0, i % 2 == 0 ? 31 : 32));
                    spin(ThreadLocalRandom.current().nextInt(300_000));
                    listener.close();
                }
                listener = PROVIDER.listen(ListenSpec.tcp("127.0.0.1", 0));
                assertThat(payload.socket().getParent()).doesNotExist();
            }
            awaitNoHandOff();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(null);
        }
        assertThat(uncaught).isEmpty();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors are counted in /proc")
    void five_hundred_hand_offs_leave_nothing() throws IOException {
        for (int i = 0; i < 20; i++) { // what the JVM opens and loads once
            PROVIDER.adopt(listener.ticketFor(SELF)).close();
        }
        awaitNoHandOff();
        int before = LinuxProc.openFiles(ProcessHandle.current().pid());
        List<Path> directories = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] ticket = listener.ticketFor(SELF);
            directories.add(TicketPayload.decode("test", ticket).socket().getParent());
            PROVIDER.adopt(ticket).close();
        }
        awaitNoHandOff();

        LinuxProc.awaitNoMoreOpenFilesThan(before);
        assertThat(directories)
                .doesNotHaveDuplicates()
                .allSatisfy(path -> assertThat(path).doesNotExist());
    }

    private static void assertRefused(Path socket, byte[] greeting) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(greeting));
            int read;
            try {
                read = channel.read(ByteBuffer.allocate(1));
            } catch (IOException reset) { // it had not read all that was sent
                read = -1;
            }
            assertThat(read).isEqualTo(-1);
        }
    }

    private static void hangUpAfter(Path socket, byte[] greeting) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(greeting));
        }
    }

    private static void assertStale(byte[] ticket) {
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(ticket))
                .withMessageStartingWith("adopt: ")
                .withMessageContainingAll("the ticket is stale", "was used before");
    }

    private static void spin(int nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static void awaitNoHandOff() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("forkless-hand-off")));
    }
}
