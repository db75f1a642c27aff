package io.forkless.spi;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * A bound, listening socket that the supervisor holds and hands out. The supervisor has opened it, or has taken it over from an
 * earlier supervisor or one of its workers. It lives until its last holder, supervisor or worker, has closed it. All methods may
 * be called by any thread.
 */
public interface SharedListener extends Closeable {
    /** The address it is really bound to: a requested port 0 is replaced by the port that was chosen. */
    SocketAddress localAddress();

    /**
     * Makes a ticket with which that process, and no other, can {@linkplain ListenerProvider#adopt adopt} this listener
     * once, for a limited time.
     *
     * @param worker the process that will redeem the ticket; its identity is verified at the hand-off
     * @return at most 4096 bytes, a secret while the ticket is valid
     * @throws IOException if no ticket can be made, with the native error's name
     */
    byte[] ticketFor(ProcessHandle worker) throws IOException;

    /**
     * Prepares the end of this listener: lets no further connection be queued, where that can be done, and waits until
     * those that are queued have been accepted by the workers. Closing without this resets the connections that are still
     * queued. The workers' copies are affected alike; see
     * {@link SharedServerSocketChannel#acceptedWhileQuiescing}. This process cannot undo it; a supervisor that
     * {@linkplain ListenerProvider#takeOver takes the listener over} does.
     *
     * @param limit how long to wait at most
     * @return whether both were achieved, by the outcome and not by what the platform is said to be able to do
     * @throws IOException if the listener is closed, or the state of its queue cannot be told
     */
    Quiescence quiesce(Duration limit) throws IOException, InterruptedException;

    /** Gives up this process's copy and every ticket that was not redeemed. Workers keep theirs. */
    @Override
    void close() throws IOException;

    /**
     * Gives up this process's copy and every ticket that was not redeemed, and leaves the listener, its Unix-domain path
     * included, to the other processes that hold it. For a supervisor that hands over the service to another one, which has
     * a copy already or gets one from a worker; {@link #close()} is for the end of the service. Only the first call of either
     * has an effect.
     */
    default void leave() throws IOException {
        close();
    }
}
