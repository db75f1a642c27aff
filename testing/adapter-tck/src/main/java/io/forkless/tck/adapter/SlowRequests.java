package io.forkless.tck.adapter;

import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** What an adapter's test program calls for a request that is under way for a while. */
public final class SlowRequests {
    private static final String UNDER_WAY = "a slow request is under way";
    private static final long POLL_MILLIS = 10;
    private static final long AFTER_DRAIN_BEGAN_MILLIS = 300;

    private SlowRequests() {}

    /** For {@code /sleep?MILLIS}. What follows a comma is for the test, which can then wait for this request. */
    public static void sleep(String query) throws InterruptedException {
        begun(query);
        Thread.sleep(Long.parseLong(query.split(",", 2)[0]));
    }

    /** Tells the test that the request of that query has arrived. */
    static void begun(String query) {
        System.out.println(UNDER_WAY + " [" + query + "]");
    }

    /**
     * For {@code /until-drain} and {@code /until-drain?MILLIS}: returns a moment, or so long, after the drain has begun,
     * however long that takes to arrive. What follows a comma is for the test, too.
     */
    public static void untilDrain(String query, BooleanSupplier isDraining) throws InterruptedException {
        begun(query);
        while (!isDraining.getAsBoolean()) {
            Thread.sleep(POLL_MILLIS);
        }
        boolean withoutQuery = query == null || query.isEmpty();
        Thread.sleep(withoutQuery ? AFTER_DRAIN_BEGAN_MILLIS : Long.parseLong(query.split(",", 2)[0]));
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

    /** Returns when the request of that query has arrived at a worker. */
    static void await(Cluster cluster, String query) {
        cluster.awaitOutput(UNDER_WAY + " [" + query + "]");
    }
}
