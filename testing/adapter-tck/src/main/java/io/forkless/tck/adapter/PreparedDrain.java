package io.forkless.tck.adapter;

/** What an adapter's test program calls for a request that waits until the worker is prepared for its drain. */
public final class PreparedDrain {
    private static final String PREPARATION = "forkless-late-classes";
    private static final long POLL_MILLIS = 10;

    private PreparedDrain() {}

    /** For {@code /prepared}. */
    public static void await() throws InterruptedException {
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(PREPARATION))) {
            Thread.sleep(POLL_MILLIS);
        }
    }
}
