package io.forkless.worker;

import io.forkless.internal.control.ControlMessage;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Whether this worker is ready, as the supervisor was told last: its server has started, and nobody holds it back.
 *
 * <p>Thread-safe. The lock is held while a message is sent, so that none overtakes another.
 */
final class Readiness {
    private final Consumer<ControlMessage> send;
    private final BooleanSupplier draining;
    private boolean started;
    private int holds;
    private boolean reported;

    /**
     * @param send returns when the message is on its way
     * @param draining whether nothing is to be reported any more
     */
    Readiness(Consumer<ControlMessage> send, BooleanSupplier draining) {
        this.send = send;
        this.draining = draining;
    }

    synchronized void started() {
        started = true;
        report();
    }

    synchronized ReadyHold hold() {
        holds++;
        report();
        return new ReadyHold(this::release);
    }

    synchronized int holds() {
        return holds;
    }

    /**
     * Tells another supervisor whether this worker is ready. Later changes are reported to that supervisor.
     *
     * @param introduce sends whether this worker is ready, and directs what is sent afterwards to the same supervisor
     */
    synchronized void introduce(Introduction introduce) throws IOException {
        introduce.send(reported);
    }

    /** The first message to a supervisor. */
    interface Introduction {
        void send(boolean ready) throws IOException;
    }

    private synchronized void release() {
        holds--;
        report();
    }

    private void report() {
        boolean ready = started && holds == 0;
        if (ready != reported && !draining.getAsBoolean()) {
            reported = ready;
            send.accept(ready ? new ControlMessage.Ready() : new ControlMessage.Unready());
        }
    }
}
