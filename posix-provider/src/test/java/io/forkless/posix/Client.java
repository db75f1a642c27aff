package io.forkless.posix;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients of the listeners under test. */
final class Client {
    private Client() {}

    /** Connects, for TCP within the time in milliseconds. */
    static SocketChannel connect(SocketAddress address, int timeoutMillis) throws IOException {
        if (!(address instanceof InetSocketAddress)) {
            return SocketChannel.open(address);
        }
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, timeoutMillis);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    static List<SocketChannel> connectMany(SocketAddress address, int count) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            channels.add(SocketChannel.open(address));
        }
        return channels;
    }

    /** Which process has accepted, as {@link WorkerProgram} tells its clients. */
    static long servedBy(SocketAddress address) throws IOException {
        try (SocketChannel channel = SocketChannel.open(address)) {
            return readPid(channel);
        }
    }

    static long readPid(SocketChannel channel) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(20);
        do {
            if (channel.read(line) < 0) {
                throw new IOException("hung up");
            }
        } while (line.get(line.position() - 1) != '\n');
        return Long.parseLong(
                StandardCharsets.US_ASCII.decode(line.flip()).toString().trim());
    }

    static void closeAll(Iterable<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
