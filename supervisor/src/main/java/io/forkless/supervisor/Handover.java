package io.forkless.supervisor;

import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.internal.control.Ticket;
import io.forkless.supervisor.admin.HandOver;
import io.forkless.supervisor.admin.NameTakenException;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Timers;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Gives the service to another supervisor. That one does what is likely to fail before this one steps down; if it fails later
 * all the same, this one takes its service back. Belongs to the event loop's thread.
 */
final class Handover implements HandOver {
    /** From the start of the process to its first message: a JVM boots slowly on a busy machine. */
    private static final Duration BOOT_LIMIT = Duration.ofSeconds(60);

    /** From stepping down to the end of the takeover, which has to wait for workers that are frozen. */
    private static final Duration TAKING_OVER_LIMIT = Duration.ofSeconds(60);

    /** A process that is killed ends within moments; if it does not, its name is still tried for. */
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private static final Duration TAKE_BACK_AGAIN = Duration.ofMillis(50);
    private static final System.Logger LOG = Log.supervisor();

    /** What this needs of its supervisor. */
    interface Owner {
        /** @throws IllegalStateException if it is stopping */
        void requireRunning();

        void stepDown() throws IOException;

        /**
         * May be called again after a failure, and after a {@link #stepDown} that has failed half-way.
         *
         * @throws NameTakenException if another supervisor has the name
         */
        void takeBack() throws IOException;

        void handedOver(long successor);
    }

    private final EventLoop loop;
    private final Listeners listeners;
    private final Owner owner;
    private Attempt current;
    private boolean steppedDown;
    private boolean over;

    Handover(EventLoop loop, Listeners listeners, Owner owner) {
        this.loop = loop;
        this.listeners = listeners;
        this.owner = owner;
    }

    @Override
    public boolean hasSteppedDown() {
        return steppedDown;
    }

    @Override
    public Session open() {
        return new SuccessorSession();
    }

    @Override
    public CompletionStage<Long> upgrade(Path launch) {
        requireNone();
        Attempt attempt = new Attempt();
        current = attempt;
        loop.executeElsewhere("forkless-upgrade", true, () -> start(launch, attempt));
        return attempt.result;
    }

    private void requireNone() {
        owner.requireRunning();
        if (current != null || steppedDown) {
            throw new IllegalStateException("another supervisor is taking over already");
        }
    }

    private void handOver(long successor) {
        over = true;
        owner.handedOver(successor);
    }

