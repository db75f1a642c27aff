package io.forkless.undertow;

import java.util.function.IntSupplier;
import org.xnio.OptionMap;
import org.xnio.Options;

/**
 * Decides whether an acceptor may accept: not while accepts are suspended, and not while the connections that are open
 * exceed {@link Options#CONNECTION_HIGH_WATER}, until they have fallen below {@link Options#CONNECTION_LOW_WATER}.
 */
final class AcceptGate {
    private final IntSupplier open;
    private int high;
    private int low;
    private boolean full;
    private boolean resumed;
    private boolean ended;
    private boolean inside;

    /** @param open how many connections are open, to be told of each that is {@link #opened} or {@link #closed} */
    AcceptGate(OptionMap options, IntSupplier open) {
        this.open = open;
        configure(options);
    }

    /**
     * @throws IllegalArgumentException unless 0 &lt; low water &lt;= high water
     */
    synchronized void configure(OptionMap options) {
        int newHigh = options.get(Options.CONNECTION_HIGH_WATER, Integer.MAX_VALUE);
        int newLow = options.get(Options.CONNECTION_LOW_WATER, newHigh);
        if (newLow <= 0 || newLow > newHigh) {
            throw new IllegalArgumentException("low water " + newLow + " is not between 1 and high water " + newHigh);
        }
        high = newHigh;
        low = newLow;
        full = open.getAsInt() >= high;
        notifyAll();
    }

    synchronized void resume() {
        resumed = true;
        notifyAll();
    }

    synchronized void suspend() {
        resumed = false;
    }

    synchronized boolean isResumed() {
        return resumed;
    }

    /** No acceptor passes any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized boolean isEnded() {
        return ended;
    }

    /** Waits until the acceptor may accept; false if it is to go. Until it comes again it counts as inside. */
    synchronized boolean pass() throws InterruptedException {
        leave();
        while (!ended && (full || !resumed)) {
            wait();
        }
        inside = !ended;
        return inside;
    }

    /** The acceptor has handed over what it accepted. */
    synchronized void leave() {
        inside = false;
        notifyAll();
    }

    /** Waits until no acceptor is inside. */
    synchronized void awaitLeft() throws InterruptedException {
        while (inside) {
            wait();
        }
    }

    /** Waits that long, or until the acceptor is to go. */
    synchronized void pause(long millis) throws InterruptedException {
        if (!ended) {
            wait(millis);
        }
    }

    /** One more is open. */
    synchronized void opened() {
        full |= open.getAsInt() >= high;
    }

    /** One less is open. */
    synchronized void closed() {
        // Below, and not at, low water; that is where XNIO's own listeners go on, too.
        if (full && open.getAsInt() < low) {
            full = false;
            notifyAll();
        }
    }
}
