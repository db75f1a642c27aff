package io.forkless.supervisor;

import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.StaleFiles;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.supervisor.admin.Endpoint;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.process.Roster;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * A supervisor's claim to its name, and the directory of the service, which outlives it; without a name both are its own.
 *
 * @param isNamed whether there may be other supervisors of the same name before and after this one
 */
record ServiceFiles(Endpoint endpoint, PrivateDirectory directory, boolean isNamed) {
    private static final System.Logger LOG = Log.supervisor();

    /** @param name {@code null} for none */
    static ServiceFiles claim(String name, Resources resources) throws IOException {
        if (name == null) {
            PrivateDirectory own = resources.own(PrivateDirectory.create("forkless-"));
            return new ServiceFiles(resources.own(Endpoint.unnamed(own)), own, false);
        }
        Endpoint claimed = resources.own(Endpoint.claim(name));
        PrivateDirectory shared = resources.own(PrivateDirectory.ofService(name));
        StaleFiles.removeHandOffsOfTheDead(shared.path().getParent());
        return new ServiceFiles(claimed, shared, true);
    }

    String name() {
        return endpoint.name();
    }

    Roster roster(Configuration configuration) {
        return new Roster(
                directory,
                name(),
                endpoint.path(),
                configuration.origin(),
                configuration.orphanTimeout(),
                configuration.settings().drainTimeout());
    }

    /** What an earlier supervisor has recorded of its listeners. */
    List<ListenerRecord> leftListeners() {
        return isNamed ? ListenerRecord.readAll(directory.resolve(ListenerRecord.FILE)) : List.of();
    }

    /** Records the listeners for the next supervisor. */
    void record(Listeners listeners) {
        if (isNamed) {
            listeners.recordIn(directory.resolve(ListenerRecord.FILE));
        }
    }

    /** Records how this supervisor was started: for the workers, if it dies, and for an upgrade. */
    void record(SupervisorLaunch launch) {
        try {
            if (launch != null) {
                launch.writeTo(directory.resolve(SupervisorLaunch.FILE));
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot record how this supervisor is started again: {0}", e.getMessage());
        }
    }
}
