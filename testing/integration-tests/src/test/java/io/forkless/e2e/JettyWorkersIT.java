package io.forkless.e2e;

class JettyWorkersIT extends WorkersIT {
    JettyWorkersIT() {
        super("jetty-hello");
    }
}
