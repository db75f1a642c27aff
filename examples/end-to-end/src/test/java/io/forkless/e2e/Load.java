package io.forkless.e2e;

import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that send requests until they are stopped, each in its manner, and count what becomes of each request. */
final class Load implements AutoCloseable {
    /** How a client uses its connections. */
    enum Manner {
        /** A connection for each request. */
        CLOSE(1, 0),
        /** One request after the other over a connection, until the server announces its end. */
        KEEP_ALIVE(1, 0),
        /** The same with a pause in between, in which the server may close the connection. */
        PAUSING(1, 5_000_000),
        /** Several requests at a time; those after an announced end were not processed, and are sent again. */
        PIPELINED(4, 0);

        private final int depth;
        private final long pauseNanos;

        Manner(int depth, long pauseNanos) {
            this.depth = depth;
            this.pauseNanos = pauseNanos;
        }
    }

    /** What became of a request or of the attempt to connect. */
    enum Result {
        OK,
        /** The connection was refused: nobody listens. */
        REFUSED,
        /** The connection could not be made in time, or the answer did not come in time. */
        TIMEOUT,
        /** The connection ended, or was reset, after the request was sent and before the response was complete. */
        LOST,
        /** The connection had been closed without announcement when the client came to use it again. */
        STALE,
        /** An answer other than 200. */
        WRONG
    }

    private final int port;
    private final Map<Result, AtomicLong> results = new EnumMap<>(Result.class);
    private final Map<Integer, String> workerOfClient = new ConcurrentHashMap<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean stopWhenRefused;

    private Load(int port) {
        this.port = port;
        for (Result result : Result.values()) {
            results.put(result, new AtomicLong());
        }
    }

    /** Starts that many clients, of these manners in turn. */
    static Load start(int port, int clients, Manner... manners) {
        Load load = new Load(port);
        for (int i = 0; i < clients; i++) {
            int client = i;
            Manner manner = manners[i % manners.length];
            Thread thread = new Thread(() -> load.run(client, manner), "load-" + i);
            thread.start();
            load.threads.add(thread);
        }
        return load;
    }

    /** Each client ends by itself when it is refused, which is what it will be once the service has ended. */
    void stopWhenRefused() {
        stopWhenRefused = true;
    }

    long count(Result result) {
        return results.get(result).get();
    }

    /** Waits for that many more good answers. */
    void awaitMore(long answers) {
        long goal = count(Result.OK) + answers;
        await(answers + " more answers; so far " + this)
                .atMost(RunningProgram.PATIENCE.plus(Duration.ofMillis(answers)))
                .until(() -> count(Result.OK) >= goal);
    }

    /** Everything but {@link Result#OK} and {@link Result#REFUSED}: somebody was promised an answer and got none. */
    long lost() {
        return count(Result.TIMEOUT) + count(Result.LOST) + count(Result.STALE) + count(Result.WRONG);
    }

    /** For each failure the worker that the client was talking to, if it knew, and what happened. */
    List<String> failures() {
        return failures;
    }

    /** By worker, how many clients have their connection to it. */
    Map<String, Integer> clientsByWorker() {
        Map<String, Integer> clients = new TreeMap<>();
        workerOfClient.values().forEach(worker -> clients.merge(worker, 1, Integer::sum));
        return clients;
    }

    /** Waits until every client has ended by itself. */
    void join() {
        await().atMost(RunningProgram.PATIENCE).until(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    @Override
    public void close() {
        stopped = true;
        join();
    }

    @Override
    public String toString() {
        return results + " " + clientsByWorker() + " " + failures;
    }

    private void run(int client, Manner manner) {
        while (!stopped) {
            Result result = converse(client, manner);
            if (result == Result.REFUSED) {
                if (stopWhenRefused) {
                    return;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** One connection, until it ends or the client is stopped. */
    private Result converse(int client, Manner manner) {
        String worker = null;
        boolean sent = false;
        try (HttpConnection connection = new HttpConnection(port)) {
            while (!stopped && !connection.isLast()) {
                sent = false;
                connection.send("/", manner == Manner.CLOSE, manner.depth);
                sent = true;
                for (int i = 0; i < manner.depth && !connection.isLast(); i++) {
                    worker = connection.receive();
                    count(Result.OK, null);
                }
                workerOfClient.put(client, worker);
                if (manner.pauseNanos > 0) {
                    LockSupport.parkNanos(manner.pauseNanos);
                }
            }
            return Result.OK;
        } catch (ConnectException e) {
            return count(Result.REFUSED, null);
        } catch (SocketTimeoutException e) {
            return count(Result.TIMEOUT, manner + " " + worker + ": " + e);
        } catch (EOFException e) {
            return count(sent ? Result.LOST : Result.STALE, manner + " " + worker + ": " + e);
        } catch (IOException e) {
            boolean answered = e.getMessage() != null && e.getMessage().startsWith("HTTP/");
            Result result = answered ? Result.WRONG : sent ? Result.LOST : Result.STALE;
            return count(result, manner + " " + worker + ": " + e);
        }
    }

    private Result count(Result result, String failure) {
        results.get(result).incrementAndGet();
        if (failure != null) {
            failures.add(failure);
        }
        return result;
    }
}
