package io.forkless.undertow;

import io.forkless.tck.adapter.Http1Client;
import io.forkless.tck.adapter.JettyHttp2Client;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.eclipse.jetty.client.ContentResponse;

/**
 * Clients that send requests one after the other, and notice each that is not answered with 200 although nobody had
 * announced the end of its connection.
 */
final class Load implements AutoCloseable {
    private static final int PIPELINED = 4;

    private interface Client {
        void run() throws Exception;
    }

    private final IntSupplier port;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Load(IntSupplier port) {
        this.port = port;
    }

    Load keepAlive(int clients) {
        return start("keep-alive", clients, () -> serial("/"));
    }

    Load pipelined(int clients) {
        return start("pipelined", clients, this::pipelined);
    }

    /** A new connection for each request. */
    Load closing(int clients) {
        return start("closing", clients, () -> {
            try (Http1Client client = new Http1Client(port.getAsInt())) {
                answered(client.exchange("/"));
            }
        });
    }

    /**
     * One thread with a client, and so a connection, of its own: when several share one, Jetty's client (12.1.14) closes
     * it on a GOAWAY as soon as one of them has its answer. A request that fails may be sent again if the server has not
     * begun with it (RFC 9113 section 6.8); this client leaves that to its caller.
     *
     * @param begun whether a server has begun with the request of that query
     */
    Load http2(JettyHttp2Client client, Predicate<String> begun) {
        return start("http2", 1, () -> {
            String query = "request-" + requests.incrementAndGet();
            try {
                ContentResponse response =
                        client.send("http", port.getAsInt(), "/?" + query).get();
                answered("HTTP/1.1 " + response.getStatus() + " OK");
            } catch (ExecutionException e) {
                if (begun.test(query)) {
                    throw e;
                }
            }
        });
    }

    /** One connection, until the server announces that it ends. */
    private void serial(String path) throws IOException {
        try (Http1Client client = new Http1Client(port.getAsInt())) {
            String response = "";
            while (!stopped && !Http1Client.isClosing(response)) {
                response = client.exchange(path);
                answered(response);
            }
        }
    }

    /** Requests that follow an announced end have to be sent again, and are not lost (RFC 9112 section 9.3.2). */
    private void pipelined() throws IOException {
        try (Http1Client client = new Http1Client(port.getAsInt())) {
            while (!stopped) {
                client.send("/", "/", "/", "/");
                for (int i = 0; i < PIPELINED; i++) {
                    String response = client.receive();
                    answered(response);
                    if (Http1Client.isClosing(response)) {
                        return;
                    }
                }
            }
        }
    }

    private Load start(String name, int clients, Client client) {
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(() -> run(name, client), name + "-" + i);
            thread.start();
            threads.add(thread);
        }
        return this;
    }

    private void run(String name, Client client) {
        while (!stopped) {
            try {
                client.run();
            } catch (Exception e) {
                lost.add(name + ": " + e + (e.getCause() == null ? "" : ", " + e.getCause()));
            }
        }
    }

    private void answered(String response) throws IOException {
        if (!response.startsWith("HTTP/1.1 200 OK")) {
            throw new IOException(response);
        }
        answered.incrementAndGet();
    }

    long answered() {
        return answered.get();
    }

    List<String> lost() {
        return lost;
    }

    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Override
    public void close() {
        stopped = true;
    }
}
