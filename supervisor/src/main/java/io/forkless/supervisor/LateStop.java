package io.forkless.supervisor;

import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A supervisor that was told to stop while another one took over tells that one. */
final class LateStop {
    /** By then the other one has answered, or never does. */
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final System.Logger LOG = Log.supervisor();

    private LateStop() {}

    /**
     * Returns when the supervisor that has the name now has begun to stop.
     *
     * @param name of the service
     */
    static void handOn(String name) {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Thread thread = new Thread(() -> stop(name, begun), "forkless-late-stop");
        thread.setDaemon(true);
        thread.start();
        begun.completeOnTimeout(null, LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static void stop(String name, CompletableFuture<Void> begun) {
        try (AdminClient successor = AdminClient.connect(name)) {
            LOG.log(
                    Level.INFO,
                    "telling the supervisor with pid {0} to stop, as this one was told",
                    "" + successor.pid());
            successor.execute("stop", "", draining -> begun.complete(null));
        } catch (IOException | RefusedException | FailedException e) {
            if (!begun.isDone()) {
                LOG.log(Level.ERROR, "cannot tell the next supervisor to stop: {0}", e.getMessage());
            }
        } finally {
            begun.complete(null);
        }
    }
}
