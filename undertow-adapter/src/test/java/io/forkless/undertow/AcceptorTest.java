package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.worker.ConnectionCounts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.OptionMap;

/** What an acceptor goes through. */
class AcceptorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final AcceptGate gate = new AcceptGate(OptionMap.EMPTY, () -> 0);
    private final List<SocketChannel> accepted = new CopyOnWriteArrayList<>();
    private final AtomicReference<Error> beforeAccept = new AtomicReference<>();
    private final AtomicReference<Error> afterwards = new AtomicReference<>();
    private final ConnectionCounts counts = new ConnectionCounts();
    private ServerSocketChannel listener;
    private Acceptor acceptor;

    @BeforeEach
    void start() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        acceptor = new Acceptor("acceptor-test", gate, this::nextListener, counts, channel -> {
            accepted.add(channel);
            throwOnce(afterwards);
        });
        gate.resume();
        acceptor.start();
    }

    @AfterEach
    void stop() throws IOException {
        gate.end();
        listener.close();
        acceptor.join();
        assertThat(counts.isAccepting()).isFalse();
        for (SocketChannel channel : accepted) {
            channel.close();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class, NoClassDefFoundError.class})
    void it_accepts_on_after_an_error(Class<? extends Error> failure) throws Exception {
        beforeAccept.set(failure.getDeclaredConstructor().newInstance());
        afterwards.set(failure.getDeclaredConstructor().newInstance());
        for (int i = 1; i <= 3; i++) {
            connectAndAwait(i);
        }
        assertThat(beforeAccept.get()).isNull();
        assertThat(afterwards.get()).isNull();
        assertThat(acceptor.hasEnded()).isFalse();
    }

    @Test
    void it_accepts_on_after_an_interrupt_that_was_meant_for_others() throws Exception {
        gate.suspend();
        connect(); // upon which an accept that is under way ends
        Thread thread = Thread.getAllStackTraces().keySet().stream()
                .filter(candidate -> candidate.getName().equals("acceptor-test"))
                .findAny()
                .orElseThrow();
        await().atMost(LIMIT).until(() -> thread.getState() == Thread.State.WAITING); // at the gate
        thread.interrupt();
        gate.resume();
        connectAndAwait(2);
    }

    private ServerSocketChannel nextListener() {
        throwOnce(beforeAccept);
        return listener;
    }

    private void connectAndAwait(int total) throws IOException {
        connect();
        await().atMost(LIMIT).until(() -> accepted.size() == total);
    }

    private void connect() throws IOException {
        new Socket(InetAddress.getLoopbackAddress(), listener.socket().getLocalPort()).close();
    }

    private static void throwOnce(AtomicReference<Error> next) {
        Error failure = next.getAndSet(null);
        if (failure != null) {
            throw failure;
        }
    }
}
