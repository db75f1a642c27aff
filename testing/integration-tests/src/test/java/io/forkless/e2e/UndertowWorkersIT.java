package io.forkless.e2e;

class UndertowWorkersIT extends WorkersIT {
    UndertowWorkersIT() {
        super("undertow-hello");
    }
}
