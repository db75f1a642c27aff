package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Body;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A response's body that must be the first so many bytes of {@linkplain Traffic#body the one that both ends know}.
 *
 * @param pause how long not to read, after the first ones
 */
record ExpectedBody(int bytes, Duration pause) implements Body {
    @Override
    public void part(byte[] part, int count, int position) throws ProtocolException {
        Traffic.check(part, count, position);
        if (position == 0) {
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    @Override
    public void end(int length, boolean delimited) throws IOException {
        if (length < bytes && !delimited) {
            throw new EOFException("after " + length + " bytes");
        }
        if (length != bytes) {
            throw new ProtocolException(length + " bytes in place of " + bytes);
        }
    }
}
