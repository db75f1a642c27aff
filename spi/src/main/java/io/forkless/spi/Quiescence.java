package io.forkless.spi;

import java.util.Objects;

/**
 * How far {@link SharedListener#quiesce} came.
 *
 * @param closed whether no connection can come to be queued any more that the end of the listener would reset. Where it
 *     is not, the workers give up their copies one after the other, so that only the last one may leave connections
 *     behind, in the moment of its close
 * @param empty whether nothing was queued at the end; what is, is reset when the last copy is closed
 * @param reason what keeps new clients from being queued, or why nothing does, in one line for an operator
 */
public record Quiescence(boolean closed, boolean empty, String reason) {
    public Quiescence {
        Objects.requireNonNull(reason, "reason");
    }
}
