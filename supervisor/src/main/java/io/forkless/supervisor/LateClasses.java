package io.forkless.supervisor;

import io.forkless.internal.control.EagerClasses;
import io.forkless.supervisor.link.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a restart, an operator's command or the end need and the start does not: loaded when the service is up, since later
 * another file may be in the place of our own jar. Belongs to the event loop's thread.
 */
final class LateClasses {
    /** Ours, and those of the library by which providers make native calls. */
    private static final List<String> PACKAGES = List.of("io.forkless", "com.sun.jna");

    /** For a service that does not get up. */
    private static final Duration AT_THE_LATEST = Duration.ofMinutes(1);

    /** There is one loader of ours, whatever number of supervisors. */
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private final EventLoop loop;

    LateClasses(EventLoop loop) {
        this.loop = loop;
        loop.after(AT_THE_LATEST, this::load);
    }

    /** On a thread of its own, and once in this JVM. Further calls have no effect. */
    void load() {
        if (BEGUN.compareAndSet(false, true)) {
            loop.executeElsewhere("forkless-late-classes", true, () -> {
                Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
                EagerClasses.loadPackages(LateClasses.class, PACKAGES);
            });
        }
    }
}
