package io.forkless.tck.selftest;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

/** Does all that a provider does by another one, and lets subclasses spoil any part of it. */
abstract class DelegatingProvider implements ListenerProvider {
    static final ProcessHandle SELF = ProcessHandle.current();

    private final String name;

    DelegatingProvider(String name) {
        this.name = name;
    }

    /** Whether this is one of the processes that the kit has started. */
    static boolean inWorker() {
        return System.getProperty("sun.java.command", "").startsWith("io.forkless.tck.");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int priority() {
        return -1; // whoever does not ask for it by name gets a sound one
    }

    @Override
    public Fitness check() {
        return Fitness.fits("as the other one does");
    }

    @Override
    public SharedListener listen(ListenSpec spec) throws IOException {
        return new Listener(sound().listen(spec));
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        return new Channel(sound().adopt(ticket));
    }

    @Override
    public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
        return new Listener(sound().takeOver(spec, ticket));
    }

    static ListenerProvider sound() throws IOException {
        return ListenerProviders.named("posix");
    }

    class Listener implements SharedListener {
        final SharedListener sound;

        Listener(SharedListener sound) {
            this.sound = sound;
        }

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
            return sound.quiesce(limit);
        }

        @Override
        public void close() throws IOException {
            sound.close();
        }

        @Override
        public void leave() throws IOException {
            sound.leave();
        }
    }

    static class Channel extends SharedServerSocketChannel {
        final ServerSocketChannel sound;

        Channel(ServerSocketChannel sound) {
            this.sound = sound;
        }

        @Override
        protected SocketChannel acceptBlocking() throws IOException {
            return sound.accept();
        }

        @Override
        protected void release(Consumer<SocketChannel> queued) throws IOException {
            sound.close();
        }

        @Override
        public byte[] ticketFor(ProcessHandle supervisor) throws IOException {
            return ((SharedServerSocketChannel) sound).ticketFor(supervisor);
        }

        @Override
        public SocketAddress getLocalAddress() throws IOException {
            return sound.getLocalAddress();
        }
    }
}
