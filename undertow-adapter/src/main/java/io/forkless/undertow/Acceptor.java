package io.forkless.undertow;

import io.forkless.worker.ConnectionCounts;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The thread that accepts from one listener, in blocking mode. It is ended by closing the gate and the listener, never by
 * an interrupt, which may drop a connection that was just accepted.
 */
final class Acceptor implements Runnable {
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    /** How long to wait when accept fails, in ms: there may be no descriptor left, and trying at once would spin. */
    private static final long FAILURE_PAUSE_MILLIS = 250;

    private final AcceptGate gate;
    private final Supplier<ServerSocketChannel> listener;
    private final ConnectionCounts counts;
    private final Consumer<SocketChannel> accepted;
    private final Thread thread;

    /**
     * @param listener the copy to accept from; another one after accepts were suspended
     * @param counts is told of each attempt
     * @param accepted gets each connection
     */
    Acceptor(
            String name,
            AcceptGate gate,
            Supplier<ServerSocketChannel> listener,
            ConnectionCounts counts,
            Consumer<SocketChannel> accepted) {
        this.gate = gate;
        this.listener = listener;
        this.counts = counts;
        this.accepted = accepted;
        this.thread = new Thread(this, name);
        thread.setDaemon(true); // the IO threads keep the process alive, or do not, as the server is configured
    }

    /** Further calls have no effect. */
    synchronized void start() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** Whether it accepts no more and has handed over all that it accepted. */
    boolean hasEnded() {
        return thread.getState() == Thread.State.NEW || !thread.isAlive();
    }

    /** Waits for the thread, which ends promptly once gate and listener are closed. */
    void join() {
        boolean interrupted = false;
        while (!hasEnded()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends with the gate and with nothing else: a worker that accepts nobody any more looks as if it served. */
    @Override
    public void run() {
        try {
            while (passGate()) {
                acceptOne();
            }
        } finally {
            gate.leave();
        }
    }

    /** An interrupt was meant for others, as who ends this thread closes the gate; in an accept it would close the copy. */
    private boolean passGate() {
        while (true) {
            try {
                boolean passed = gate.pass();
                Thread.interrupted();
                return passed;
            } catch (InterruptedException e) {
                // and once more
            }
        }
    }

    private void acceptOne() {
        try {
            acceptFrom(listener.get());
        } catch (ClosedChannelException e) {
            if (gate.isResumed()) { // else accepts were suspended meanwhile
                failed(e);
            }
        } catch (Throwable e) { // Errors too: without memory now, the next attempt may find better times
            failed(e);
        }
    }

    private void acceptFrom(ServerSocketChannel copy) throws IOException {
        try {
            counts.beforeAccept(copy);
            accepted.accept(copy.accept());
        } finally {
            counts.afterAccept();
        }
    }

    private void failed(Throwable failure) {
        try {
            if (!gate.isEnded()) {
                report(failure);
                gate.pause(FAILURE_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            // then without a pause
        }
    }

    /** The first message of a process opens files, of time zones say, which fails as the accept did (EMFILE). */
    private static void report(Throwable failure) {
        try {
            LOG.log(
                    Level.WARNING,
                    "accept failed; the next attempt follows in " + FAILURE_PAUSE_MILLIS + " ms",
                    failure);
        } catch (Error | RuntimeException e) {
            // to accept again is worth more than the message
        }
    }
}
