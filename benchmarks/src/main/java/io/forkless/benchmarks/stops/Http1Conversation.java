package io.forkless.benchmarks.stops;

import io.forkless.testing.load.RequestException;

/** Plays the same script on a connection, again and again. */
final class Http1Conversation implements Conversation {
    private final Http1Connection connection;
    private final Script script;

    Http1Conversation(Target target, Script script) throws RequestException {
        connection = new Http1Connection(target, Traffic.GRACE);
        this.script = script;
    }

    @Override
    public void exchange(Counter counter) throws RequestException, InterruptedException {
        script.play(connection, counter);
    }

    @Override
    public boolean isLast() {
        return connection.isLast();
    }

    @Override
    public void close() {
        connection.close();
    }

    /** One exchange: what is sent, what must come back, and when. */
    @FunctionalInterface
    interface Script {
        void play(Http1Connection connection, Counter counter) throws RequestException, InterruptedException;
    }
}
