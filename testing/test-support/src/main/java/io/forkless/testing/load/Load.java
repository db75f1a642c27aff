package io.forkless.testing.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Clients that send requests until they are stopped, each in its manner, and count what becomes of each request. */
public final class Load implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long POLL_NANOS = 2_000_000;

    private final Tally tally = new Tally();
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean stopWhenRefused;

    private Load() {}

    /** Starts that many clients, of these manners in turn. */
    public static Load start(int port, int clients, Manner... manners) {
        Load load = new Load();
        for (int i = 0; i < clients; i++) {
            Client client = new Client(i, port, manners[i % manners.length], load.tally);
            load.clients.add(client);
            Thread thread = new Thread(() -> load.run(client), "load-" + i);
            load.threads.add(thread);
            thread.start();
        }
        return load;
    }

    /** Each client ends by itself when it is refused, which is what it will be once the service has ended. */
    public void stopWhenRefused() {
        stopWhenRefused = true;
    }

    public long count(Outcome outcome) {
        return tally.count(outcome);
    }

    /** So far. */
    public Counts counts() {
        return Counts.of(tally::count);
    }

    /** Everything but {@link Outcome#OK} and {@link Outcome#REFUSED}: somebody was promised an answer and got none. */
    public long lost() {
        return counts().lost();
    }

    /** All but refusals. */
    public List<Failure> failures() {
        return tally.failures();
    }

    /** By worker, {@link System#nanoTime()} of its first answer. */
    public Map<String, Long> firstAnswers() {
        return Map.copyOf(tally.firstAnswers());
    }

    /** How long there was no answer for any client, at the longest, since the last call. */
    public Duration takeLongestGap() {
        return Duration.ofNanos(tally.takeLongestGap());
    }

    /** How long a client waited for an answer that did come, at the longest, since the last call. */
    public Duration takeLongestWait() {
        return Duration.ofNanos(tally.takeLongestWait());
    }

    /** By worker, how many clients had their last answer from it. */
    public Map<String, Integer> clientsByWorker() {
        return clientsByWorker(Manner.values());
    }

    /** The same for clients of these manners only. */
    public Map<String, Integer> clientsByWorker(Manner... manners) {
        List<Manner> wanted = List.of(manners);
        Map<String, Integer> count = new TreeMap<>();
        for (Client client : clients) {
            String worker = client.worker();
            if (worker != null && wanted.contains(client.manner())) {
                count.merge(worker, 1, Integer::sum);
            }
        }
        return count;
    }

    /** Waits for that many more good answers. */
    public void awaitMore(long answers) {
        long deadline = System.nanoTime()
                + PATIENCE.toNanos()
                + Duration.ofMillis(answers).toNanos();
        long goal = count(Outcome.OK) + answers;
        while (count(Outcome.OK) < goal) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("wanted " + answers + " more answers; so far " + this);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until every client has ended by itself. */
    public void join() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (threads.stream().anyMatch(Thread::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("clients do not end; so far " + this);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        join();
    }

    @Override
    public String toString() {
        return counts() + " " + clientsByWorker() + " " + failures();
    }

    private void run(Client client) {
        while (!stopped) {
            if (client.converse(() -> stopped) == Outcome.REFUSED && stopWhenRefused) {
                return;
            }
        }
    }
}
