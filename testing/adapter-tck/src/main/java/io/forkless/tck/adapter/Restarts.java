package io.forkless.tck.adapter;

/** What an adapter's test program calls to stop and start its listeners again and again, while clients come. */
public final class Restarts {
    private static final String OVER = "the restarts are over";
    private static final int RESTARTS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 20;

    private Restarts() {}

    /** One stop and start. */
    public interface Restart {
        void run() throws Exception;
    }

    public static void run(Restart restart) throws Exception {
        for (int i = 0; i < RESTARTS; i++) {
            restart.run();
            // So that a stop meets a server that serves, at one stage or another.
            Thread.sleep(i % LONGEST_PAUSE_MILLIS);
        }
        System.out.println(OVER);
    }

    static boolean areOver(Cluster cluster) {
        return cluster.output().contains(OVER);
    }
}
