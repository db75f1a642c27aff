package io.forkless.supervisor;

import io.forkless.spi.ServiceManager;
import io.forkless.spi.ServiceManager.State;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Those of the service managers on the class path that started this supervisor: none, or one. */
final class ServiceManagers {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    private final List<ServiceManager> present;

    ServiceManagers() {
        present = ServiceLoader.load(ServiceManager.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(ServiceManager::isPresent)
                .toList();
    }

    List<SharedListener> takeListeners() throws IOException {
        List<SharedListener> taken = new ArrayList<>();
        for (ServiceManager manager : present) {
            taken.addAll(manager.takeListeners());
        }
        return taken;
    }

    void tell(State state, String details) {
        for (ServiceManager manager : present) {
            try {
                manager.notify(state, details);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "{0}", e.getMessage());
            }
        }
    }

    /** How often {@link State#ALIVE} is due. */
    Optional<Duration> watchdogInterval() {
        return present.stream()
                .flatMap(manager -> manager.watchdogInterval().stream())
                .min(Duration::compareTo);
    }
}
