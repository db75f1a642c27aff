package io.forkless.supervisor.status;

import java.util.Locale;
import java.util.Objects;

/**
 * Something that has happened to a supervisor or to one of its workers. Immutable. Its {@link #toString} is the line that the
 * supervisor's log has of it.
 *
 * @param type what has happened
 * @param worker the index of the worker, or -1 if it has happened to the supervisor
 * @param pid of the worker's process that was spawned, or -1 if there is none
 * @param reason why, in words; empty if there is nothing to say
 * @param workers how many workers there are to be
 * @param message all of it in one line, for a person
 */
public record SupervisorEvent(Type type, int worker, long pid, String reason, int workers, String message) {
    /** What {@link SupervisorEvent#worker} and {@link SupervisorEvent#pid} are if there is none. */
    public static final int NONE = -1;

    public SupervisorEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(message, "message");
    }

    @Override
    public String toString() {
        return message;
    }

    /** What can happen. */
    public enum Type {
        /** The supervisor has its listeners and begins to spawn workers. */
        STARTED,
        /** All workers are ready for the first time. */
        ALL_READY,
        /** A worker's process was spawned. */
        WORKER_STARTED,
        /** A worker that an earlier supervisor had started belongs to this one from now on. */
        WORKER_ADOPTED,
        /** A worker's process could not be spawned; the reason says why. */
        WORKER_START_FAILED,
        /** A worker serves. */
        WORKER_READY,
        /** A worker has reported that it does not serve any more. */
        WORKER_UNREADY,
        /** A worker was told to finish what it has accepted and to exit, or does so since it has lost its link. */
        WORKER_DRAINING,
        /** A worker is about to be killed; the reason says why. */
        WORKER_KILLING,
        /** The process of a worker that was to go has ended; the reason says how. */
        WORKER_EXITED,
        /** The process of a worker that was to stay has ended; the reason says how. */
        WORKER_DIED,
        /** The supervisor has given a worker up, after too many failed starts; the reason says why the last one failed. */
        WORKER_GIVEN_UP,
        /** A worker has taken the place of another one, which goes now; the reason names that one and says why. */
        WORKER_REPLACED,
        /** A rolling restart begins, also if one is under way, which then begins anew. */
        RESTART_BEGUN,
        /** A rolling restart is complete; a reason says which old workers have perhaps lost connections. */
        RESTARTED,
        /** A rolling restart has ended early; the reason says why. */
        RESTART_FAILED,
        /** The number of workers has changed. */
        SCALED,
        /** The supervisor was told to stop: no worker is started any more. */
        STOPPING,
        /** The last worker has gone; a reason says what went wrong. There is no event after this one. */
        STOPPED,
        /** Another supervisor has taken over the workers; the reason is its pid. There is no event after this one. */
        HANDED_OVER;

        /** In lower case, with dashes: {@code worker-ready}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
