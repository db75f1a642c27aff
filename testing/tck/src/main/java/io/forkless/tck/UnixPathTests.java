package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who removes the path of a Unix-domain listener, and when. */
abstract class UnixPathTests extends ContractTests {
    @TempDir
    Path directory;

    private Path path;
    private SharedListener listener;

    UnixPathTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @BeforeEach
    final void listenOnPath() throws IOException {
        path = directory.resolve("listener");
        listener = listen(ListenSpec.unix(path.toString()));
    }

    @Test
    @Checks(Clause.UNIX_PATHS)
    void the_supervisors_close_removes_the_path() throws Exception {
        assertThat(listener.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
        assertReachable();

        listener.close();

        assertThat(path).doesNotExist();
    }

    @Test
    @Checks(Clause.UNIX_PATHS)
    void a_worker_that_closes_its_copy_leaves_the_path() throws Exception {
        adopt(listener).close();

        assertReachable();
    }

    @Test
    @Checks(Clause.UNIX_PATHS)
    void a_path_that_somebody_else_has_by_now_is_left_alone() throws Exception {
        Files.delete(path);
        try (ServerSocketChannel successor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            successor.bind(UnixDomainSocketAddress.of(path));

            listener.close();

            assertReachable();
        }
    }

    @Test
    @Checks(Clause.UNIX_PATHS)
    void a_living_listener_is_not_taken_over() throws Exception {
        assertThatIOException()
                .isThrownBy(
                        () -> provider.listen(ListenSpec.unix(path.toString())).close());

        assertReachable();
    }

    private void assertReachable() throws IOException {
        SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
    }
}
