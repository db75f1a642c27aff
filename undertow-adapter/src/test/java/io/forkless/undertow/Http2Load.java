package io.forkless.undertow;

import static org.awaitility.Awaitility.await;

import io.forkless.tck.adapter.JettyHttp2Client;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.eclipse.jetty.client.ContentResponse;

/** Clients that send HTTP/2 requests one after the other, and notice each that a server has begun with and not answered. */
final class Http2Load implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final int port;
    private final Predicate<String> begun;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * A thread for each client, which has a connection of its own: when several share one, Jetty's client (12.1.14) closes
     * it on a GOAWAY as soon as one of them has its answer. A request that fails may be sent again if the server has not
     * begun with it (RFC 9113 section 6.8); these clients leave that to their caller.
     *
     * @param begun whether a server has begun with the request of that query
     */
    Http2Load(int port, Predicate<String> begun, JettyHttp2Client... clients) {
        this.port = port;
        this.begun = begun;
        for (JettyHttp2Client client : clients) {
            Thread thread = new Thread(() -> run(client), "http2-" + threads.size());
            thread.start();
            threads.add(thread);
        }
    }

    private void run(JettyHttp2Client client) {
        while (!stopped) {
            try {
                exchange(client);
            } catch (Exception e) {
                lost.add(e + (e.getCause() == null ? "" : ", " + e.getCause()));
            }
        }
    }

    private void exchange(JettyHttp2Client client) throws Exception {
        String query = "request-" + requests.incrementAndGet();
        try {
            ContentResponse response = client.send("http", port, "/?" + query).get();
            if (response.getStatus() != 200) {
                throw new IOException("status " + response.getStatus());
            }
            answered.incrementAndGet();
        } catch (ExecutionException e) {
            if (begun.test(query)) {
                throw e;
            }
        }
    }

    long answered() {
        return answered.get();
    }

    List<String> lost() {
        return lost;
    }

    @Override
    public void close() {
        stopped = true;
        await().atMost(LIMIT).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
