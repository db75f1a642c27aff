package io.forkless.supervisor;

import static org.awaitility.Awaitility.await;

import io.forkless.testing.Client;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/** Clients that ask again and again whatever happens, and tell who was refused from who was cut off. */
public final class FaultLoad implements AutoCloseable {
    public static final int CLIENTS = 2;

    private static final int MOST_REMEMBERED = 100;

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicIntegerArray begun = new AtomicIntegerArray(CLIENTS);
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final Queue<IOException> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    public FaultLoad(int port) {
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            Thread thread = new Thread(() -> run(client, port), "client-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void run(int client, int port) {
        while (!over) {
            begun.incrementAndGet(client);
            try {
                Client.who(port);
                served.incrementAndGet();
            } catch (ConnectException e) {
                refused.incrementAndGet();
                remember(e);
            } catch (IOException e) {
                lost.incrementAndGet();
                remember(e);
            }
        }
    }

    private void remember(IOException failure) {
        if (failures.size() < MOST_REMEMBERED) {
            failures.add(failure);
        }
    }

    void awaitServed(int more) {
        int before = served.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> served.get() >= before + more);
    }

    /** Waits until each client has begun anew: whatever was under way is over. */
    public void awaitNextOfEach() {
        int[] before = new int[CLIENTS];
        Arrays.setAll(before, begun::get);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> IntStream.range(0, CLIENTS).allMatch(client -> begun.get(client) > before[client]));
    }

    public int served() {
        return served.get();
    }

    /** Nobody listened. */
    public int refused() {
        return refused.get();
    }

    /** Connected, and not answered. */
    public int lost() {
        return lost.get();
    }

    /** What the first of those have seen who were refused or not answered. */
    Collection<IOException> failures() {
        return failures;
    }

    @Override
    public void close() {
        over = true;
        await().atMost(Duration.ofSeconds(60)).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
}
