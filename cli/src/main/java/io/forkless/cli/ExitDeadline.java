package io.forkless.cli;

import java.time.Duration;

/**
 * Ends this process although somebody holds its standard streams and does not read them: the last words and
 * {@link System#exit} would wait for that one, since the log's handler is closed by a shutdown hook.
 */
final class ExitDeadline {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private ExitDeadline() {}

    /** From now on the process has a limited time to say its last words and to exit, else it is halted. */
    static void begin(int status) {
        Thread thread = new Thread(() -> haltLater(status), "forkless-exit-deadline");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // then it ends as its reader lets it
        }
    }

    private static void haltLater(int status) {
        try {
            Thread.sleep(LIMIT.toMillis());
        } catch (InterruptedException e) {
            // nobody has reason to
        }
        Runtime.getRuntime().halt(status);
    }
}
