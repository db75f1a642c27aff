package io.forkless.tck;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The common part of the tests: what they open is closed after each of them. They are nested in
 * {@link ListenerProviderContractTest}, of which an implementer makes a subclass.
 */
@ExtendWith(ClauseExtension.class)
@Timeout(180)
abstract class ContractTests {
    static final ProcessHandle SELF = ProcessHandle.current();
    static final Duration PATIENCE = Duration.ofMillis(Client.PATIENCE_MILLIS);
    static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);

    private final Deque<AutoCloseable> opened = new ConcurrentLinkedDeque<>();

    final ListenerProviderContractTest kit;
    ListenerProvider provider;

    ContractTests(ListenerProviderContractTest kit) {
        this.kit = kit;
    }

    @BeforeEach
    final void makeProvider() throws Exception {
        provider = kit.provider();
    }

    /** Skips a test that needs what another clause demands, if the provider declares not to keep that one. */
    final void assumeKept(Clause other) {
        String reason = kit.exceptions().get(other);
        assumeTrue(reason == null, () -> ClauseExtension.DECLARED + other + ": " + reason);
    }

    @AfterEach
    final void closeWhatWasOpened() throws Exception {
        Exception first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                first = first == null ? e : first; // the others are closed all the same: some are processes
            }
        }
        if (first != null) {
            throw first;
        }
    }

    final SharedListener listen() throws IOException {
        return listen(ANY_PORT);
    }

    final SharedListener listen(ListenSpec spec) throws IOException {
        return closeLater(provider.listen(spec));
    }

    /** A copy in this process. */
    final SharedServerSocketChannel adopt(SharedListener listener) throws IOException {
        return closeLater(provider.adopt(listener.ticketFor(SELF)));
    }

    /** A copy in this process, which acts as the next supervisor. */
    final SharedListener takeOver(ListenSpec spec, byte[] workersTicket) throws IOException {
        return closeLater(provider.takeOver(spec, workersTicket));
    }

    final WorkerJvm startWorker() throws IOException {
        return closeLater(WorkerJvm.start(provider.name()));
    }

    final <T extends AutoCloseable> T closeLater(T resource) {
        opened.push(resource);
        return resource;
    }

    final void killLater(ProcessHandle process) {
        closeLater(() -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    /** Waits until the address can be listened on again, which shows that nobody holds a copy any more. */
    final void awaitFree(ListenSpec spec) {
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            provider.listen(spec).close();
            return true;
        });
    }

    static int port(SharedListener listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** What that listener would be asked for with the port that was chosen. */
    static ListenSpec specOf(SharedListener listener) {
        return specOf((InetSocketAddress) listener.localAddress());
    }

    static ListenSpec specOf(InetSocketAddress address) {
        return ListenSpec.tcp(address.getAddress().getHostAddress(), address.getPort());
    }

    static <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        startThread(future);
        return future;
    }

    static Thread startThread(Runnable task) {
        Thread thread = new Thread(task, "contract");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Waits until the thread stands still below {@code accept()}. */
    static void awaitBlockedInAccept(Thread thread) {
        StackTraceElement[][] last = {null};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
            StackTraceElement[] now = thread.getStackTrace();
            boolean still = Arrays.equals(last[0], now)
                    && Arrays.stream(now)
                            .anyMatch(frame -> frame.getMethodName().equals("acceptBlocking"));
            last[0] = now;
            return still;
        });
    }

    static boolean hasIpv6() {
        try (ServerSocket probe = new ServerSocket()) {
            SocketAddress loopback = Client.loopback6(0);
            probe.bind(loopback);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
