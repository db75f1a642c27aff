package io.forkless.testing.load;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLSocket;

/** The bytes of a connection: plain TCP, TLS, or a Unix-domain socket, all with time-outs. */
final class Transport implements AutoCloseable {
    private static final int GLANCE_MILLIS = 1;
    private static final int BUFFER = 1024;

    /** Set, so that the kernel does not enlarge it: a server has to wait for a client that does not read. */
    private static final int RECEIVE_BUFFER = 64 << 10;

    private final SocketChannel channel;
    /** Null for a plain connection. */
    private final Socket secure;

    private final int readTimeoutMillis;
    private final InputStream in;
    private final OutputStream out;

    Transport(Target target) throws IOException {
        readTimeoutMillis = (int) target.readTimeout().toMillis();
        boolean tcp = target.address() instanceof InetSocketAddress;
        channel = tcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
            if (tcp) {
                connect(target);
            } else {
                channel.connect(target.address());
            }
            secure = target.tls() == null ? null : secure(target);
            out = secure == null ? Channels.newOutputStream(channel) : secure.getOutputStream();
            InputStream raw = secure != null
                    ? secure.getInputStream()
                    : tcp ? channel.socket().getInputStream() : new UnixInput();
            in = new BufferedInputStream(raw, BUFFER);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void connect(Target target) throws IOException {
        channel.socket().connect(target.address(), (int) target.connectTimeout().toMillis());
        if (channel.getLocalAddress().equals(target.address())) {
            // Nobody listens, and the kernel took that very port for this end (RFC 9293, simultaneous open).
            throw new ConnectException("connected to itself");
        }
        channel.socket().setSoTimeout(readTimeoutMillis);
        channel.socket().setTcpNoDelay(true);
    }

    private Socket secure(Target target) throws IOException {
        InetSocketAddress address = (InetSocketAddress) target.address();
        SSLSocket socket = (SSLSocket) target.tls()
                .getSocketFactory()
                .createSocket(channel.socket(), address.getHostString(), address.getPort(), true);
        socket.startHandshake();
        return socket;
    }

    InputStream in() {
        return in;
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** A careful client looks before it sends: the server may have closed the connection, or said that it is about to. */
    void expectSilence() throws IOException {
        int read = in.available() > 0 ? 1 : secure == null ? poll() : glance();
        if (read != 0) {
            throw new EOFException(read < 0 ? "closed while idle" : "the server speaks unasked");
        }
    }

    private int poll() throws IOException {
        channel.configureBlocking(false);
        int read = channel.read(ByteBuffer.allocate(1));
        channel.configureBlocking(true);
        return read;
    }

    /** The records of TLS that are none of the server's data have to be read, too. */
    private int glance() throws IOException {
        secure.setSoTimeout(GLANCE_MILLIS);
        try {
            return in.read() < 0 ? -1 : 1;
        } catch (SocketTimeoutException e) {
            secure.setSoTimeout(readTimeoutMillis);
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            if (secure != null) {
                secure.close();
            }
            channel.close();
        } catch (IOException e) {
            // there is nothing left to lose
        }
    }

    /** The JDK has no time-out for a Unix-domain socket. */
    private final class UnixInput extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            channel.configureBlocking(false);
            try (Selector selector = Selector.open()) {
                channel.register(selector, SelectionKey.OP_READ);
                if (selector.select(readTimeoutMillis) == 0) {
                    throw new SocketTimeoutException("nothing came for " + Duration.ofMillis(readTimeoutMillis));
                }
            }
            channel.configureBlocking(true);
            return channel.read(ByteBuffer.wrap(bytes, offset, length));
        }
    }
}
