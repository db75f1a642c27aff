package io.forkless.cli;

import io.forkless.internal.control.Signals;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.supervisor.admin.NoSupervisorException;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;

/**
 * The supervisor that has taken over from one in the foreground, which was this process. The caller waits for this process: so it
 * stays until the service ends, exits with the status of that end, and forwards signals.
 */
final class Successor {
    private static final long PAUSE_MILLIS = 200;

    /** Enough for another supervisor to take over. */
    private static final int MOST_ATTEMPTS = 25;

    private static final System.Logger LOG = Log.supervisor();

    private final String name;

    /** @param name of the service */
    Successor(String name) {
        this.name = name;
    }

    /** @return the exit status */
    int await() throws InterruptedException {
        Map.of(
                        "TERM", "stop",
                        "INT", "stop",
                        "HUP", "restart",
                        "USR1", "reopen-logs")
                .forEach((signal, verb) -> Signals.handle(signal, () -> tell(verb)));
        int attempts = 0;
        while (attempts < MOST_ATTEMPTS) {
            try (AdminClient supervisor = AdminClient.connect(name)) {
                attempts = 0;
                supervisor.execute("await-end", "");
                return ExitStatus.OK;
            } catch (FailedException e) {
                return e.exitStatus();
            } catch (NoSupervisorException e) {
                attempts++; // the next one does not have the name yet, or there is none
            } catch (IOException | RefusedException e) {
                LOG.log(Level.DEBUG, "another one has taken over, or it has died", e);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        LOG.log(Level.ERROR, "the supervisor that has taken over is gone");
        return ExitStatus.ERROR;
    }

    private void tell(String verb) {
        try (AdminClient supervisor = AdminClient.connect(name)) {
            supervisor.execute(verb, "");
        } catch (IOException | RefusedException | FailedException e) {
            LOG.log(Level.WARNING, "cannot forward '" + verb + "': " + e.getMessage());
        }
    }
}
