package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** One HTTP/1.1 connection, plain, over TLS or to a Unix-domain path, of which a test sees every byte. */
public final class Http1Client implements Closeable {
    private final Closeable socket;
    private final InputStream in;
    private final OutputStream out;

    public Http1Client(int port) throws IOException {
        this(port, null);
    }

    /**
     * @param tls for a connection over TLS, which is handshaken when this returns; or null
     * @param protocols what is offered by ALPN
     */
    Http1Client(int port, SSLContext tls, String... protocols) throws IOException {
        Socket tcp = new Socket();
        try {
            tcp.connect(new InetSocketAddress("127.0.0.1", port), 5000);
            tcp.setTcpNoDelay(true);
            tcp.setSoTimeout(30_000);
            Socket open = tls == null ? tcp : handshaken(tcp, tls, protocols);
            socket = open;
            in = new BufferedInputStream(open.getInputStream());
            out = open.getOutputStream();
        } catch (IOException e) {
            tcp.close();
            throw e;
        }
    }

    /** To a Unix-domain path. Reads have no time-out: the JDK has none for such a channel. */
    public Http1Client(Path unixDomainPath) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(unixDomainPath));
        socket = channel;
        in = new BufferedInputStream(Channels.newInputStream(channel));
        out = Channels.newOutputStream(channel);
    }

    private static SSLSocket handshaken(Socket tcp, SSLContext tls, String... protocols) throws IOException {
        SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(tcp, "localhost", tcp.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    public boolean isConnected() {
        return !(socket instanceof Socket tcp) || tcp.isConnected();
    }

    public void send(String... paths) throws IOException {
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        write(requests.toString());
    }

    /** Sends those characters, which need not be a whole request. */
    public void write(String characters) throws IOException {
        out.write(characters.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends those bytes, which need not be a whole frame. */
    void write(byte... bytes) throws IOException {
        out.write(bytes);
    }

    /** Header and body of the next response, whose length its header tells. */
    public String receive() throws IOException {
        String header = receiveHeader();
        String length = header.toLowerCase(Locale.ROOT).replaceAll("(?s).*content-length: (\\d+).*", "$1");
        return header + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
    }

    /** Returns when something has come, and leaves the rest where it is. */
    void awaitAnswer() throws IOException {
        in.mark(1);
        assertThat(in.read()).isNotNegative();
        in.reset();
    }

    /** The header of the next response, interim ones included. */
    String receiveHeader() throws IOException {
        return receiveUntil("\r\n\r\n");
    }

    /** What comes next, up to and including that end. */
    private String receiveUntil(String end) throws IOException {
        StringBuilder received = new StringBuilder();
        while (received.length() < end.length() || received.lastIndexOf(end) < received.length() - end.length()) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after: '" + received + "'");
            }
            received.append((char) c);
        }
        return received.toString();
    }

    /** The next chunk of a chunked body (RFC 9112 section 7.1); empty at its end. */
    byte[] receiveChunk() throws IOException {
        int length = Integer.parseInt(receiveUntil("\r\n").trim(), 16);
        byte[] chunk = receive(length);
        receiveUntil("\r\n");
        return chunk;
    }

    /** The next bytes, as many as that. */
    byte[] receive(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("closed after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    public String exchange(String path) throws IOException {
        send(path);
        return receive();
    }

    /** Whether the server ends the connection, next and within half a minute. */
    public boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    /** Ends the connection, ahead of the close of this object. */
    public void disconnect() throws IOException {
        socket.close();
    }

    public static boolean isClosing(String response) {
        return response.toLowerCase(Locale.ROOT).contains("connection: close");
    }

    /** One that nobody has at the moment, and below those that the system gives to others by itself (ip(7)). */
    public static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(port));
                return port;
            } catch (BindException e) {
                // somebody has it
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
