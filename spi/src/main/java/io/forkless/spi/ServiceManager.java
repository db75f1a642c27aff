package io.forkless.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What started the supervisor and wants to hear how it stands, such as systemd. Found with {@link java.util.ServiceLoader};
 * those that are not {@linkplain #isPresent() present} are left alone. Thread-safe.
 */
public interface ServiceManager {
    /** Lower case, as in {@code systemd}. */
    String name();

    /** Whether it started this process, or one that this process stands for. */
    boolean isPresent();

    /** @throws IOException if it cannot be told */
    void notify(State state, String details) throws IOException;

    /**
     * Tells it that another process is the main process of the service from now on. Does nothing unless overridden.
     *
     * @throws IOException if it cannot be told
     */
    default void successor(long pid) throws IOException {}

    /** How often it wants {@link State#ALIVE}, at least; empty if it does not care. */
    Optional<Duration> watchdogInterval();

    /**
     * The listeners that it has opened for this process; the first call takes them, later ones get none.
     * The provider of the name {@link #provider()} redeems their tickets.
     *
     * @throws IOException if one of them is not a listening stream socket
     */
    List<SharedListener> takeListeners() throws IOException;

    /**
     * Why the listeners that it has opened cannot be taken here, and what to do about it, in one line; empty if there are none,
     * or if they can be. Asked also if the service manager is not {@linkplain #isPresent() present}.
     */
    default Optional<String> outOfReach() {
        return Optional.empty();
    }

    /** The {@linkplain ListenerProvider#name() name} of the provider that its listeners are handed off by. */
    String provider();

    /** How the supervisor stands. */
    enum State {
        /** All workers serve. */
        READY,
        /** Workers are being replaced; {@link #READY} follows. */
        RELOADING,
        /** It ends. */
        STOPPING,
        /** Nothing has changed: the watchdog may rest. */
        ALIVE
    }
}
