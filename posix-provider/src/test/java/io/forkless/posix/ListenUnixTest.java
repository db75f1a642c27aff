package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "errors and path lengths are those of Linux")
@SuppressWarnings("try") // some resources are there only to be held
class ListenUnixTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final String IN_USE =
            ": bind: EADDRINUSE (98): another process listens there; stop it or choose another address";

    private static final String NO_SOCKET =
            ": bind: EADDRINUSE (98): the path exists and is not a socket; remove it or choose another path";

    @TempDir
    Path directory;

    @Test
    void a_socket_that_a_dead_process_left_is_taken_over() throws IOException {
        leaveStaleSocket();

        try (SharedListener listener = PROVIDER.listen(spec())) {
            assertReachable();
        }
    }

    @Test
    void of_many_that_find_a_stale_path_at_the_same_time_one_takes_it_over() throws Exception {
        int callers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            for (int round = 0; round < 50; round++) {
                leaveStaleSocket();
                CyclicBarrier barrier = new CyclicBarrier(callers);
                List<Future<SharedListener>> outcomes = threads.invokeAll(Collections.nCopies(callers, () -> {
                    barrier.await();
                    return PROVIDER.listen(spec());
                }));
                List<SharedListener> listeners = new ArrayList<>();
                for (Future<SharedListener> outcome : outcomes) {
                    try {
                        listeners.add(outcome.get());
                    } catch (ExecutionException e) {
                        assertThat(e.getCause()).hasMessage("listen " + spec() + IN_USE);
                    }
                }
                assertThat(listeners).hasSize(1);
                assertReachable();
                listeners.get(0).close();
                assertThat(directory).isEmptyDirectory();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_path_that_another_process_is_about_to_open_is_waited_for() throws Exception {
        leaveStaleSocket();
        Future<SharedListener> waiting;
        try (PathLock other = PathLock.acquire("test", path())) {
            other.requireHeld();
            waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return PROVIDER.listen(spec());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Thread.sleep(200);
            assertThat(waiting).isNotDone();
        }
        waiting.get(30, TimeUnit.SECONDS).close();
    }

    @Test
    void a_lock_that_is_never_released_is_reported() throws Exception {
        try (PathLock other = PathLock.acquire("test", path())) {
            assertThatIOException()
                    .isThrownBy(() -> PROVIDER.listen(spec()))
                    .withMessage("listen " + spec() + ": flock " + directory
                            + ": EAGAIN (11): another process holds the lock");
        }
        assertThat(path()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 37, 38, 95}) // EBADF, ENOLCK, ENOSYS, EOPNOTSUPP
    void where_there_are_no_locks_only_the_takeover_of_a_stale_path_is_refused(int errno) throws Exception {
        DeniedCall.withoutFlock(errno, () -> PROVIDER.listen(spec())).close();
        leaveStaleSocket();

        assertThatIOException()
                .isThrownBy(() -> DeniedCall.withoutFlock(errno, () -> PROVIDER.listen(spec())))
                .withMessage("listen " + spec() + ": flock " + directory + ": " + Errno.describe(errno)
                        + "; without a lock a stale path cannot be taken over, remove it");
    }

    @Test
    void a_living_listener_is_not_taken_over() throws IOException {
        try (SharedListener listener = PROVIDER.listen(spec())) {
            assertInUse();
            assertReachable();
        }
    }

    @Test
    void a_living_listener_with_a_full_queue_is_refused_without_waiting() throws IOException {
        try (ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(path()), 1);
            try (SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(path()));
                    SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
                assertInUse();
            }
        }
    }

    @Test
    void a_regular_file_is_refused_and_left_alone() throws IOException {
        Files.writeString(path(), "precious");

        assertRefused(NO_SOCKET);

        assertThat(path()).hasContent("precious");
    }

    @Test
    void what_is_neither_file_nor_socket_is_refused_and_left_alone() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path().toString()).start().waitFor())
                .isZero();

        assertRefused(NO_SOCKET);

        assertThat(path()).exists();
    }

    @Test
    void a_symbolic_link_is_refused_and_left_alone() throws Exception {
        Files.createSymbolicLink(path(), directory.resolve("target"));

        assertRefused(NO_SOCKET);

        assertThat(Files.isSymbolicLink(path())).isTrue();
    }

    @Test
    void a_path_that_is_gone_already_does_not_matter() throws IOException {
        SharedListener listener = PROVIDER.listen(spec());
        Files.delete(path());

        listener.close();

        assertThat(path()).doesNotExist();
    }

    @Test
    void the_longest_possible_path_works_and_a_longer_one_is_reported() throws IOException {
        String longest = directory + "/" + "x".repeat(107 - directory.toString().length() - 1);
        PROVIDER.listen(ListenSpec.unix(longest)).close();

        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.unix(longest + "x")))
                .withMessage("listen unix:" + longest + "x: the path has 108 bytes, at most 107 are possible; choose a"
                        + " shorter path");
    }

    @Test
    void a_missing_directory_is_reported() {
        String path = directory.resolve("missing/listener").toString();
        assertThatIOException()
                .isThrownBy(() -> PROVIDER.listen(ListenSpec.unix(path)))
                .withMessage("listen unix:" + path + ": bind: ENOENT (2): the directory does not exist");
    }

    @Test
    void a_file_in_place_of_the_directory_is_reported() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatIOException()
                .isThrownBy(() ->
                        PROVIDER.listen(ListenSpec.unix(file.resolve("listener").toString())))
                .withMessage(
                        "listen unix:" + file + "/listener: bind: ENOTDIR (20): a part of the path is not a directory");
    }

    private void leaveStaleSocket() throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path())); // the JDK does not remove the file
        }
        assertThat(path()).exists();
    }

    private void assertInUse() {
        assertRefused(IN_USE);
    }

    private void assertRefused(String reason) {
        assertThatIOException().isThrownBy(() -> PROVIDER.listen(spec())).withMessage("listen " + spec() + reason);
    }

    private void assertReachable() throws IOException {
        SocketChannel.open(UnixDomainSocketAddress.of(path())).close();
    }

    private ListenSpec spec() {
        return ListenSpec.unix(path().toString());
    }

    private Path path() {
        return directory.resolve("listener");
    }
}
