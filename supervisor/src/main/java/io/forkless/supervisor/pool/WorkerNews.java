package io.forkless.supervisor.pool;

import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.status.SupervisorEvent;
import io.forkless.supervisor.status.SupervisorEvent.Type;
import java.lang.System.Logger.Level;

/** What is told of one {@link WorkerSlot}. Each line begins with the worker. */
final class WorkerNews {
    private final WorkerSlot slot;
    private final EventLog events;

    /** What has become of the latest process, or of the attempt to start one, and is to be told with what follows from it. */
    private Type untold;

    WorkerNews(WorkerSlot slot, EventLog events) {
        this.slot = slot;
        this.events = events;
    }

    /** It is in another state. */
    void tell(Level level, Type type, String detail) {
        tell(level, type, "", withState(detail));
    }

    /** Something else has happened to it. */
    void tell(Level level, Type type, String reason, String text) {
        long pid = type == Type.WORKER_START_FAILED ? SupervisorEvent.NONE : slot.pid();
        events.tell(level, type, slot.index(), pid, reason, slot + ": " + text);
    }

    /** There is no process any more, or none could be started. */
    void ended(Type type) {
        untold = type;
    }

    /** What comes of it: it is in another state. */
    void tellEnd(Level level, String detail) {
        if (untold == null) {
            Attempt.log(level, slot + ": " + withState(detail));
        } else {
            Type type = untold;
            untold = null;
            tell(level, type, slot.lastExit(), withState(detail));
        }
    }

    private String withState(String detail) {
        return slot.state() + (detail.isEmpty() ? "" : " (" + detail + ")");
    }
}
