package io.forkless.tck.adapter;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;

/** Runs rows at the same time, each on a thread and a connection of its own, and all of them across one drain. */
final class Table {
    private static final int PATIENCE_SECONDS = (int) Cluster.PATIENCE.toSeconds();

    private final CompletableFuture<Drain> drain = new CompletableFuture<>();
    private final List<Running> rows = new ArrayList<>();

    private record Running(String name, CompletableFuture<Void> begun, CompletableFuture<Void> ended) {}

    <C extends Closeable> void begin(Callable<C> connect, List<Traffic<C>> traffic) {
        for (Traffic<C> row : traffic) {
            Running running = new Running(row.name(), new CompletableFuture<>(), new CompletableFuture<>());
            rows.add(running);
            new Thread(() -> run(connect, row, running), row.name()).start();
        }
    }

    private <C extends Closeable> void run(Callable<C> connect, Traffic<C> row, Running running) {
        try (C client = connect.call()) {
            Traffic.Rest rest = row.beginning().begin(client);
            running.begun().complete(null);
            rest.run(drain.get());
            running.ended().complete(null);
        } catch (Throwable e) {
            running.begun().complete(null);
            running.ended().completeExceptionally(e);
        }
    }

    /** Returns when each row is in the middle, or has failed already. */
    void awaitBegun() throws Exception {
        for (Running row : rows) {
            row.begun().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    void go(Drain began) {
        drain.complete(began);
    }

    /** Waits for all of them. */
    List<DynamicTest> results() {
        return rows.stream().map(Table::result).toList();
    }

    private static DynamicTest result(Running row) {
        Throwable failure = failure(row);
        return DynamicTest.dynamicTest(row.name(), () -> {
            if (failure != null) {
                throw new AssertionError(row.name() + ": " + failure, failure);
            }
        });
    }

    private static Throwable failure(Running row) {
        try {
            row.ended().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }
}
