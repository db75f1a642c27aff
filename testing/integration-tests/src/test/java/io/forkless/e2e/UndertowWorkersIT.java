package io.forkless.e2e;

import org.junit.jupiter.api.Tag;

@Tag("long")
class UndertowWorkersIT extends WorkersIT {
    UndertowWorkersIT() {
        super("undertow-hello");
    }
}
