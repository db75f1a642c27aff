package io.forkless.benchmarks.service;

import io.forkless.benchmarks.harness.Bench;
import java.io.IOException;
import java.util.List;

/** Jettys with a listener each on the same port, among which the kernel divides connections by a hash. */
public final class ReusePortGroup extends JettyGroup {
    private final int port;

    public ReusePortGroup(Bench bench, int workers, List<String> jvmOptions, String... options)
            throws IOException, InterruptedException {
        super(bench, "reuseport", jvmOptions, options);
        start(1, 0);
        port = jettys().get(0).port();
        start(workers - 1, port);
    }

    @Override
    int portOf(int index) {
        return port;
    }

    /** The new one serves before the old one is told to go. */
    @Override
    public void restart() throws Exception {
        for (int i = 0; i < jettys().size(); i++) {
            ProcessService old = jettys().get(i);
            replace(i);
            old.close();
        }
    }

    @Override
    public int port() {
        return port;
    }
}
