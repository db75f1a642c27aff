package io.forkless.posix;

import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Acceptors that send one byte back on each connection. They end when the channel is closed. */
final class EchoServer implements AutoCloseable {
    private final SharedServerSocketChannel channel;
    private final List<CompletableFuture<Void>> acceptors = new ArrayList<>();

    EchoServer(SharedServerSocketChannel channel, int acceptorCount) {
        this.channel = channel;
        for (int i = 0; i < acceptorCount; i++) {
            acceptors.add(CompletableFuture.runAsync(this::acceptAll, task -> new Thread(task, "acceptor").start()));
        }
    }

    /** The client's part: sends the byte. */
    static void send(SocketChannel connection) throws IOException {
        connection.write(ByteBuffer.wrap(new byte[] {42}));
    }

    /** The client's part: waits for the byte and tells whether it came back. */
    static boolean receive(SocketChannel connection) throws IOException {
        return connection.read(ByteBuffer.allocate(1)) == 1;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        acceptors.forEach(acceptor -> acceptor.orTimeout(60, TimeUnit.SECONDS).join());
    }

    private void acceptAll() {
        try {
            while (true) {
                echo(channel.accept());
            }
        } catch (ClosedChannelException e) {
            // told to end
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void echo(SocketChannel accepted) {
        try (SocketChannel connection = accepted) {
            ByteBuffer received = ByteBuffer.allocate(1);
            if (connection.read(received) == 1) {
                connection.write(received.flip());
            }
        } catch (IOException e) {
            // the client is gone, which the client's side counts
        }
    }
}
