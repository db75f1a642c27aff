package io.forkless.posix;

import io.forkless.testing.Client;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that connect to an {@link EchoServer}, exchange a byte and do so again until they cannot connect. */
final class Load implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 100;

    private final SocketAddress address;
    private final List<CompletableFuture<Void>> clients = new ArrayList<>();
    private final AtomicLong served = new AtomicLong();
    private final Collection<String> lost = new ConcurrentLinkedQueue<>();

    private volatile boolean ended;

    Load(SocketAddress address, int clientCount) {
        this.address = address;
        for (int i = 0; i < clientCount; i++) {
            clients.add(
                    CompletableFuture.runAsync(this::connectAgainAndAgain, task -> new Thread(task, "client").start()));
        }
    }

    long served() {
        return served.get();
    }

    /** What became of those that had connected and got no answer. */
    Collection<String> lost() {
        return lost;
    }

    /** Lets each client finish what it is at. */
    @Override
    public void close() {
        ended = true;
        clients.forEach(client -> client.orTimeout(60, TimeUnit.SECONDS).join());
    }

    private void connectAgainAndAgain() {
        while (!ended) {
            try (Client client = new Client(address, CONNECT_TIMEOUT_MILLIS)) {
                exchange(client.channel());
            } catch (IOException e) {
                return; // it is refused or not heard: another listener could serve it
            }
        }
    }

    private void exchange(SocketChannel connection) {
        try {
            EchoServer.send(connection);
            if (EchoServer.receive(connection)) {
                served.incrementAndGet();
            } else {
                lost.add("hung up");
            }
        } catch (IOException e) {
            lost.add(e.toString());
        }
    }
}
