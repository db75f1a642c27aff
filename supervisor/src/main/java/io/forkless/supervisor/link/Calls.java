package io.forkless.supervisor.link;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** What callers ask the event loop's thread for. Each call is answered, if need be with the end of the supervisor. */
public final class Calls {
    private final EventLoop loop;
    private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    public Calls(EventLoop loop) {
        this.loop = loop;
    }

    /** The result is for callers: what they make depend on it runs on a thread of its own and may do anything. */
    public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> action) {
        return call(action, completion -> loop.executeElsewhere("forkless-answer", true, completion));
    }

    /** Waits for the answer. */
    public <T> T ask(Supplier<T> question) {
        if (loop.isCurrentThread()) {
            throw new IllegalStateException("the supervisor's own thread cannot wait for itself");
        }
        return call(() -> CompletableFuture.completedFuture(question.get()), Runnable::run)
                .join();
    }

    /** Fails what is not answered yet, and all that follows. */
    public void end() {
        ended = true;
        for (CompletableFuture<?> result : List.copyOf(unanswered)) {
            Runnable failing =
                    () -> result.completeExceptionally(new IllegalStateException("the supervisor has ended"));
            try {
                new Thread(failing, "forkless-answer").start();
            } catch (OutOfMemoryError e) {
                failing.run(); // there is no loop any more that could try again
            }
        }
    }

    /** @param answering runs the completion of the result */
    private <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> action, Executor answering) {
        CompletableFuture<T> result = new CompletableFuture<>();
        unanswered.add(result);
        result.whenComplete((answer, failure) -> unanswered.remove(result));
        loop.execute(() -> act(action)
                .whenComplete((answer, failure) -> answering.execute(() -> {
                    if (failure == null) {
                        result.complete(answer);
                    } else {
                        result.completeExceptionally(failure);
                    }
                })));
        if (ended) { // then the loop is perhaps not there any more
            end();
        }
        return result;
    }

    private static <T> CompletableFuture<T> act(Supplier<CompletableFuture<T>> action) {
        try {
            return action.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
