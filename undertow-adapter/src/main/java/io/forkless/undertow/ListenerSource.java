package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/** Where a server's listeners come from: its supervisor, or a test. */
@FunctionalInterface
interface ListenerSource {
    /**
     * This process's copy of the listener at that address. It is used in blocking mode only.
     *
     * @throws IOException with operation, address and reason
     */
    ServerSocketChannel listen(ListenSpec spec) throws IOException;

    /** The server has closed its copies: it has stopped, or its start has failed. It may be started again. */
    default void stopped() {}
}
