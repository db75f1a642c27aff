package io.forkless.spi;

import java.io.IOException;

/**
 * Makes listening sockets that several processes can accept from, and hands them from one process to another.
 *
 * <p>A provider is found with {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.forkless.spi.ListenerProvider} (and {@code provides} it in a module). The supervisor calls
 * {@link #listen}, the worker calls {@link #adopt}; both load the provider of the same name. A provider must be cheap to
 * construct and must not load native code before {@link #check()}.
 *
 * <p>All methods may be called by any thread.
 */
public interface ListenerProvider {
    /** A short name, unique on a class path: lower-case letters, digits and hyphens, at most 32. */
    String name();

    /** Among the providers that fit, the one with the highest priority is chosen. Ours have 0. */
    default int priority() {
        return 0;
    }

    /** Tries whether the provider can work in this process. Never throws for an expected obstacle: it reports it. */
    Fitness check();

    /**
     * Binds and listens (supervisor side).
     *
     * @throws IOException if the address cannot be listened on; the message reads
     *     {@code listen ADDRESS: native call: ERROR_NAME (number): what to do}
     */
    SharedListener listen(ListenSpec spec) throws IOException;

    /**
     * Redeems a ticket (worker side). The returned channel is this process's own copy of the listener.
     *
     * @throws IOException if the ticket is stale, was made for another process or was redeemed before, or if the
     *     hand-over failed
     */
    SharedServerSocketChannel adopt(Ticket ticket) throws IOException;
}
