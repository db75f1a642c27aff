package io.forkless.testing.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One HTTP/1.1 connection, on which requests are sent whole, several at once or in pieces, and each failure tells what it
 * means to the request that is under way. A real client library retries and hides that. Used by one thread; another one may
 * close it.
 */
public final class HttpConnection implements AutoCloseable {
    private final Target target;
    private final Transport transport;
    private final ResponseReader in;
    private boolean last;
    private boolean used;
    /** Whether something was sent of what is under way. */
    private boolean begun;
    /** Whether the server was free to close the connection when what is under way was sent. */
    private boolean wasIdle;

    /** When the client began to connect, or to send on a connection that it had used before. */
    private long since = System.nanoTime();

    private long idleSince;

    public HttpConnection(int port) throws RequestException {
        this(Target.of(port));
    }

    public HttpConnection(Target target) throws RequestException {
        this.target = target;
        try {
            transport = new Transport(target);
        } catch (IOException e) {
            throw failure(connecting(e), e);
        }
        in = new ResponseReader(transport.in());
        idleSince = System.nanoTime();
    }

    /** One request on a connection of its own. */
    public static String get(int port, String path) throws RequestException {
        return get(Target.of(port), path);
    }

    public static String get(Target target, String path) throws RequestException {
        try (HttpConnection connection = new HttpConnection(target)) {
            connection.send(path, true, 1);
            return connection.receive();
        }
    }

    /** Once it is connected, and TLS is not yet, it may end like any other. */
    private static Outcome connecting(IOException e) {
        return e instanceof ConnectException
                ? Outcome.REFUSED
                : e instanceof SocketTimeoutException ? Outcome.CONNECT_TIMEOUT : Outcome.ENDED_BEFORE;
    }

    /** A request without a body, that many times at once. */
    public void send(String path, boolean close, int times) throws RequestException {
        String request =
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + (close ? "Connection: close\r\n" : "") + "\r\n";
        begin(request.repeat(times));
    }

    /** The first characters of a request, or of several; looks before whether the server has closed the connection. */
    public void begin(String head) throws RequestException {
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
        sendMore(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** More bytes of it. */
    public void sendMore(byte[] bytes) throws RequestException {
        IOException failure = null;
        try {
            transport.send(bytes);
        } catch (IOException e) {
            failure = e;
        }
        boolean first = !begun;
        if (first) { // the client may have been slow to send
            begun = true;
            wasIdle = target.idleGrace() == null
                    ? used
                    : System.nanoTime() - idleSince >= target.idleGrace().toNanos();
        }
        if (failure != null) {
            boolean nothingSent = first && used && target.idleGrace() == null;
            throw failure(nothingSent ? Outcome.STALE : ending(), failure);
        }
    }

    /** Reads the interim response after which the client sends the body (RFC 9110 section 15.2.1). */
    public void receiveContinue() throws RequestException {
        read(() -> {
            String status = in.head();
            if (!status.startsWith("HTTP/1.1 100")) {
                throw new ProtocolException(status);
            }
        });
    }

    /** The body of the next response. */
    public String receive() throws RequestException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        receive((bytes, count, position) -> body.write(bytes, 0, count));
        return body.toString(StandardCharsets.UTF_8).trim();
    }

    /** Reads the next response. */
    public void receive(Body body) throws RequestException {
        read(() -> {
            String status = in.head();
            last |= in.isClose();
            if (!status.startsWith("HTTP/1.1 200")) {
                in.body((bytes, count, position) -> {});
                throw new ProtocolException(status);
            }
            in.body(body);
        });
        used = true;
        idleSince = System.nanoTime();
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

    /** Whether the server has announced that this was the connection's last response. */
    public boolean isLast() {
        return last;
    }

    @Override
    public void close() {
        transport.close();
    }

    void expectSilence() throws IOException {
        transport.expectSilence();
    }

    private RequestException failure(Outcome outcome, IOException cause) {
        String message = "%s after %d ms".formatted(cause, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
        return new RequestException(outcome, message, cause);
    }

    /** Reads from the connection. */
    @FunctionalInterface
    private interface Reading {
        void read() throws IOException;
    }
}
