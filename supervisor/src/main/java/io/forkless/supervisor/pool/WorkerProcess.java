package io.forkless.supervisor.pool;

/** A worker's process and link, as the state machine sees them. */
public interface WorkerProcess {
    long pid();

    /** Whether a debugger may stop it, so that its silence says nothing. */
    boolean isDebugged();

    /**
     * Asks the worker to drain.
     *
     * @return false if it has no link to the supervisor (yet), so that it cannot be asked
     */
    boolean drain();

    /** Asks the worker to write down what its threads do. */
    void dumpThreads();

    /** Ends the process at once; its exit is reported like any other. */
    void kill();

    /** To be added to the reason why it has ended, if that was not well: what may have led to it. Empty if nothing is known. */
    default String remark() {
        return "";
    }

    /** Where to read what it has printed, as the end of a sentence; empty if that is on the console. */
    default String whereOutputIs() {
        return "";
    }

    /** Its resident memory in bytes, or -1 if the platform does not tell. */
    long residentBytes();
}
