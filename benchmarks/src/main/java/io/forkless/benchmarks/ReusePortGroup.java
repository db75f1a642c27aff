package io.forkless.benchmarks;

import java.io.IOException;

/** Jettys with a listener each on the same port, among which the kernel divides connections by a hash. */
final class ReusePortGroup extends JettyGroup {
    private final int port;

    ReusePortGroup(Bench bench, int workers) throws IOException, InterruptedException {
        super(bench);
        try {
            jettys.add(jetty("reuseport", 0));
            port = jettys.get(0).port();
            while (jettys.size() < workers) {
                jettys.add(jetty("reuseport", port));
            }
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    @Override
    ProcessService again(int index) throws Exception {
        return jetty("reuseport", port);
    }

    /** The new one serves before the old one is told to go. */
    @Override
    public void restart() throws Exception {
        for (int i = 0; i < jettys.size(); i++) {
            ProcessService old = jettys.get(i);
            jettys.set(i, again(i));
            old.close();
        }
    }

    @Override
    public int port() {
        return port;
    }
}
