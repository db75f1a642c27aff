package io.forkless.e2e;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP/1.1 connection on a plain socket. A real client library retries and hides what these tests are about: which
 * step failed, and how.
 */
final class HttpConnection implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private boolean last;

    /** @throws java.net.ConnectException if the connection is refused */
    HttpConnection(int port) throws IOException {
        try {
            socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_TIMEOUT_MILLIS);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** One request on a connection of its own. */
    static String get(int port, String path) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            connection.send(path, true, 1);
            return connection.receive();
        }
    }

    /** That many times, at once. */
    void send(String path, boolean close, int times) throws IOException {
        String request =
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + (close ? "Connection: close\r\n" : "") + "\r\n";
        socket.getOutputStream().write(request.repeat(times).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The body of the next response.
     *
     * @throws EOFException if the peer closed the connection before the response was complete
     */
    String receive() throws IOException {
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).trim());
            }
            last |= header.equalsIgnoreCase("Connection: close");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("within the body");
        }
        String text = new String(body, StandardCharsets.UTF_8).trim();
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status + ": " + text);
        }
        return text;
    }

    /** Whether the server has announced that this was the connection's last response. */
    boolean isLast() {
        return last;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("before the end of the header");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
