package io.forkless.nio;

import static java.net.StandardProtocolFamily.INET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A JNI global reference that is not freed keeps its object alive for ever: so all of them must be collected. */
class ReferenceLeakTest {
    private static final int TIMES = 10_000;
    private static final long NO_HANDLE = -1;

    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final Set<WeakReference<Object>> uncollected = new HashSet<>();

    @Test
    void wrapping_ten_thousand_times_holds_on_to_nothing() throws Exception {
        try (ServerSocketChannel socket = ServerSocketChannel.open(INET).bind(new InetSocketAddress("127.0.0.1", 0))) {
            long handle = NioChannels.handleOf(socket);
            for (int i = 0; i < TIMES; i++) {
                wrapAndForget(handle);
            }
            awaitCollection();
        }
    }

    @Test
    void failing_ten_thousand_times_holds_on_to_nothing() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            InetSocketAddress remote = watched(new InetSocketAddress("127.0.0.1", 9));
            assertThatIOException().isThrownBy(() -> NioChannels.socketChannel(NO_HANDLE, INET, remote));
        }
        awaitCollection();
    }

    /** The channels are forgotten, not closed, so that one handle serves for all. */
    private void wrapAndForget(long handle) throws IOException {
        watched(NioChannels.serverSocketChannel(handle, INET));
        watched(NioChannels.socketChannel(handle, INET, watched(new InetSocketAddress("127.0.0.1", 9))));
    }

    private <T> T watched(T object) {
        uncollected.add(new WeakReference<>(object, collected));
        return object;
    }

    private void awaitCollection() throws InterruptedException {
        assertThat(uncollected).hasSizeGreaterThanOrEqualTo(TIMES);
        while (!uncollected.isEmpty()) { // ends with the time-out if an object stays alive
            System.gc();
            for (Object next = collected.remove(100); next != null; next = collected.poll()) {
                uncollected.remove(next);
            }
        }
    }
}
