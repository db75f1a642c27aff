package io.forkless.supervisor.pool;

import java.util.function.Consumer;

/** Queues that are empty when a test says so. */
public final class FakeQueues implements Queues {
    private Consumer<Boolean> whenClosed;

    @Override
    public void close(boolean anyReady, Consumer<Boolean> toBeTold) {
        whenClosed = toBeTold;
    }

    /** Whether they are being closed, and have not said yet that they are. */
    boolean areClosing() {
        return whenClosed != null;
    }

    /** No effect unless they are being closed. */
    public void closed(boolean nothingQueued) {
        Consumer<Boolean> told = whenClosed;
        whenClosed = null;
        if (told != null) {
            told.accept(nothingQueued);
        }
    }
}
