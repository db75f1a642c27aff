package io.forkless.cli;

import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Reports which workers have failed to start, once for each, to a user who waits until all are ready: while others serve, the
 * supervisor tries again for as long as it takes.
 */
final class StartProgress {
    private static final Duration INTERVAL = Duration.ofSeconds(3);

    private final String supervisor;
    private final IntFunction<String> logs;
    private final PrintWriter to;
    private final Set<String> told = new HashSet<>();

    /** @param logs where to look for what a worker has printed, by its index */
    StartProgress(String supervisor, IntFunction<String> logs, PrintWriter to) {
        this.supervisor = supervisor;
        this.logs = logs;
        this.to = to;
    }

    /** On a thread of its own, to the end of this process. */
    void watch() {
        Thread thread = new Thread(this::lookRegularly, "forkless-start-progress");
        thread.setDaemon(true);
        thread.start();
    }

    private void lookRegularly() {
        try {
            while (true) {
                Thread.sleep(INTERVAL.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            // nobody has reason to
        }
    }

    private void look() {
        try (AdminClient client = AdminClient.connect(supervisor)) {
            client.execute("status", "");
            client.reports().stream()
                    .map(StatusCommand::fields)
                    .filter(worker -> !worker.get("state").equals("READY"))
                    .filter(worker -> !worker.get(StatusCommand.LAST_FIELD).isEmpty())
                    .filter(worker -> told.add(worker.get("index")))
                    .forEach(this::tell);
        } catch (IOException | RefusedException | FailedException e) {
            // it is about to end, and whoever waits will say so
        }
    }

    private void tell(Map<String, String> worker) {
        to.println("forkless: worker " + worker.get("index") + " is started again, and waited for: "
                + worker.get(StatusCommand.LAST_FIELD) + "; see "
                + logs.apply(Integer.parseInt(worker.get("index"))));
        to.flush();
    }
}
