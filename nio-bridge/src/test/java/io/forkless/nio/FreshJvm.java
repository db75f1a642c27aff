package io.forkless.nio;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A program that wraps a listener and a connection and sends a byte through both. It says nothing and ends with status 0
 * if all went well; needs nothing but the bridge.
 */
final class FreshJvm {
    private FreshJvm() {}

    public static void main(String[] arguments) throws IOException {
        NioChannels.check();
        StandardProtocolFamily family = StandardProtocolFamily.INET;
        ServerSocketChannel original =
                ServerSocketChannel.open(family).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (ServerSocketChannel listener = NioChannels.serverSocketChannel(NioChannels.handleOf(original), family);
                SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
            SocketChannel accepted = listener.accept();
            long handle = NioChannels.handleOf(accepted);
            try (SocketChannel server = NioChannels.socketChannel(handle, family, accepted.getRemoteAddress())) {
                client.write(ByteBuffer.wrap(new byte[] {42}));
                ByteBuffer received = ByteBuffer.allocate(1);
                if (server.read(received) != 1 || received.get(0) != 42) {
                    throw new IOException("the byte did not arrive");
                }
            }
        }
    }
}
