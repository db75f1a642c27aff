package io.forkless.supervisor.admin;

import io.forkless.internal.control.Ticket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** How a supervisor gives its service to another one. Used on the event loop's thread only. */
public interface HandOver {
    /** The connection of one supervisor that takes over. */
    interface Session {
        /**
         * That process is about to take over.
         *
         * @return the listeners, each as {@link io.forkless.internal.control.ListenerRecord} reads it
         * @throws IllegalStateException if another process is taking over already, or the supervisor is stopping
         */
        List<String> begin(long successor);

        /** @param bound where the listener is bound */
        CompletionStage<Ticket> ticketFor(String bound);

        /** The supervisor gives up its name and its links, and changes nothing until it hears more. */
        void stepDown();

        /** The successor has adopted the workers: the supervisor ends without touching them. */
        void inCharge();

        /** The successor has failed, for that reason: the supervisor goes on as before. */
        void giveUp(String reason);

        /** The connection has ended: unless the successor is in charge, it has failed. */
        void closed();
    }

    Session open();

    /** Whether the supervisor has stepped down, and obeys only its successor. */
    boolean hasSteppedDown();

    /**
     * Starts a process that is to take over.
     *
     * @param launch a {@link io.forkless.internal.control.SupervisorLaunch} that says how
     * @return completes with its pid when it has taken over; fails with the reason if it has not
     */
    CompletionStage<Long> upgrade(Path launch);
}
