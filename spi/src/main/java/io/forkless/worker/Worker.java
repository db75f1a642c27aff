package io.forkless.worker;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.util.Optional;

/**
 * This process as a worker of a supervisor: asks for listeners at run time, reports readiness, and is told to drain.
 *
 * <p>The adapters use it for their servers; an application needs it only to know its {@link #index()}, to decide when it is
 * {@linkplain #holdReady() ready}, or to take part in the drain. Once {@link #current()} has found a supervisor,
 *
 * <ul>
 *   <li>the loss of the supervisor drains and ends this process within the drain time-out. If the supervisor has a name, this
 *       process first serves on for the orphan time-out, and goes on if another supervisor of that name adopts it;
 *   <li>{@code TERM} drains and ends this process with status 0;
 *   <li>a heartbeat tells the supervisor that this JVM runs. Threads that are in a deadlock silence it, and the
 *       supervisor then replaces this process;
 *   <li>{@code INT} and {@code HUP} are left to the supervisor: a terminal sends them to the whole process group, and
 *       workers that ended by themselves would lose what is queued.
 * </ul>
 *
 * <p>Thread-safe.
 */
public interface Worker {
    /**
     * The worker that this process is, or empty if no supervisor started it ({@code FORKLESS_CONTROL} is not set). The
     * first call connects to the supervisor.
     *
     * @throws IOException if this process was started as a worker and the supervisor cannot be reached or refuses it;
     *     running on as if unsupervised would bind a second listener, so do not ignore it
     */
    static Optional<Worker> current() throws IOException {
        return CurrentWorker.get();
    }

    /** This worker's index, from 0. No two processes have the same one at the same time. A worker that is started again after it
     * died keeps it; a replacement in a rolling restart gets the lowest free one. */
    int index();

    /**
     * This worker's own copy of the listener at that address; the supervisor binds it the first time any worker asks. For
     * {@linkplain io.forkless.spi.TcpListenSpec#isAnyAddress() any address} it is the only listener on that port, if the
     * operator has said what there is.
     *
     * @throws IOException if the supervisor cannot or may not listen there, or the hand-off failed; the message has
     *     the operation, the address and the reason
     */
    SharedServerSocketChannel listen(ListenSpec spec) throws IOException;

    /**
     * Tells the supervisor that this worker serves, as soon as nobody {@linkplain #holdReady() holds it back}. An adapter
     * calls it when its server has started. Further calls have no effect.
     */
    void ready();

    /**
     * Keeps this worker from being ready until the hold is closed: the server serves already, but the supervisor retires no
     * old worker for this one while it warms up.
     *
     * <pre>{@code
     * Optional<ReadyHold> warmingUp = Worker.current().map(Worker::holdReady); // before the server starts
     * server.start();
     * warmUp();
     * warmingUp.ifPresent(ReadyHold::close);
     * }</pre>
     *
     * <p>Several may hold; the worker is ready when its server has started and the last hold is closed. With a hold that is
     * taken later it is no longer ready until that hold is closed. A hold that is not closed within the supervisor's boot time-out
     * makes the start a failed one. While the worker drains a hold has no effect.
     */
    ReadyHold holdReady();

    /**
     * Adds a handler that ends one server's service when this worker is to go.
     *
     * @throws IllegalStateException if the worker is draining already
     */
    void onDrain(DrainHandler handler);

    /** What spreads connections evenly over the workers; acceptors are to ask it. */
    AcceptPacing acceptPacing();

    /** Whether this worker has begun to drain; it ends when the drain handlers have returned. */
    boolean isDraining();
}
