package io.forkless.benchmarks.processes;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * A client that has a time for each of its requests, whatever became of the previous one. A client that just waits for the
 * answer sends nothing to a server that stands still, and counts one slow request where its users would have had many
 * (coordinated omission). Here a late request is timed from when it should have been sent.
 */
final class Schedule {
    private static final long PRECISION_NANOS = 1000;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final LongSupplier clock;
    private final LongConsumer pause;

    Schedule() {
        this(System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * @param clock in nanoseconds
     * @param pause waits for about so many nanoseconds
     */
    Schedule(LongSupplier clock, LongConsumer pause) {
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Sends them all.
     *
     * @param first when the first request is due
     * @param interval until the next one is
     * @param count how many there are
     * @return microseconds from when each was due to its answer
     */
    Histogram follow(long first, long interval, long count, Request request) throws IOException {
        Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
        for (long i = 0; i < count; i++) {
            long due = first + i * interval;
            for (long early = due - clock.getAsLong(); early > 0; early = due - clock.getAsLong()) {
                pause.accept(early);
            }
            request.send();
            latencies.recordValue((clock.getAsLong() - due) / PRECISION_NANOS);
        }
        return latencies;
    }

    /** Sends a request and waits for its answer. */
    @FunctionalInterface
    interface Request {
        void send() throws IOException;
    }
}
