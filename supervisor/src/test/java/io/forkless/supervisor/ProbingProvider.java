package io.forkless.supervisor;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.Client;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The one that works here, but for this: a client comes in the moment in which a listener is told to be quiesced, workers
 * say when they know of it, and the listener says that new clients are not held off.
 */
public final class ProbingProvider implements ListenerProvider {
    static final String NAME = "probing";

    /** What a worker prints for each connection that it takes for one of a listener that is being quiesced. */
    static final String KNOWN = "accepted while quiescing";

    static final String REASON = "the probe lets them in";

    @Override
    public String name() {
        return NAME;
    }

    /** Who does not ask for it gets another one. */
    @Override
    public int priority() {
        return -2;
    }

    @Override
    public Fitness check() {
        return Fitness.fits("a test's");
    }

    @Override
    public SharedListener listen(ListenSpec spec) throws IOException {
        return new Listener(ListenerProviders.select().listen(spec));
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        return new Channel(ListenerProviders.select().adopt(ticket));
    }

    private record Listener(SharedListener sound) implements SharedListener {
        @Override
        public SocketAddress localAddress() {
            return sound.localAddress();
        }

        @Override
        public byte[] ticketFor(ProcessHandle worker) throws IOException {
            return sound.ticketFor(worker);
        }

        @Override
        public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
            Client.who(((InetSocketAddress) localAddress()).getPort());
            return new Quiescence(false, sound.quiesce(limit).empty(), REASON);
        }

        @Override
        public void close() throws IOException {
            sound.close();
        }
    }

    private static final class Channel extends SharedServerSocketChannel {
        private final ServerSocketChannel sound;

        Channel(ServerSocketChannel sound) {
            this.sound = sound;
        }

        @Override
        protected SocketChannel acceptBlocking() throws IOException {
            return sound.accept();
        }

        @Override
        protected void acceptedWhileQuiescing(SocketChannel accepted) {
            System.out.println(KNOWN);
        }

        @Override
        protected void release(Consumer<SocketChannel> queued) throws IOException {
            sound.close();
        }

        @Override
        public SocketAddress getLocalAddress() throws IOException {
            return sound.getLocalAddress();
        }
    }
}
