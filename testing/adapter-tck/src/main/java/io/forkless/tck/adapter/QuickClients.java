package io.forkless.tck.adapter;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that all connect at once and send one request each, which takes a thread for no time at all. */
enum QuickClients {
    /** A connection ends with its answer. */
    CLOSE,

    /** Connections stay open until all have been answered. */
    KEEP_ALIVE;

    /** The responses; the clients that had none within half a minute are left out. */
    Collection<String> answers(Cluster cluster, int clients) throws Exception {
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        Queue<Http1Client> open = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(threads.submit(() -> {
                    Http1Client client = new Http1Client(cluster.port());
                    open.add(client);
                    exchange(client, answers);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
            for (Http1Client client : open) {
                client.close();
            }
        }
        return answers;
    }

    private void exchange(Http1Client client, Queue<String> answers) throws IOException {
        try {
            answers.add(client.exchange("/sleep?0"));
        } catch (SocketTimeoutException nobodyServesIt) {
            return;
        }
        if (this == CLOSE) {
            client.close();
        }
    }
}
