package io.forkless.undertow;

import io.forkless.tck.adapter.DrainContractTest;

/** Real Undertow workers, drained in the middle of real traffic. */
class DrainTableTest extends DrainContractTest {
    DrainTableTest() {
        super(TestWorker.class, false);
    }
}
