package io.forkless.jetty;

import io.forkless.tck.adapter.DrainContractTest;

/** Real Jetty workers, drained in the middle of real traffic. */
class DrainTableTest extends DrainContractTest {
    DrainTableTest() {
        super(TestWorker.class, true);
    }
}
