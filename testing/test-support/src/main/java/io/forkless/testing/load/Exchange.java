package io.forkless.testing.load;

import java.time.Duration;

/** A script on an HTTP/1.1 connection: what is sent, what must come back, and when. */
@FunctionalInterface
public interface Exchange {
    void play(HttpConnection connection, Conversation.Counter counter) throws RequestException, InterruptedException;

    /**
     * A connection on which it is played again and again.
     *
     * @param pause between two exchanges
     */
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
