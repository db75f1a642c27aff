package io.forkless.tck.adapter;

import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** What an adapter's test program calls for a request that is under way for a while. */
public final class SlowRequests {
    private static final String UNDER_WAY = "a slow request is under way";
    private static final long POLL_MILLIS = 10;
    private static final long AFTER_DRAIN_BEGAN_MILLIS = 300;

    private SlowRequests() {}

    /** For {@code /sleep?N}. */
    public static void sleep(String millis) throws InterruptedException {
        System.out.println(UNDER_WAY);
        Thread.sleep(Long.parseLong(millis));
    }

    /** For {@code /until-drain}: returns a moment after the drain has begun, however long that takes to arrive. */
    public static void untilDrain(BooleanSupplier isDraining) throws InterruptedException {
        System.out.println(UNDER_WAY);
        while (!isDraining.getAsBoolean()) {
            Thread.sleep(POLL_MILLIS);
        }
        Thread.sleep(AFTER_DRAIN_BEGAN_MILLIS);
    }

    /** Returns when one of these requests has arrived at a worker. */
    static void awaitOne(Cluster cluster) {
        await(cluster, 1);
    }

    /** Returns when so many of them have arrived at workers. */
    static void await(Cluster cluster, int requests) {
        Awaitility.await(requests + " slow requests")
                .atMost(Cluster.PATIENCE)
                .until(() -> cluster.output().split(UNDER_WAY, -1).length > requests);
    }
}
