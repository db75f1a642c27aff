package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.jna.Memory;
import io.forkless.nio.NioChannels;
import io.forkless.testing.LinuxProc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with whatever a supervisor, or somebody in its place, hands over. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "descriptors are counted in /proc")
class AdoptTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();

    private static final int SOCK_SEQPACKET = 5;

    @TempDir
    Path directory;

    private ServerSocketChannel supervisor;

    @BeforeEach
    void stand_in_for_a_supervisor() throws IOException {
        supervisor = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        supervisor.bind(UnixDomainSocketAddress.of(directory.resolve("hand-off")));
    }

    @AfterEach
    void close() throws IOException {
        supervisor.close();
    }

    @Test
    void a_listening_socket_is_adopted() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            handOff(socket(listener));
            try (ServerSocketChannel adopted = PROVIDER.adopt(ticket())) {
                assertThat(adopted.getLocalAddress()).isEqualTo(listener.getLocalAddress());
            }
        }
    }

    @Test
    void a_socket_that_does_not_listen_is_refused_and_closed() throws Exception {
        try (SocketChannel socket = SocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            assertRefusedAndClosed(socket(socket), "is not a listening stream socket");
        }
    }

    @Test
    void a_datagram_socket_is_refused_and_closed() throws Exception {
        try (DatagramChannel socket = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            assertRefusedAndClosed(socket(socket), "is not a listening stream socket");
        }
    }

    @Test
    void a_listening_socket_that_is_no_stream_is_refused_and_closed() throws Exception {
        NativeSocket packets = new NativeSocket(LibC.INSTANCE.socket(Abi.AF_UNIX, SOCK_SEQPACKET, 0));
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("packets"));
        try (Memory sockaddr = NativeSocket.encode("test", address)) {
            assertThat(LibC.INSTANCE.bind(packets.fd(), sockaddr, (int) sockaddr.size()))
                    .isZero();
        }
        assertThat(LibC.INSTANCE.listen(packets.fd(), 1)).isZero();

        assertRefusedAndClosed(packets, "is not a listening stream socket");

        packets.close();
    }

    @Test
    void a_supervisor_that_hangs_up_has_refused() {
        answer(connection -> {});
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(ticket()))
                .withMessage("adopt: the process that made the ticket refused: it is stale, was used before or was made"
                        + " for another process");
    }

    @Test
    void a_byte_in_place_of_a_descriptor_is_refused() {
        answer(connection -> connection.write(ByteBuffer.wrap(new byte[1])));
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(ticket()))
                .withMessage("adopt: recvmsg: 0 descriptors arrived in place of one");
    }

    @Test
    void bytes_that_are_no_ticket_are_refused() {
        for (String bytes : new String[] {"", "x".repeat(32), "x".repeat(32) + "relative", "x".repeat(32) + "/\0"}) {
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.adopt(bytes.getBytes(StandardCharsets.US_ASCII)))
                    .withMessage("adopt: not a ticket of the posix provider");
        }
    }

    @Test
    void what_a_dead_supervisor_left_is_removed() throws IOException {
        supervisor.close();
        assertThat(directory.resolve("hand-off")).exists();

        assertThatIOException().isThrownBy(() -> PROVIDER.adopt(ticket())).withMessageContaining("stale");

        assertThat(directory).doesNotExist();
        Files.createDirectory(directory); // which JUnit removes
    }

    @Test
    void nothing_but_a_hand_off_is_ever_removed() throws IOException {
        Path foreign = directory.resolve("foreign");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(foreign))
                .close();

        assertThatIOException().isThrownBy(() -> PROVIDER.adopt(ticketFor(foreign)));

        assertThat(foreign).exists();
    }

    private void assertRefusedAndClosed(NativeSocket descriptor, String message) throws Exception {
        assertRefused(descriptor, message); // the first time something may be opened that stays open
        int before = LinuxProc.openFiles(ProcessHandle.current().pid());
        assertRefused(descriptor, message);
        LinuxProc.awaitNoMoreOpenFilesThan(before);
    }

    private void assertRefused(NativeSocket descriptor, String message) throws Exception {
        CompletableFuture<Void> sent = handOff(descriptor);
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.adopt(ticket()))
                .withMessageStartingWith("adopt: descriptor ")
                .withMessageEndingWith(message);
        sent.get();
    }

    private CompletableFuture<Void> handOff(NativeSocket descriptor) {
        return answer(connection -> FdPassing.send("test", socket(connection), descriptor));
    }

    private CompletableFuture<Void> answer(Answer answer) {
        return CompletableFuture.runAsync(() -> {
            try (SocketChannel connection = supervisor.accept()) {
                connection.read(ByteBuffer.allocate(TicketPayload.NONCE_BYTES));
                answer.give(connection);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private byte[] ticket() {
        return ticketFor(directory.resolve("hand-off"));
    }

    private static byte[] ticketFor(Path socket) {
        return new TicketPayload(new byte[TicketPayload.NONCE_BYTES], socket).encode();
    }

    private static NativeSocket socket(Channel channel) {
        return new NativeSocket((int) NioChannels.handleOf(channel));
    }

    private interface Answer {
        void give(SocketChannel connection) throws IOException;
    }
}
