package io.forkless.testing.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One HTTP/1.1 connection on a plain socket. A real client library retries and hides what this is about: which step failed,
 * and how.
 */
public final class HttpConnection implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    private final SocketChannel channel;
    private final ResponseReader in;
    private boolean last;
    private boolean used;
    /** Whether the next response is the first one to what was sent last. */
    private boolean nothingSince;

    public HttpConnection(int port) throws RequestException {
        this(port, CONNECT_TIMEOUT, READ_TIMEOUT);
    }

    /** The time-outs are those of the connection, and of each wait for something of a response. */
    HttpConnection(int port, Duration connectTimeout, Duration readTimeout) throws RequestException {
        SocketChannel opened = null;
        try {
            opened = SocketChannel.open();
            opened.socket().connect(new InetSocketAddress("127.0.0.1", port), (int) connectTimeout.toMillis());
            opened.socket().setSoTimeout((int) readTimeout.toMillis());
            opened.socket().setTcpNoDelay(true);
            in = new ResponseReader(opened.socket().getInputStream());
            channel = opened;
        } catch (IOException e) {
            closeQuietly(opened);
            throw failure(connecting(e), e);
        }
    }

    /** One request on a connection of its own. */
    public static String get(int port, String path) throws RequestException {
        try (HttpConnection connection = new HttpConnection(port)) {
            connection.send(path, true, 1);
            return connection.receive();
        }
    }

    /** That many times, at once. */
    public void send(String path, boolean close, int times) throws RequestException {
        String request =
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + (close ? "Connection: close\r\n" : "") + "\r\n";
        ByteBuffer bytes = ByteBuffer.wrap(request.repeat(times).getBytes(StandardCharsets.US_ASCII));
        try {
            if (used) {
                expectSilence();
            }
            nothingSince = true;
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failure(used ? Outcome.STALE : Outcome.ENDED_BEFORE, e);
        }
    }

    /** The body of the next response. */
    public String receive() throws RequestException {
        boolean complete = false;
        in.next();
        try {
            String status = in.line();
            int length = 0;
            for (String header = in.line(); !header.isEmpty(); header = in.line()) {
                if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).trim());
                }
                last |= header.equalsIgnoreCase("Connection: close");
            }
            String text = in.body(length).trim();
            complete = true;
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new IOException(status + ": " + text);
            }
            used = true;
            nothingSince = false;
            return text;
        } catch (SocketTimeoutException e) {
            throw failure(Outcome.ANSWER_TIMEOUT, e);
        } catch (IOException e) {
            throw failure(complete ? Outcome.WRONG : ending(), e);
        } catch (NumberFormatException e) {
            throw failure(Outcome.WRONG, new IOException(e));
        }
    }

    private static Outcome connecting(IOException e) {
        return e instanceof ConnectException
                ? Outcome.REFUSED
                : e instanceof SocketTimeoutException ? Outcome.CONNECT_TIMEOUT : Outcome.ENDED_BEFORE;
    }

    private Outcome ending() {
        if (in.isWithin() || !nothingSince) {
            return Outcome.ENDED_WITHIN;
        }
        return used ? Outcome.STALE_SENT : Outcome.ENDED_BEFORE;
    }

    /** Whether the server has announced that this was the connection's last response. */
    public boolean isLast() {
        return last;
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    /** A careful client looks before it sends: the server may have closed the connection, or said that it is about to. */
    void expectSilence() throws IOException {
        int read = in.hasMore() ? 1 : poll();
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

    private static RequestException failure(Outcome outcome, IOException cause) {
        return new RequestException(outcome, cause.toString(), cause);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // there is nothing left to lose
        }
    }
}
