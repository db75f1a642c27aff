package io.forkless.cli;

import io.forkless.internal.control.EagerClasses;
import io.forkless.supervisor.Supervisor;
import java.time.Duration;
import java.util.List;

/** What the end of the command needs of picocli, loaded in time: later another file may be in the place of our jar. */
final class LateClasses {
    /** For a service that does not get up. */
    private static final Duration AT_THE_LATEST = Duration.ofMinutes(1);

    private LateClasses() {}

    /** Returns at once; loads when the service is up. */
    static void load(Supervisor supervisor) {
        Thread thread = new Thread(() -> loadWhenReady(supervisor), "forkless-late-classes");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // then they are loaded when they are needed
        }
    }

    private static void loadWhenReady(Supervisor supervisor) {
        try {
            supervisor.awaitReady(AT_THE_LATEST);
            EagerClasses.loadPackages(picocli.CommandLine.class, List.of("picocli"));
        } catch (InterruptedException e) {
            // nobody has reason to
        }
    }
}
