package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.Outcome;
import java.time.Duration;
import java.util.function.Consumer;

/** What the owner of a {@link WorkerPool} is told, again and again until it has heard: nobody else would ever know. */
final class Announcements {
    private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

    private final Timers timers;
    private final Runnable whenAllReady;
    private final Consumer<Outcome> whenDone;

    Announcements(Timers timers, Runnable whenAllReady, Consumer<Outcome> whenDone) {
        this.timers = timers;
        this.whenAllReady = whenAllReady;
        this.whenDone = whenDone;
    }

    void allReady() {
        tell(whenAllReady);
    }

    void done(Outcome outcome) {
        tell(() -> whenDone.accept(outcome));
    }

    private void tell(Runnable news) {
        if (!Attempt.run(news)) {
            timers.after(TELL_AGAIN, () -> tell(news));
        }
    }
}
