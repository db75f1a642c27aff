package io.forkless.tck.adapter;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The only worker of a cluster, with a slow request on each thread that it has for requests. */
final class BusyWorker implements Closeable {
    /** Of each worker of the cluster. */
    static final int THREADS = 6;

    private final long pid;
    private final List<Http1Client> clients = new ArrayList<>();

    private BusyWorker(long pid) {
        this.pid = pid;
    }

    /**
     * Returns when it has no thread left.
     *
     * @param cluster of one worker, until then
     */
    static BusyWorker keep(Cluster cluster, Duration eachRequest) throws IOException {
        BusyWorker worker = new BusyWorker(cluster.pids().get(0));
        for (int i = 1; i <= THREADS; i++) {
            Http1Client client = new Http1Client(cluster.port());
            worker.clients.add(client);
            client.send("/sleep?" + eachRequest.toMillis());
            SlowRequests.await(cluster, i);
        }
        return worker;
    }

    long pid() {
        return pid;
    }

    boolean hasAnswered(String response) {
        return response.contains("\r\n\r\n" + pid + " ");
    }

    @Override
    public void close() throws IOException {
        for (Http1Client client : clients) {
            client.close();
        }
    }
}
