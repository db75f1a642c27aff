package io.forkless.examples.jettyhello;

import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that send requests one after the other until they are stopped, and count what becomes of each. */
final class Load implements AutoCloseable {
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
    private final Map<String, AtomicLong> answersByWorker = new ConcurrentHashMap<>();
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

    /** Starts half of the clients with a new connection for each request, and half with keep-alive ones. */
    static Load start(int port, int clients) {
        Load load = new Load(port);
        for (int i = 0; i < clients; i++) {
            boolean keepAlive = i % 2 == 0;
            Thread thread = new Thread(() -> load.run(keepAlive), "load-" + i);
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
                .atMost(RunningProgram.PATIENCE)
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
        return results + " " + answersByWorker + " " + failures;
    }

    private void run(boolean keepAlive) {
        while (!stopped) {
            Result result = converse(keepAlive);
            if (result == Result.REFUSED) {
                if (stopWhenRefused) {
                    return;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** One connection, until it ends or the client is stopped. */
    private Result converse(boolean keepAlive) {
        String worker = null;
        boolean sent = false;
        try (HttpConnection connection = new HttpConnection(port)) {
            while (!stopped && !connection.isLast()) {
                sent = false;
                connection.send("/", !keepAlive);
                sent = true;
                worker = connection.receive();
                answersByWorker.computeIfAbsent(worker, w -> new AtomicLong()).incrementAndGet();
                count(Result.OK, null);
            }
            return Result.OK;
        } catch (ConnectException e) {
            return count(Result.REFUSED, null);
        } catch (SocketTimeoutException e) {
            return count(Result.TIMEOUT, worker + ": " + e);
        } catch (EOFException e) {
            return count(sent ? Result.LOST : Result.STALE, worker + ": " + e);
        } catch (IOException e) {
            boolean answered = e.getMessage() != null && e.getMessage().startsWith("HTTP/");
            return count(answered ? Result.WRONG : sent ? Result.LOST : Result.STALE, worker + ": " + e);
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
