package io.forkless.testing.load;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Waiting for those who answer, which is the one sign of readiness that all servers have in common. */
public final class Answerers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = 5_000_000;

    private Answerers() {}

    /** Asks until that many different workers have answered among those that are wanted. */
    public static void await(int port, int workers, Predicate<Long> wanted) throws IOException {
        Set<Long> seen = new HashSet<>();
        await(workers + " workers at port " + port, () -> {
            try {
                long pid = Long.parseLong(HttpConnection.get(port, "/"));
                if (wanted.test(pid)) {
                    seen.add(pid);
                }
            } catch (IOException e) {
                // not yet
            }
            return seen.size() >= workers;
        });
    }

    public static void await(String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("waited " + PATIENCE + " in vain for " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
