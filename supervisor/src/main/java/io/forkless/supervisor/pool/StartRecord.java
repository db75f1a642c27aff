package io.forkless.supervisor.pool;

/** How the starts in one {@link WorkerSlot} went. */
final class StartRecord {
    private int attempts;
    private int failed;

    /** How many starts there were before, since it was healthy; this is one more. */
    int nextAttempt() {
        return attempts++;
    }

    void healthy() {
        attempts = 0;
    }

    void succeeded() {
        failed = 0;
    }

    void failed() {
        failed++;
    }

    /** As if so many had failed in a row: the next one would fare no better. */
    void futile(int mostFailed) {
        failed = mostFailed;
    }

    int failedInARow() {
        return failed;
    }
}
