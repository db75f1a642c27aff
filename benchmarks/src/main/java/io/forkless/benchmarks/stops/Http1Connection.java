package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/**
 * One HTTP/1.1 connection, plain or with TLS, on which a request is sent in pieces and an answer is read with pauses. Each
 * failure tells what it means to the request that is under way.
 */
final class Http1Connection implements Closeable {
    private static final int CONNECT_TIMEOUT_MILLIS = 20_000;
    private static final int READ_TIMEOUT_MILLIS = 30_000;
    private static final int GLANCE_MILLIS = 1;
    private static final int RECEIVE_BUFFER = 64 << 10;

    private final Duration grace;
    private final Socket socket;
    private final OutputStream out;
    private final ResponseStream in;
    private boolean used;
    private boolean begun;
    private boolean last;
    private long idleSince;
    /** When the client began to connect, or to send on a connection that it had used before. */
    private long since = System.nanoTime();

    /** Whether the server was free to close the connection when the request that is under way was sent. */
    private boolean wasIdle;

    /** @param grace after which an idle connection may be closed while the client sends */
    Http1Connection(Target target, Duration grace) throws RequestException {
        this.grace = grace;
        Socket opened = new Socket();
        try {
            opened.setReceiveBufferSize(RECEIVE_BUFFER);
            connect(opened, target);
            opened.setTcpNoDelay(true);
            opened.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket = target.tls() == null ? opened : secure(opened, target);
            out = socket.getOutputStream();
            in = new ResponseStream(new BufferedInputStream(socket.getInputStream(), RECEIVE_BUFFER));
            idleSince = System.nanoTime();
        } catch (IOException e) {
            closeQuietly(opened);
            throw failure(connecting(e), e);
        }
    }

    private static void connect(Socket socket, Target target) throws IOException {
        socket.connect(target.address(), CONNECT_TIMEOUT_MILLIS);
        if (socket.getLocalSocketAddress().equals(target.address())) {
            // Nobody listens, and the kernel took that very port for this end (RFC 9293, simultaneous open).
            throw new ConnectException("connected to itself");
        }
    }

    private static Socket secure(Socket socket, Target target) throws IOException {
        SSLSocket secure = (SSLSocket) target.tls()
                .getSocketFactory()
                .createSocket(
                        socket,
                        target.address().getHostString(),
                        target.address().getPort(),
                        true);
        secure.startHandshake();
        return secure;
    }

    /** Once it is connected, and TLS is not yet, it may end like any other. */
    private static Outcome connecting(IOException e) {
        return e instanceof ConnectException
                ? Outcome.REFUSED
                : e instanceof SocketTimeoutException ? Outcome.CONNECT_TIMEOUT : Outcome.ENDED_BEFORE;
    }

    /** The first bytes of a request, or of several; looks before whether the server has closed the connection. */
    void begin(String head) throws RequestException {
        in.next();
        begun = false;
        if (used) {
            since = System.nanoTime();
            try {
                expectSilence();
            } catch (IOException e) {
                throw failure(Outcome.STALE, e);
            }
        }
        send(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** More bytes of it. */
    void send(byte[] bytes) throws RequestException {
        IOException failure = null;
        try {
            out.write(bytes);
        } catch (IOException e) {
            failure = e;
        }
        if (!begun) { // the client may have been slow to send
            begun = true;
            wasIdle = System.nanoTime() - idleSince >= grace.toNanos();
        }
        if (failure != null) {
            throw failure(ending(), failure);
        }
    }

    /** Reads an interim response. */
    void expectContinue() throws RequestException {
        read(() -> in.head("100"));
    }

    /**
     * Reads a response that must be the first so many bytes of the body.
     *
     * @param pause how long not to read, in the middle
     */
    void expect(int bytes, Duration pause) throws RequestException {
        read(() -> {
            last |= in.head("200");
            in.body(bytes, pause);
        });
        used = true;
        idleSince = System.nanoTime();
    }

    boolean isLast() {
        return last;
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private void read(Reading reading) throws RequestException {
        try {
            reading.read();
        } catch (ProtocolException e) {
            throw failure(Outcome.WRONG, e);
        } catch (SocketTimeoutException e) {
            throw failure(Outcome.ANSWER_TIMEOUT, e);
        } catch (IOException e) {
            throw failure(ending(), e);
        }
    }

    private Outcome ending() {
        if (in.isWithin()) {
            return Outcome.ENDED_WITHIN;
        }
        return wasIdle ? Outcome.STALE_SENT : Outcome.ENDED_BEFORE;
    }

    private void expectSilence() throws IOException {
        socket.setSoTimeout(GLANCE_MILLIS);
        try {
            throw new EOFException(in.read() < 0 ? "closed while idle" : "the server speaks unasked");
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        }
    }

    private RequestException failure(Outcome outcome, IOException cause) {
        String message = "%s after %d ms".formatted(cause, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
        return new RequestException(outcome, message, cause);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // there is nothing left to lose
        }
    }

    /** Reads from the connection. */
    @FunctionalInterface
    private interface Reading {
        void read() throws IOException;
    }
}
