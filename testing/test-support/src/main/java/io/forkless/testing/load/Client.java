package io.forkless.testing.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Sends one request after the other. */
final class Client {
    /** After a failure that is told at once, so that a service that is down does not keep the processor busy. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = 1_000_000;

    private final int index;
    private final int port;
    private final Manner manner;
    private final Tally tally;
    private volatile String worker;

    Client(int index, int port, Manner manner, Tally tally) {
        this.index = index;
        this.port = port;
        this.manner = manner;
        this.tally = tally;
    }

    Manner manner() {
        return manner;
    }

    /** Who gave its last answer; null if nobody has yet. */
    String worker() {
        return worker;
    }

    /** One connection, until it ends or the client is stopped. */
    Outcome converse(BooleanSupplier stopped) {
        String answerer = null;
        long since = System.nanoTime();
        try (HttpConnection connection = new HttpConnection(port)) {
            while (!stopped.getAsBoolean() && !connection.isLast()) {
                connection.send("/", manner == Manner.CLOSE, manner.depth);
                for (int i = 0; i < manner.depth && !connection.isLast(); i++) {
                    answerer = connection.receive();
                    tally.answer(answerer, since);
                }
                worker = answerer;
                if (manner.pauseNanos > 0) {
                    LockSupport.parkNanos(manner.pauseNanos);
                }
                since = System.nanoTime();
            }
            return Outcome.OK;
        } catch (RequestException e) {
            long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            tally.failure(new Failure(index, manner, answerer, e.outcome(), e.getMessage(), waited));
            if (e.outcome() == Outcome.REFUSED || e.outcome() == Outcome.WRONG) {
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
            return e.outcome();
        }
    }
}
