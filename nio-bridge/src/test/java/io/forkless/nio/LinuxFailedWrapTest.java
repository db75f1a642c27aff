package io.forkless.nio;

import static java.net.StandardProtocolFamily.INET6;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A wrap that fails leaves the descriptor as it was: open, and the caller's. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "makes descriptors with the numbers and layouts of Linux")
class LinuxFailedWrapTest {
    private final Map<Integer, String> descriptors = new LinkedHashMap<>();

    @AfterEach
    void every_descriptor_is_still_open() throws IOException {
        for (int fd : descriptors.keySet()) {
            assertThat(LinuxSockets.identity(fd)).isEqualTo(descriptors.get(fd));
            LinuxSockets.checked("close", LibC.INSTANCE.close(fd));
        }
    }

    @ParameterizedTest
    @EnumSource(StandardProtocolFamily.class)
    void a_pipe_is_not_a_socket(StandardProtocolFamily family) throws IOException {
        int[] pipe = new int[2];
        LinuxSockets.checked("pipe", LibC.INSTANCE.pipe(pipe));
        assertRefused(keep(pipe[0]), family);
        assertRefused(keep(pipe[1]), family);
    }

    @ParameterizedTest
    @EnumSource(StandardProtocolFamily.class)
    void a_file_is_not_a_socket(StandardProtocolFamily family, @TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertRefused(keep(LinuxSockets.checked("open", LibC.INSTANCE.open(file.toString(), 0))), family);
    }

    @Test
    void an_unbound_socket_is_not_a_listener() throws IOException {
        for (int domain : new int[] {LinuxSockets.AF_INET, LinuxSockets.AF_INET6}) {
            int fd = keep(LinuxSockets.socket(domain));
            assertThatIOException()
                    .isThrownBy(() -> NioChannels.serverSocketChannel(fd, INET6))
                    .withMessage("wrap INET6 listener " + fd + ": the socket is not bound");
        }
    }

    @Test
    void an_internet_socket_is_not_a_unix_socket() throws IOException {
        int fd = keep(LinuxSockets.inetListener(InetAddress.getByName("127.0.0.1")));
        assertRefused(fd, UNIX);
    }

    private int keep(int fd) throws IOException {
        descriptors.put(fd, LinuxSockets.identity(fd));
        return fd;
    }

    private static void assertRefused(int fd, StandardProtocolFamily family) {
        SocketAddress peer =
                family == UNIX ? UnixDomainSocketAddress.of("peer") : new InetSocketAddress("127.0.0.1", 9);
        assertThatIOException()
                .isThrownBy(() -> NioChannels.serverSocketChannel(fd, family))
                .withMessageMatching("wrap " + family + " listener " + fd + ": .+");
        assertThatIOException()
                .isThrownBy(() -> NioChannels.socketChannel(fd, family, peer))
                .withMessageMatching("wrap " + family + " connection " + fd + ": .+");
    }
}
