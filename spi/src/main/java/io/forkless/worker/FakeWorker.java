package io.forkless.worker;

import io.forkless.internal.control.ControlMessage;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A worker without a supervisor, for tests of programs that use {@link Worker}. Such a program gets it as an argument, or,
 * if it asks {@link Worker#current()} itself (the adapters do), by {@link #install()}.
 *
 * <pre>{@code
 * try (FakeWorker worker = new FakeWorker()) {
 *     worker.install();
 *     server.start();
 *     assertThat(worker.isReady()).isTrue();
 *     assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
 * }
 * }</pre>
 *
 * <p>Readiness and drain are those of a real worker, except that the process goes on. It never waits in favour of other
 * workers. Thread-safe.
 */
public final class FakeWorker implements Worker, AutoCloseable {
    /** Makes the listener that a worker gets. */
    @FunctionalInterface
    public interface ListenerSource {
        /** @throws IOException as the refusal of a supervisor */
        SharedServerSocketChannel listen(ListenSpec spec) throws IOException;
    }

    private final int index;
    private final ListenerSource source;
    private final AcceptPacing pacing = AcceptPacing.withoutSiblings();
    private final List<SharedServerSocketChannel> listeners = new CopyOnWriteArrayList<>();
    private final List<DrainHandler> handlers = new CopyOnWriteArrayList<>();
    private final Readiness readiness = new Readiness(this::report, this::isDraining);
    private volatile boolean ready;
    private Drain drain;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    /** The worker with index 0, whose listeners are those of {@link #FakeWorker(int)}. */
    public FakeWorker() {
        this(0);
    }

    /**
     * A worker whose listeners are real ones on the loopback interface, at the port that it asks for; if that is 0 or it asks
     * for a Unix-domain path, at any free port.
     */
    public FakeWorker(int index) {
        this(index, LoopbackListener::open);
    }

    /** @param source where its listeners come from; it may refuse */
    public FakeWorker(int index, ListenerSource source) {
        this.index = index;
        this.source = source;
    }

    /**
     * Makes {@link Worker#current()} answer this worker until it is closed. As that is one for the whole JVM, tests that
     * install a worker cannot run side by side.
     *
     * @throws IllegalStateException if another one is installed, or a supervisor has started this process
     */
    public void install() {
        CurrentWorker.install(this);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public SharedServerSocketChannel listen(ListenSpec spec) throws IOException {
        SharedServerSocketChannel listener = source.listen(spec);
        listeners.add(listener);
        return listener;
    }

    /** What {@link #listen} has answered, in turn; their addresses are where clients connect. */
    public List<SharedServerSocketChannel> listeners() {
        return List.copyOf(listeners);
    }

    @Override
    public void ready() {
        readiness.started();
    }

    @Override
    public ReadyHold holdReady() {
        return readiness.hold();
    }

    /** Whether the supervisor would take this worker for ready: it has said so, and there is no hold. */
    public boolean isReady() {
        return ready;
    }

    /** How many holds keep this worker from being ready. */
    public int readyHolds() {
        return readiness.holds();
    }

    @Override
    public synchronized void onDrain(DrainHandler handler) {
        if (drain != null) {
            drain.add(handler); // which is too late
        }
        handlers.add(handler);
    }

    @Override
    public AcceptPacing acceptPacing() {
        return pacing;
    }

    @Override
    public synchronized boolean isDraining() {
        return drain != null;
    }

    /**
     * Drains, as a real worker that is asked to, and waits for the end. A second call waits for the end of the first.
     *
     * @param timeout the drain time-out, of which handlers are told nine tenths
     * @return true if a real worker would exit with status 0: every handler has returned in time
     */
    public boolean drain(Duration timeout) {
        Drain begun = begin(timeout);
        int status = exit.join();
        begun.cancelDeadline();
        return status == 0;
    }

    private synchronized Drain begin(Duration timeout) {
        if (drain == null) {
            drain = new Drain(timeout, () -> {}, () -> {}, exit::complete, exit::complete);
            handlers.forEach(drain::add);
            drain.begin("asked by the test");
            pacing.leave();
        }
        return drain;
    }

    private void report(ControlMessage message) {
        ready = message instanceof ControlMessage.Ready;
    }

    /** Uninstalls this worker and closes its listeners; no handler is called. */
    @Override
    public void close() {
        CurrentWorker.remove(this);
        try {
            for (SharedServerSocketChannel listener : listeners) {
                listener.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
