package io.forkless.posix;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.spi.HostProcess.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The giving side of one hand-off: a Unix-domain socket that exists until the ticket's owner has fetched its descriptor or the
 * ticket has expired. It is in a directory of its own that only the owner can enter. A process that connects must be the one
 * that the ticket was made for, as the kernel attests, and know the nonce.
 */
final class HandOff implements Closeable {
    static final String SOCKET_FILE = "hand-off";
    private static final System.Logger LOG = System.getLogger(HandOff.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How long a hand-off may outlive its receiver, in ms. */
    private static final long LOOK_MILLIS = 500;

    private static final long CLOSE_MILLIS = 2000;

    private final NativeSocket descriptor;
    private final ProcessHandle receiver;
    private final Peer expected;
    private final byte[] nonce = new byte[TicketPayload.NONCE_BYTES];
    private final PrivateDirectory directory;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final String operation;
    private final Duration validity;
    private volatile boolean closed;
    private volatile CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

    /**
     * @param listener a copy of it is handed off; the caller keeps the original
     * @param receiver the only process that gets it
     * @param validity how long it may take to fetch it
     */
    HandOff(NativeSocket listener, ProcessHandle receiver, Duration validity) throws IOException {
        this.validity = validity;
        this.receiver = receiver;
        operation = "hand-off to pid " + receiver.pid();
        expected = new Peer(PeerCredentials.ownUid(), receiver.pid());
        RANDOM.nextBytes(nonce);
        descriptor = listener.duplicate(operation);
        PrivateDirectory madeDirectory = null;
        ServerSocketChannel madeServer = null;
        try {
            madeDirectory = PrivateDirectory.create("forkless-");
            madeServer = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            madeServer.bind(UnixDomainSocketAddress.of(madeDirectory.resolve(SOCKET_FILE)));
            madeServer.configureBlocking(false);
            selector = Selector.open();
        } catch (IOException | RuntimeException | Error e) {
            descriptor.close();
            closeQuietly(madeServer);
            closeQuietly(madeDirectory);
            throw e;
        }
        directory = madeDirectory;
        server = madeServer;
    }

    /** Serves on a thread of its own until the descriptor is fetched, the ticket has expired, or this is closed. */
    void start(Runnable whenDone) {
        try {
            done = CompletableFuture.runAsync(this::run, this::onOwnThread).thenRun(whenDone);
        } catch (Error e) { // no thread can be had now
            whenDone.run();
            release();
            throw e;
        }
    }

    private void onOwnThread(Runnable serving) {
        Thread thread = new Thread(serving, "forkless-hand-off-" + expected.pid());
        thread.setDaemon(true);
        thread.start();
    }

    byte[] ticket() {
        return new TicketPayload(nonce, directory.resolve(SOCKET_FILE)).encode();
    }

    /** Ends the ticket's validity and waits, within reason, until the serving thread has freed everything. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup(); // closing it here would race with a registration in the serving thread
        // That thread may have something to log, and nobody who reads it.
        done.copy().completeOnTimeout(null, CLOSE_MILLIS, TimeUnit.MILLISECONDS).join();
    }

    private void run() {
        long deadline = System.nanoTime() + validity.toNanos();
        try {
            while (await(server, SelectionKey.OP_ACCEPT, deadline)) {
                try (SocketChannel peer = server.accept()) {
                    if (peer != null && serve(peer, deadline)) {
                        return;
                    }
                }
            }
            if (closed) {
                LOG.log(Level.DEBUG, "{0}: the listener was closed first", operation);
            } else if (!receiver.isAlive()) {
                LOG.log(Level.DEBUG, "{0}: the process has ended", operation);
            } else {
                LOG.log(Level.WARNING, "{0}: the ticket expired unused", operation);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: {1}", operation, e.getMessage());
        } catch (RuntimeException | Error e) { // the receiver asks again, and whoever closes this must not suffer
            LOG.log(Level.WARNING, operation, e);
        } finally {
            release();
        }
    }

    private void release() {
        closeQuietly(server);
        closeQuietly(directory);
        closeQuietly(selector);
        descriptor.close();
    }

    /** @return whether the descriptor was handed off; anybody else is turned away and the ticket stays valid */
    private boolean serve(SocketChannel channel, long deadline) throws IOException {
        NativeSocket socket = NativeSocket.of(channel);
        Peer peer = PeerCredentials.of(operation, socket);
        if (!peer.equals(expected)) {
            LOG.log(Level.WARNING, "{0}: refused a connection of {1}, expected {2}", operation, peer, expected);
            return false;
        }
        channel.configureBlocking(false);
        ByteBuffer received = ByteBuffer.allocate(nonce.length);
        try {
            while (received.hasRemaining()) {
                if (!await(channel, SelectionKey.OP_READ, deadline) || channel.read(received) < 0) {
                    return false;
                }
            }
            if (!MessageDigest.isEqual(received.array(), nonce)) {
                LOG.log(Level.WARNING, "{0}: refused {1}: wrong nonce", operation, peer);
                return false;
            }
            FdPassing.send(operation, socket, descriptor);
            return true;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: {1}", operation, e.getMessage()); // the peer died; the ticket stays valid
            return false;
        }
    }

    /** @return whether it became ready before the deadline, and before this was closed or the receiver ended */
    private boolean await(SelectableChannel channel, int interest, long deadline) throws IOException {
        SelectionKey key = channel.register(selector, interest);
        long left;
        while (!closed && receiver.isAlive() && (left = deadline - System.nanoTime()) > 0) {
            selector.select(Math.min(LOOK_MILLIS, Math.max(1, left / 1_000_000)));
            boolean ready = selector.selectedKeys().contains(key);
            selector.selectedKeys().clear();
            if (ready) {
                key.interestOps(0);
                return true;
            }
        }
        return false;
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "cannot close " + closeable, e);
        }
    }
}
