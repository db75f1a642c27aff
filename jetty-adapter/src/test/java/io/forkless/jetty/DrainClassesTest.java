package io.forkless.jetty;

import io.forkless.tck.adapter.DrainClassesContractTest;

/** What a real Jetty worker loads when it drains. */
class DrainClassesTest extends DrainClassesContractTest {
    DrainClassesTest() {
        super(TestWorker.class);
    }
}
