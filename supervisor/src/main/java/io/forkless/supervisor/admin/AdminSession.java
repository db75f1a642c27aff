package io.forkless.supervisor.admin;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Do;
import io.forkless.internal.control.ControlMessage.Done;
import io.forkless.internal.control.ControlMessage.Failed;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.Report;
import io.forkless.supervisor.link.ControlConnection;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Settings;
import io.forkless.supervisor.pool.Timers;
import io.forkless.supervisor.pool.WorkerPool;
import io.forkless.supervisor.status.NotDrainedException;
import io.forkless.supervisor.status.Outcome;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Does what an operator's command asks for. Belongs to the event loop's thread. */
public final class AdminSession implements ControlConnection.Receiver {
    /** What an operator can have done; all of it on the event loop's thread. */
    public interface Operations {
        WorkerPool pool();

        /** @param surge of this restart alone; empty for that of the supervisor */
        CompletionStage<Void> restart(OptionalInt surge);

        void scale(int workers);

        /** What the operator should know of the latest restart that has succeeded; empty if nothing. */
        List<String> restartRemarks();

        /** What the operator should know of this service as it is; empty if nothing. */
        CompletionStage<List<String>> remarks();

        CompletionStage<Void> allReady();

        /** Completes on the loop's thread when the supervisor has begun; with workers to adopt, when they have been adopted. */
        default CompletionStage<Void> running() {
            return CompletableFuture.completedFuture(null);
        }

        /** @return completes when the last worker has gone, while the connection is still there */
        CompletionStage<Outcome> stop();

        void reopenLogs();

        /** Completes as {@link #stop} does, but does not begin a stop. */
        default CompletionStage<Outcome> ended() {
            return new CompletableFuture<>();
        }

        /** For a supervisor that takes over, or an operator who wants one. */
        HandOver handOver();

        /** Completes when adopted workers that were started with another command or other options are replaced. */
        default CompletionStage<Void> renewed() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static final System.Logger LOG = Log.supervisor();

    /** Well within the time after which a client takes the supervisor for hung. */
    private static final Duration SIGN_OF_LIFE_INTERVAL = Duration.ofSeconds(3);

    private final Timers timers;
    private final ControlConnection connection;
    private final Operations operations;
    private Timers.Timer signOfLife;

    /** {@code null} unless the client is a supervisor that takes over. */
    private HandOver.Session taking;

    public AdminSession(Timers timers, ControlConnection connection, Operations operations) {
        this.timers = timers;
        this.connection = connection;
        this.operations = operations;
        connection.deliverTo(this);
    }

    @Override
    public void received(ControlMessage message) throws ProtocolException {
        if (!(message instanceof Do command)) {
            throw new ProtocolException("an operator does not send " + message);
        }
        if (signOfLife == null) {
            scheduleSignOfLife(); // some commands take long, and after 'stop' the client waits for the end
        }
        operations.running().thenRun(() -> tryToExecute(command));
    }

    private void tryToExecute(Do command) {
        try {
            if (!executeHandOver(command.verb(), command.argument())) {
                if (operations.handOver().hasSteppedDown()) {
                    throw new IllegalStateException("another supervisor is taking over");
                }
                execute(command.verb(), command.argument());
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            refuse(e);
        }
    }

    @Override
    public void closed(String reason) {
        if (signOfLife != null) {
            signOfLife.cancel();
            signOfLife = null;
        }
        LOG.log(Level.DEBUG, "an operator has left: {0}", reason);
        if (taking != null) {
            taking.closed();
        }
    }

    private void execute(String verb, String argument) {
        WorkerPool pool = operations.pool();
        switch (verb) {
            case "status" -> {
                pool.status().forEach(worker -> connection.send(new Report(StatusLine.encode(worker))));
                done("");
            }
            case "remarks" ->
                operations.remarks().thenAccept(remarks -> {
                    remarks.forEach(remark -> connection.send(new Report(remark)));
                    done("");
                });
            case "await-ready" -> answer(operations.allReady(), () -> "all " + pool.workers() + " workers are ready");
            case "restart" -> {
                String restarted = "restarted " + pool.workers() + " workers";
                answer(
                        operations.restart(Surge.of(argument, pool.workers())),
                        () -> restarted + join(operations.restartRemarks()));
            }
            case "scale" -> {
                operations.scale(target(argument, pool.workers()));
                done("scaling to " + pool.workers() + " workers");
            }
            case "stop" -> {
                connection.send(new Report("draining " + pool.workers() + " workers"));
                operations.stop().thenAccept(this::tellEnd);
            }
            case "await-end" -> operations.ended().thenAccept(this::tellEnd);
            case "upgrade" ->
                operations.handOver().upgrade(Path.of(argument)).whenComplete((pid, failure) -> {
                    if (failure == null) {
                        done(Long.toString(pid));
                    } else {
                        refuse(failure);
                    }
                });
            case "await-renewed" -> answer(operations.renewed(), () -> "");
            case "reopen-logs" -> {
                operations.reopenLogs();
                done("reopened");
            }
            default -> throw new IllegalArgumentException("unknown command '" + verb + "'");
        }
    }

    /** @return false if it is another command */
    private boolean executeHandOver(String verb, String argument) {
        switch (verb) {
            case "take-over" -> {
                taking = operations.handOver().open();
                taking.begin(Long.parseLong(argument)).forEach(listener -> connection.send(new Report(listener)));
                done("");
            }
            case "ticket" ->
                requireTaking().ticketFor(argument).whenComplete((ticket, failure) -> {
                    if (failure == null) {
                        done(ticket.encode());
                    } else {
                        refuse(failure);
                    }
                });
            case "step-down" -> {
                requireTaking().stepDown();
                done("");
            }
            case "in-charge" -> {
                requireTaking().inCharge(); // first: it may be too late for that
                done("");
            }
            case "give-up" -> {
                done("");
                requireTaking().giveUp(argument);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private HandOver.Session requireTaking() {
        if (taking == null) {
            throw new IllegalStateException("it has not announced that it takes over");
        }
        return taking;
    }

    private void tellEnd(Outcome outcome) {
        if (outcome == Outcome.DRAINED) {
            done("stopped");
        } else if (outcome != Outcome.HANDED_OVER) { // otherwise the client asks the successor
            connection.send(new Failed(outcome.exitStatus(), operations.pool().failure()));
        }
    }

    private void scheduleSignOfLife() {
        signOfLife = timers.after(SIGN_OF_LIFE_INTERVAL, () -> {
            scheduleSignOfLife(); // first, since the connection may turn out to be closed
            connection.send(new Report(""));
        });
    }

    /** {@code 4}, {@code +1} or {@code -1}. */
    private static int target(String argument, int workers) {
        boolean relative = argument.startsWith("+") || argument.startsWith("-");
        try {
            return Settings.requireWorkers((relative ? workers : 0) + Integer.parseInt(argument));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("scale: '" + argument + "' is not a number");
        }
    }

    private static String join(List<String> remarks) {
        return remarks.stream().map(remark -> "; " + remark).collect(Collectors.joining());
    }

    private void answer(CompletionStage<Void> result, Supplier<String> text) {
        result.whenComplete((nothing, failure) -> {
            if (failure == null) {
                done(text.get());
            } else {
                refuse(failure);
            }
        });
    }

    private void done(String text) {
        connection.send(new Done(text));
    }

    private void refuse(Throwable failure) {
        if (failure instanceof NotDrainedException) { // it did it, but not well
            connection.send(new Failed(Outcome.KILLED.exitStatus(), failure.getMessage()));
            return;
        }
        connection.send(new Refused(0, String.valueOf(failure.getMessage())));
    }
}
