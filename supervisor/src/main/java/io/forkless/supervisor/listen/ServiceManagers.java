package io.forkless.supervisor.listen;

import io.forkless.spi.ServiceManager;
import io.forkless.spi.ServiceManager.State;
import io.forkless.spi.SharedListener;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.output.Outlet;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Those of the service managers on the class path that started this supervisor: none, or one. */
public final class ServiceManagers implements Closeable {
    private static final int MAX_WAITING = 64;
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);
    private static final System.Logger LOG = Log.supervisor();

    /** @param provider the name of the one that redeems the listener's tickets */
    public record Inherited(String provider, SharedListener listener) {}

    private final List<ServiceManager> present;
    private final Outlet outlet = new Outlet(
            "forkless-service-manager",
            MAX_WAITING,
            dropped -> LOG.log(Level.WARNING, "the service manager did not listen: {0} messages dropped", dropped));

    public ServiceManagers() {
        List<ServiceManager> all = ServiceLoader.load(ServiceManager.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        all.forEach(manager -> manager.outOfReach().ifPresent(reason -> LOG.log(Level.WARNING, "{0}", reason)));
        present = all.stream().filter(ServiceManager::isPresent).toList();
    }

    public List<Inherited> takeListeners() throws IOException {
        List<Inherited> taken = new ArrayList<>();
        for (ServiceManager manager : present) {
            for (SharedListener listener : manager.takeListeners()) {
                taken.add(new Inherited(manager.provider(), listener));
            }
        }
        return taken;
    }

    /** Never waits for a service manager that does not listen, and never throws. */
    public void tell(State state, String details) {
        for (ServiceManager manager : present) {
            outlet.offer(() -> tell(manager, state, details));
        }
    }

    /** Tells them that another process is the main process of the service from now on. */
    public void tellSuccessor(long pid) {
        for (ServiceManager manager : present) {
            outlet.offer(() -> {
                try {
                    manager.successor(pid);
                } catch (IOException | RuntimeException | Error e) {
                    LOG.log(Level.WARNING, "cannot tell the service manager which process is the main one now", e);
                }
            });
        }
    }

    private static void tell(ServiceManager manager, State state, String details) {
        try {
            manager.notify(state, details);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}", e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "cannot tell the service manager: " + state, e);
        }
    }

    /** Waits until they have been told, within reason. */
    @Override
    public void close() {
        outlet.flush(LAST_WORDS_LIMIT);
    }

    /** How often {@link State#ALIVE} is due. */
    public Optional<Duration> watchdogInterval() {
        return present.stream()
                .flatMap(manager -> manager.watchdogInterval().stream())
                .min(Duration::compareTo);
    }
}
