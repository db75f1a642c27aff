package io.forkless.undertow;

import io.forkless.tck.adapter.DrainClassesContractTest;

/** What a real Undertow worker loads when it drains. */
class DrainClassesTest extends DrainClassesContractTest {
    DrainClassesTest() {
        super(TestWorker.class);
    }
}
