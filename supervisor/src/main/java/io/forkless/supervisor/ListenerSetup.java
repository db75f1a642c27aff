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

    /** Gets copies of all listeners of the other supervisor, and opens new ones: if that fails, the other one goes on. */
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
     * Opens what is wanted and not here yet.
     *
     * @param held what workers that have not answered may hold: no second listener is opened in its place, for example on another
     *     port that the system chooses
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
     * If the operator or a service manager has said what there is to be, allows no other listeners from now on.
     *
     * @return where listeners were bound that are no longer wanted
     */
    Set<String> seal() {
        if (wanted.isEmpty() && !listeners.haveInherited()) {
            return Set.of();
        }
        listeners.seal();
        return listeners.closeUnclaimed();
    }
}
