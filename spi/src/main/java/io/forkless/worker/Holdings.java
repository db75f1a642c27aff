package io.forkless.worker;

import io.forkless.internal.control.BoundAddress;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** This worker's copies of listeners. A supervisor that takes over gets its own copies from them. Thread-safe. */
final class Holdings {
    private record Copy(Holding holding, SharedServerSocketChannel channel) {}

    private final List<Copy> copies = new ArrayList<>();
    private long lastId;

    synchronized void add(String provider, SharedServerSocketChannel channel) throws IOException {
        forgetClosed();
        copies.add(new Copy(new Holding(++lastId, provider, BoundAddress.text(channel.getLocalAddress())), channel));
    }

    /** Those that are open. */
    synchronized List<Holding> list() {
        forgetClosed();
        return copies.stream().map(Copy::holding).toList();
    }

    /** The answer to a supervisor that asks for a copy of one of them. May block. */
    ControlMessage handOver(long id, ProcessHandle supervisor) {
        Copy copy = find(id);
        if (copy == null) {
            return new Refused(id, "this worker has no such listener any more");
        }
        try {
            return new Granted(
                    id, new Ticket(copy.holding().provider(), copy.channel().ticketFor(supervisor)));
        } catch (Throwable e) { // without an answer the supervisor would wait for its time-out
            return new Refused(id, "hand over " + copy.holding().bound() + ": " + e.getMessage());
        }
    }

    private synchronized Copy find(long id) {
        return copies.stream()
                .filter(copy -> copy.holding().id() == id)
                .findFirst()
                .orElse(null);
    }

    private void forgetClosed() {
        copies.removeIf(copy -> !copy.channel().isOpen());
    }
}
