package io.forkless.tck.adapter;

import io.forkless.worker.ReadyHold;
import io.forkless.worker.Worker;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** What an adapter's test program calls to start, or to be ready, no sooner than a client has asked it to. */
public final class HeldReadiness {
    private static final String WAITING = "waiting to be released";
    private static final CountDownLatch RELEASED = new CountDownLatch(1);
    private static ReadyHold hold;

    private HeldReadiness() {}

    /** For the argument {@code hold}, before the server starts. */
    public static void hold() throws IOException {
        hold = Worker.current().orElseThrow().holdReady();
    }

    /** For {@code /release}. */
    public static void release() {
        if (hold != null) {
            hold.close();
        }
        RELEASED.countDown();
    }

    /** Returns when {@code /release} was asked for. */
    public static void awaitRelease() throws InterruptedException {
        System.out.println(WAITING);
        RELEASED.await();
    }

    /** Returns when a worker waits so. */
    public static void awaitWaiting(Cluster cluster) {
        cluster.awaitOutput(WAITING);
    }
}
