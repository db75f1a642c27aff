package io.forkless.posix;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tickets of one listener or channel that were not redeemed yet. They end with it. */
final class HandOffs implements Closeable {
    private static final Duration TICKET_VALIDITY = Duration.ofSeconds(20);

    private final Set<HandOff> open = ConcurrentHashMap.newKeySet();

    /**
     * @param listener a copy of it is handed off; the caller keeps it open until this returns
     * @param receiver the only process that gets it
     */
    byte[] ticketFor(NativeSocket listener, ProcessHandle receiver) throws IOException {
        HandOff handOff = new HandOff(listener, receiver, TICKET_VALIDITY);
        open.add(handOff);
        handOff.start(() -> open.remove(handOff));
        return handOff.ticket();
    }

    /** Ends them all. The caller makes sure that no more are made. */
    @Override
    public void close() {
        open.forEach(HandOff::close);
    }
}