    private void start(Path launch, Attempt attempt) {
        try {
            SupervisorLaunch plan = SupervisorLaunch.read(launch);
            ProcessBuilder builder = new ProcessBuilder(plan.command())
                    .directory(plan.existingDirectory()) // not our own, which a link may have led to once
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            // It gets the listeners from this process, and these variables are meant for this process alone.
            builder.environment()
                    .keySet()
                    .removeAll(List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID", "WATCHDOG_PID"));
            Process process = builder.start();
            loop.execute(() -> attempt.started(process));
        } catch (IOException | RuntimeException | Error e) {
            loop.execute(() -> attempt.failed("cannot start the new supervisor: " + e.getMessage()));
        }
    }

    /** An attempt of another supervisor to take over. */
    private final class Attempt {
        private final CompletableFuture<Long> result = new CompletableFuture<>();
        private Process process;
        private Timers.Timer limit;
        private long pid = -1;
        private String lastProblem;

        void started(Process newProcess) {
            process = newProcess;
            pid = newProcess.pid();
            LOG.log(Level.INFO, "the supervisor with pid {0} is to take over", "" + pid);
            limit(BOOT_LIMIT, "it has not begun to take over within " + BOOT_LIMIT.toSeconds() + " s");
            newProcess
                    .onExit()
                    .thenAccept(ended -> loop.execute(() -> failed("the new supervisor (pid " + pid
                            + ") has ended with status " + ended.exitValue() + "; see what it has printed")));
        }

        void limit(Duration duration, String reason) {
            if (limit != null) {
                limit.cancel();
            }
            limit = loop.after(duration, () -> failed(reason));
        }

        /** Only the first reason counts. */
        void failed(String reason) {
            if (current != this || over) {
                return;
            }
            current = null;
            if (limit != null) {
                limit.cancel();
            }
            if (process != null) {
                process.destroyForcibly(); // the two must not both go on
            }
            LOG.log(Level.ERROR, "no other supervisor has taken over: {0}; this one goes on", reason);
            if (!steppedDown) {
                tell(reason + stillInCharge());
            } else if (process == null) {
                takeBack(reason);
            } else {
                process.onExit()
                        .completeOnTimeout(process, END_LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .thenRun(() -> loop.execute(() -> takeBack(reason)));
            }
        }

        private void tell(String failure) {
            result.completeExceptionally(new IllegalStateException(failure));
        }

        private String stillInCharge() {
            return "; the supervisor with pid " + ProcessHandle.current().pid() + " is still in charge";
        }

        /** Again and again, as long as nobody else is in charge. */
        private void takeBack(String reason) {
            try {
                owner.takeBack();
                steppedDown = false;
                tell(reason + stillInCharge());
            } catch (NameTakenException e) {
                if (e.isInCharge() && e.pid() != pid) {
                    LOG.log(Level.ERROR, "the supervisor with pid {0} has the service meanwhile", "" + e.pid());
                    tell(reason + "; the supervisor with pid " + e.pid() + " has the service meanwhile");
                    handOver(e.pid());
                } else {
                    takeBackLater(reason, e.getMessage());
                }
            } catch (IOException e) {
                takeBackLater(reason, e.getMessage());
            } catch (RuntimeException | Error e) { // descriptors or memory are short, say
                takeBackLater(reason, e.toString());
            }
        }

        private void takeBackLater(String reason, String problem) {
            if (!problem.equals(lastProblem)) {
                LOG.log(Level.ERROR, "cannot take the service back yet; trying on: {0}", problem);
                lastProblem = problem;
            }
            loop.after(TAKE_BACK_AGAIN, () -> takeBack(reason));
        }

        void succeeded() {
            if (!steppedDown) {
                throw new IllegalStateException("this supervisor has not stepped down");
            }
            limit.cancel();
            result.complete(pid);
            handOver(pid);
        }
    }

    private final class SuccessorSession implements Session {
        private Attempt attempt;

        @Override
        public List<String> begin(long successor) {
            if (current == null || current.pid != successor) {
                requireNone(); // otherwise it is the one that was started here
                current = new Attempt();
                current.pid = successor;
            }
            attempt = current;
            attempt.limit(BOOT_LIMIT, "it was not ready to take over within " + BOOT_LIMIT.toSeconds() + " s");
            return listeners.describe();
        }

        private Attempt attempt() {
            if (attempt == null || attempt != current) {
                throw new IllegalStateException("it is not to take over, or too late for that");
            }
            return attempt;
        }

        @Override
        public CompletionStage<Ticket> ticketFor(String bound) {
            ProcessHandle process = ProcessHandle.of(attempt().pid)
                    .orElseThrow(() -> new IllegalStateException("there is no such process"));
            CompletableFuture<Ticket> ticket = new CompletableFuture<>();
            loop.executeElsewhere("forkless-listeners", true, () -> {
                try {
                    Ticket made = listeners.ticketForSuccessor(bound, process);
                    loop.execute(() -> ticket.complete(made));
                } catch (IOException | RuntimeException | Error e) {
                    loop.execute(() -> ticket.completeExceptionally(e));
                }
            });
            return ticket;
        }

        @Override
        public void stepDown() {
            Attempt now = attempt();
            owner.requireRunning();
            now.limit(TAKING_OVER_LIMIT, "it has not taken over within " + TAKING_OVER_LIMIT.toSeconds() + " s");
            steppedDown = true; // also if it fails half-way
            try {
                LOG.log(Level.INFO, "stepping down for the supervisor with pid {0}", "" + now.pid);
                owner.stepDown();
            } catch (IOException | RuntimeException | Error e) {
                now.failed("this supervisor cannot step down: " + e.getMessage());
                throw new IllegalStateException(e.getMessage(), e);
            }
        }

        @Override
        public void inCharge() {
            attempt().succeeded();
        }

        @Override
        public void giveUp(String reason) {
            if (attempt != null) {
                attempt.failed(reason);
            }
        }

        @Override
        public void closed() {
            if (attempt != null) {
                attempt.failed("the new supervisor (pid " + attempt.pid + ") has broken off");
            }
        }
    }
}
