package io.forkless.spi;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/**
 * Makes listening sockets that several processes can accept from, and hands them from one process to another.
 *
 * <p>A provider is found with {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.forkless.spi.ListenerProvider} (and {@code provides} it in a module). The supervisor calls
 * {@link #listen}, the worker calls {@link #adopt}; a supervisor that finds workers of an earlier one calls
 * {@link #takeOver}. All load the provider of the same name. A provider must be cheap to construct and must not load
 * native code before {@link #check()}.
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

    /**
     * Tries whether the provider can work in this process. Never throws for an expected obstacle: it reports it. Called once
     * per process; a provider that is built on another one may look for that one here.
     */
    Fitness check();

    /**
     * Binds and listens (supervisor side).
     *
     * @throws IOException if the address cannot be listened on; the message reads
     *     {@code listen ADDRESS: native call: ERROR_NAME (number): what to do}
     */
    SharedListener listen(ListenSpec spec) throws IOException;

    /**
     * Shares a listener that somebody else has bound (supervisor side), so that a provider that differs from this one only
     * in how it binds need not hand off anything itself. {@link #adopt} redeems the tickets of what is returned.
     *
     * @param spec what it was made from
     * @param opened a bound, blocking channel of the JDK. It is closed, also on failure: the listener that is returned has
     *     a handle of its own, which is not inherited by other processes
     * @throws IOException if it cannot be shared; the message reads as that of {@link #listen}
     * @throws UnsupportedOperationException if this provider shares only what it has bound itself
     */
    default SharedListener share(ListenSpec spec, ServerSocketChannel opened) throws IOException {
        try (ServerSocketChannel refused = opened) {
            throw new UnsupportedOperationException("listen " + spec + ": the " + name()
                    + " provider shares only what it has bound itself, not " + refused);
        }
    }

    /**
     * Redeems a ticket (worker side). The returned channel is this process's own copy of the listener.
     *
     * @param ticket what {@link SharedListener#ticketFor} returned in the supervisor
     * @throws IOException if the ticket is stale, was made for another process or was redeemed before, or if the
     *     hand-off failed
     */
    SharedServerSocketChannel adopt(byte[] ticket) throws IOException;

    /**
     * Redeems a ticket for a copy of a listener that another process holds (supervisor side): the supervisor that opened the
     * listener has died or hands over the service, and this process takes its place. Whoever made the ticket keeps its copy.
     * What an earlier holder's {@link SharedListener#quiesce} has done to the listener is undone, for all who share it.
     *
     * @param spec what the listener was made from; {@code null} if a service manager opened it
     * @param ticket what {@link SharedServerSocketChannel#ticketFor} returned in a worker, or
     *     {@link SharedListener#ticketFor} in a supervisor that hands over the service
     * @return a copy that is as good as what {@link #listen} returned; closing it removes a Unix-domain path, for example
     * @throws IOException if the ticket is stale, was made for another process or was redeemed before, if the hand-off
     *     failed, or if clients can no longer reach the listener because its Unix-domain path is gone or leads elsewhere
     * @throws UnsupportedOperationException if this provider cannot take listeners over
     */
    default SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
        throw new UnsupportedOperationException("take over " + (spec == null ? "a listener" : spec) + ": the " + name()
                + " provider has no hand-off from a worker to a supervisor");
    }
}
