package io.forkless.testing.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Clients that send requests until they are stopped, each in its manner, and count what becomes of each request. Clients are
 * added by one thread; everything else may be called by any.
 */
public final class Load implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long POLL_NANOS = 2_000_000;

    private final Tally tally = new Tally();
    private final List<Client> clients = new ArrayList<>();

    /** Starts that many clients of a port of 127.0.0.1, of these manners in turn. */
    public static Load start(int port, int clients, Manner... manners) {
        return start(Target.of(port), clients, manners);
    }

    /** The same for any address. */
    public static Load start(Target target, int clients, Manner... manners) {
        Load load = new Load();
        for (int i = 0; i < clients; i++) {
            Manner manner = manners[i % manners.length];
            load.add(manner, () -> manner.open(target));
        }
        return load;
    }

    /** Starts one more client, which opens one connection after the other. */
    public void add(Object kind, Conversation.Opener opener) {
        Client client = new Client(clients.size(), kind, opener, tally);
        clients.add(client);
        client.start();
    }

    /** Each client ends by itself when it is refused, which is what it will be once the service has ended. */
    public void stopWhenRefused() {
        clients.forEach(Client::stopWhenRefused);
    }

    public long count(Outcome outcome) {
        return clients.stream().mapToLong(client -> client.count(outcome)).sum();
    }

    /** So far. */
    public Counts counts() {
        return Counts.of(this::count);
    }

    /** The same for clients of this kind only. */
    public Counts counts(Object kind) {
        return Counts.of(outcome -> clients.stream()
                .filter(client -> client.kind().equals(kind))
                .mapToLong(client -> client.count(outcome))
                .sum());
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
        return clientsByWorker(clients.stream().map(Client::kind).toList());
    }

    /** The same for clients of these kinds only. */
    public Map<String, Integer> clientsByWorker(Collection<?> kinds) {
        return clients.stream()
                .filter(client -> client.worker() != null && kinds.contains(client.kind()))
                .collect(Collectors.toMap(Client::worker, client -> 1, Integer::sum, TreeMap::new));
    }

    /** The kinds of the clients that have begun an exchange, and not ended it, one for each. */
    public List<Object> underWay() {
        return clients.stream().filter(Client::isUnderWay).map(Client::kind).toList();
    }

    /** Waits for that many more good answers. */
    public void awaitMore(long answers) {
        long goal = count(Outcome.OK) + answers;
        await(answers + " more answers", PATIENCE.plus(Duration.ofMillis(answers)), () -> count(Outcome.OK) >= goal);
    }

    /** Waits until each client has got one more good answer. */
    public void awaitNextOfEach() {
        for (Client client : clients) {
            long before = client.count(Outcome.OK);
            await("an answer to " + client.kind(), PATIENCE, () -> client.count(Outcome.OK) > before);
        }
    }

    /** Waits until every client has ended by itself. */
    public void join() {
        await("the end of all clients", PATIENCE, () -> clients.stream().noneMatch(Client::isAlive));
    }

    @Override
    public void close() {
        clients.forEach(Client::stop);
        join();
    }

    @Override
    public String toString() {
        return counts() + " " + clientsByWorker() + " " + failures();
    }

    private void await(String what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("waited " + patience + " in vain for " + what + "; so far " + this);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
