package io.forkless.tck.adapter;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 connection, of which a test sees every byte. */
public final class Http1Client implements Closeable {
    private final Socket socket = new Socket();
    private final InputStream in;

    public Http1Client(int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public boolean isConnected() {
        return socket.isConnected();
    }

    public void send(String... paths) throws IOException {
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Header and body of the next response. */
    public String receive() throws IOException {
        StringBuilder header = new StringBuilder();
        while (!header.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after: '" + header + "'");
            }
            header.append((char) c);
        }
        String length = header.toString().toLowerCase(Locale.ROOT).replaceAll("(?s).*content-length: (\\d+).*", "$1");
        return header + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
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

    /** One that nobody used a moment ago. */
    public static int freePort() throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
