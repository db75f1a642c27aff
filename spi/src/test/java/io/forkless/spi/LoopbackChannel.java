package io.forkless.spi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The smallest real listener: the JDK's, on a free loopback port. It remembers who called it. */
final class LoopbackChannel extends SharedServerSocketChannel {
    /** Threads that are, or were, in {@link #acceptBlocking()}. */
    final Set<Thread> acceptors = ConcurrentHashMap.newKeySet();

    /** How often {@link #acceptBlocking()} was entered. */
    final AtomicInteger calls = new AtomicInteger();

    final AtomicInteger releases = new AtomicInteger();

    /** What was given to {@link #acceptedWhileQuiescing}. */
    final List<SocketChannel> whileQuiescing = new CopyOnWriteArrayList<>();

    private final ServerSocketChannel jdkChannel;
    private final InetSocketAddress address;

    LoopbackChannel() throws IOException {
        jdkChannel = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = (InetSocketAddress) jdkChannel.getLocalAddress();
    }

    /** A client that is connected, accepted or not. */
    SocketChannel connect() throws IOException {
        return SocketChannel.open(address);
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    protected SocketChannel acceptBlocking() throws IOException {
        acceptors.add(Thread.currentThread());
        calls.incrementAndGet();
        return jdkChannel.accept();
    }

    @Override
    protected void acceptedWhileQuiescing(SocketChannel accepted) {
        whileQuiescing.add(accepted);
    }

    @Override
    protected void release(Consumer<SocketChannel> queued) throws IOException {
        releases.incrementAndGet();
        jdkChannel.close();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return jdkChannel.getLocalAddress();
    }
}
