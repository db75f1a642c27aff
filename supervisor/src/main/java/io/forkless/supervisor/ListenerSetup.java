package io.forkless.supervisor;

import io.forkless.internal.control.ListenerRecord;
import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.admin.Predecessor;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.listen.ServiceManagers;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Where the listeners of a supervisor come from when it begins. Used by the thread that starts it. */
final class ListenerSetup {
    private final List<ListenSpec> wanted;
    private final Listeners listeners;
    private boolean opened;

    /** @param wanted what the operator has named */
    ListenerSetup(List<ListenSpec> wanted, Listeners listeners) {
        this.wanted = wanted;
        this.listeners = listeners;
    }

    /** Copies of all that the other supervisor has, and what is new: if that cannot be bound, the other one goes on. */
    void takeFrom(Predecessor predecessor) throws IOException {
        for (ListenerRecord record : predecessor.begin()) {
            listeners.takeOver(record, predecessor.ticketFor(record.bound()));
        }
        open(List.of());
    }

    void inherit(ServiceManagers serviceManagers) throws IOException {
        serviceManagers.takeListeners().forEach(listeners::add);
    }

    /**
     * What is wanted and not here yet.
     *
     * @param held what others perhaps have; it is not opened beside them, on a port of the system's choice, say
     */
    void open(List<ListenerRecord> held) throws IOException {
        if (!opened) {
            for (ListenSpec spec : wanted) {
                for (ListenerRecord record : held) {
                    if (record.named().toString().equals(spec.toString())) {
                        listeners.requireFree(record);
                    }
                }
                listeners.open(spec);
            }
            opened = true;
        }
    }

    /**
     * If somebody has said what there is to be, there is nothing else from now on.
     *
     * @return where listeners were bound that are not wanted any more
     */
    Set<String> seal() {
        if (wanted.isEmpty() && !listeners.haveInherited()) {
            return Set.of();
        }
        listeners.seal();
        return listeners.closeUnclaimed();
    }
}
