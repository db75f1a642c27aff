package io.forkless.supervisor;

import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.StaleFiles;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.supervisor.admin.Endpoint;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.process.Roster;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * A supervisor's claim to its name, and the directory of the service, which outlives it; without a name both are its own.
 *
 * @param isNamed whether there may be other supervisors of the same name before and after this one
 */
record ServiceFiles(Endpoint endpoint, PrivateDirectory directory, boolean isNamed) {
    private static final int MAX_SCALED_BYTES = 32;
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

    /**
     * Records for the next supervisor how many workers there are to be.
     *
     * @param configured how many there would be if nobody had changed that
     */
    void recordScaled(int configured, int workers) {
        if (!isNamed) {
            return;
        }
        Path file = directory.resolve(StaleFiles.SCALED_FILE);
        try {
            if (workers == configured) {
                Files.deleteIfExists(file);
            } else {
                PrivateDirectory.replace(file, configured + " " + workers + "\n");
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the next supervisor will not know of the scaling: {0}", e.getMessage());
        }
    }

    /**
     * What an earlier supervisor has {@linkplain #recordScaled recorded}.
     *
     * @return as many as are configured if it has recorded nothing, or was configured in another way
     */
    int scaled(int configured) {
        Path file = directory.resolve(StaleFiles.SCALED_FILE);
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return configured;
        }
        try {
            String[] word =
                    PrivateDirectory.read(file, MAX_SCALED_BYTES).strip().split(" ");
            return Integer.parseInt(word[0]) == configured
                    ? Settings.requireWorkers(Integer.parseInt(word[1]))
                    : configured;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "ignoring {0}, which is no record of a scaling: {1}", file, e);
            return configured;
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
