package io.forkless.supervisor.admin;

import io.forkless.internal.control.Ticket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** How a supervisor gives its service to another one. All of it on the event loop's thread. */
public interface HandOver {
    /** What holds for whoever takes over, or has it done: an operator's connection. */
    interface Session {
        /** @throws IllegalStateException if another process takes over already, or the supervisor is stopping */
        List<String> begin(long successor);

        /** @param bound where the listener is bound */
        CompletionStage<Ticket> ticketFor(String bound);

        /** The supervisor gives up its name and its links, and changes nothing until it hears more. */
        void stepDown();

        /** The successor has adopted the workers: the supervisor ends without touching them. */
        void inCharge();

        /** The successor has failed, for that reason: all is as it was before. */
        void giveUp(String reason);

        /** The connection has ended: if nothing else was said, the successor has failed. */
        void closed();
    }

    Session open();

    /** Whether the supervisor has stepped down, and obeys nobody but its successor. */
    boolean hasSteppedDown();

    /**
     * Starts a process that is to take over.
     *
     * @param launch a {@link io.forkless.internal.control.SupervisorLaunch} that says how
     * @return completes when it has, with its pid; fails with the reason if it has not
     */
    CompletionStage<Long> upgrade(Path launch);
}
