package io.forkless.testing.load;

import java.util.ArrayList;
import java.util.List;

/** Connections to a port of 127.0.0.1 that are opened at once and kept, each good for one request after the other. */
public final class Connections implements AutoCloseable {
    /** Less than a listener queues: what comes in excess is repeated after a second, then after two, then four. */
    private static final int BATCH = 250;

    private final List<HttpConnection> connections = new ArrayList<>();

    private Connections() {}

    public static Connections open(int port, int count) throws RequestException {
        Connections opened = new Connections();
        try {
            opened.add(port, count);
            return opened;
        } catch (RequestException e) {
            opened.close();
            throw e;
        }
    }

    /** Opens more of them, and uses each one once, until there are so many. */
    public void growTo(int port, int count) throws RequestException {
        while (connections.size() < count) {
            int before = connections.size();
            add(port, Math.min(BATCH, count - before));
            answers(connections.subList(before, connections.size()));
        }
    }

    private void add(int port, int count) throws RequestException {
        for (int i = 0; i < count; i++) {
            connections.add(new HttpConnection(port));
        }
    }

    /** Asks on all of them, then reads what comes back: the pid of the worker that each one has got. */
    public List<String> answers() throws RequestException {
        return answers(connections);
    }

    private static List<String> answers(List<HttpConnection> connections) throws RequestException {
        for (HttpConnection connection : connections) {
            connection.send("/", false, 1);
        }
        List<String> answers = new ArrayList<>();
        for (HttpConnection connection : connections) {
            answers.add(connection.receive());
        }
        return answers;
    }

    @Override
    public void close() {
        connections.forEach(HttpConnection::close);
    }
}
