package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Conversation;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import io.forkless.testing.load.Target;
import java.time.Duration;

/** One HTTP/1.1 exchange: what is sent, what must come back, and when. */
@FunctionalInterface
interface Script {
    void play(HttpConnection connection, Conversation.Counter counter) throws RequestException, InterruptedException;

    /** A connection on which it is played again and again. */
    default Conversation open(Target target, Duration pause) throws RequestException {
        HttpConnection connection = new HttpConnection(target);
        return new Conversation() {
            @Override
            public void exchange(Counter counter) throws RequestException, InterruptedException {
                play(connection, counter);
            }

            @Override
            public boolean isLast() {
                return connection.isLast();
            }

            @Override
            public Duration pause() {
                return pause;
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }
}
